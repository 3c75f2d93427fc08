import { Eye, MapPin } from 'lucide-react';
import type { Run } from '../../../../src/contract/run.ts';
import { plural } from '../../lib/plural.ts';
import { isLeftByDryRun } from './skip-reason.ts';
import type { StepView } from './step-view.ts';

/** What makes this run another than the usual: only a dry run, or somewhere else. */
export function RunBanner({ run, steps }: { run: Run; steps: readonly StepView[] }) {
  if (!run.dryRun && run.environment === null) return null;
  const left = steps.filter(isLeftByDryRun).length;
  return (
    <div
      role="note"
      aria-label="About this run"
      className="mb-3 flex flex-wrap gap-x-6 gap-y-1 rounded-md border border-accent bg-accent-soft px-3 py-2"
    >
      {run.dryRun ? (
        <p className="flex items-start gap-2">
          <Eye aria-hidden="true" size={16} className="mt-0.5 shrink-0 text-accent" />
          <span>
            <strong>Dry run.</strong> Only what observes is carried out; nothing is changed.
            {left > 0 ? ` ${plural(left, 'step')} left out so far.` : ''}
          </span>
        </p>
      ) : null}
      {run.environment === null ? null : (
        <p className="flex items-start gap-2">
          <MapPin aria-hidden="true" size={16} className="mt-0.5 shrink-0 text-accent" />
          <span>
            Environment <strong>{run.environment}</strong>
          </span>
        </p>
      )}
    </div>
  );
}
