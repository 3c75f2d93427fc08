import type { ReactNode } from 'react';
import { CopyButton } from './copy-button.tsx';

/** One sentence why there is nothing, and what would fill it. */
export function EmptyState({ why, command, children }: { why: string; command?: string; children?: ReactNode }) {
  return (
    <div className="py-6 text-quiet">
      <p>{why}</p>
      {command ? (
        <p className="mt-2 flex flex-wrap items-center gap-1">
          <code className="code-face rounded-sm bg-sunken px-2 py-1 text-ink break-anywhere">{command}</code>
          <CopyButton text={command} what="command" />
        </p>
      ) : null}
      {children ? <div className="mt-3">{children}</div> : null}
    </div>
  );
}
