import { type ReactNode, useId } from 'react';

/** One group of secondary facts at the side. */
export function SideSection({ title, count, children }: { title: string; count?: number; children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="border-t border-line py-3 first:border-t-0 first:pt-0">
      <h2 id={id} className="mb-1.5 text-body">
        {title}
        {count === undefined ? null : <span className="ml-1.5 font-normal text-quiet">{count}</span>}
      </h2>
      {children}
    </section>
  );
}
