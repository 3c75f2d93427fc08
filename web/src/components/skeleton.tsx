import { useEffect, useState } from 'react';

const SAY_AFTER_MS = 1_000;

/** Bars where the lines will be; after a second it says what is waited for. */
export function SkeletonRows({ rows, what }: { rows: number; what: string }) {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), SAY_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div role="status">
      <span className={slow ? 'text-quiet' : 'sr-only'}>Waiting for {what}…</span>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the bars are all alike
        <div key={row} className="flex h-9 items-center border-b border-line">
          <div className="pulse h-3 w-2/3 rounded-sm bg-hover" />
        </div>
      ))}
    </div>
  );
}
