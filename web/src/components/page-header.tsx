import type { ReactNode } from 'react';
import { useEffect } from 'react';

/** Title with state, the primary action, and a line above that says where this is. */
export function PageHeader({
  title,
  above,
  state,
  actions,
  documentTitle,
}: {
  title: string;
  above?: ReactNode;
  state?: ReactNode;
  actions?: ReactNode;
  documentTitle?: string;
}) {
  const said = documentTitle ?? title;
  useEffect(() => {
    document.title = `${said} · Holdfast`;
  }, [said]);
  return (
    <header className="mb-4 flex flex-wrap items-start justify-between gap-x-4 gap-y-3">
      <div className="min-w-0 flex-1 basis-44">
        {above ? <div className="mb-1 flex flex-wrap items-center gap-x-3 gap-y-1 text-quiet">{above}</div> : null}
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <h1 tabIndex={-1} className="text-title break-anywhere">
            {title}
          </h1>
          {state}
        </div>
      </div>
      {actions ? <div className="flex flex-wrap gap-2">{actions}</div> : null}
    </header>
  );
}
