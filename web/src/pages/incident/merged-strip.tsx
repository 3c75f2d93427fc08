import { Link } from '@tanstack/react-router';
import { ArrowRight } from 'lucide-react';
import type { Incident } from '../../../../src/contract/incident.ts';
import { buttonClasses } from '../../components/button.tsx';
import { TONE_SOFT } from '../../components/state-mark.tsx';

/** Says where the response goes on. */
export function MergedStrip({ into }: { into: NonNullable<Incident['mergedInto']> }) {
  return (
    <div
      className={`mb-4 flex flex-wrap items-center justify-between gap-x-4 gap-y-2 rounded-md px-3 py-2.5 ${TONE_SOFT.active}`}
    >
      <p className="min-w-0 flex-1 basis-56 font-semibold break-anywhere">
        Merged into {into.number}: {into.title}
      </p>
      <Link to="/incidents/$id" params={{ id: into.id }} className={buttonClasses('primary')}>
        Go on in {into.number}
        <ArrowRight aria-hidden="true" size={16} />
      </Link>
    </div>
  );
}
