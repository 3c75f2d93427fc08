import type { ReactNode } from 'react';

export type Fact = { label: string; value: ReactNode };

/** Two to five facts in a row below the title. */
export function FactStrip({ facts }: { facts: readonly (Fact | null | false)[] }) {
  return (
    <dl className="mb-4 flex flex-wrap gap-x-8 gap-y-2 border-y border-line max-sm:grid max-sm:grid-cols-2 max-sm:gap-x-4 py-2.5">
      {facts.map((fact) =>
        fact ? (
          <div key={fact.label} className="min-w-0">
            <dt className="text-small text-quiet">{fact.label}</dt>
            <dd className="break-anywhere">{fact.value}</dd>
          </div>
        ) : null,
      )}
    </dl>
  );
}
