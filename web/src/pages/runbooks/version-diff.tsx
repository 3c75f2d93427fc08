import { useQuery } from '@tanstack/react-query';
import type { RunbookComparison, StepChange } from '../../../../src/contract/runbook-version.ts';
import { comparisonQuery } from '../../api/queries.ts';
import { DiffView } from '../../components/diff-view.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { RiskBadge } from '../../components/risk-badge.tsx';
import { RiskChange } from '../../components/risk-change.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';

const CHANGE_WORDS: Record<StepChange['change'], string> = {
  added: 'Added',
  removed: 'Removed',
  changed: 'Changed',
  moved: 'Moved',
};
/** What makes a runbook riskier is read first. */
const RISK_ORDER: readonly StepChange['risk'][] = ['riskier', 'safer', 'same'];

/** What two versions do differently, step by step. */
export function VersionDiff({ path, from, to }: { path: string; from: string; to: string }) {
  const query = useQuery(comparisonQuery(path, from, to));
  if (!query.data) {
    return query.error ? (
      <ErrorPanel error={query.error} onRetry={() => void query.refetch()} />
    ) : (
      <SkeletonRows rows={6} what="the comparison" />
    );
  }
  const { changes, inputs, risk } = query.data;
  const sorted = changes.toSorted((left, right) => RISK_ORDER.indexOf(left.risk) - RISK_ORDER.indexOf(right.risk));
  return (
    <section aria-labelledby="diff" className="max-w-[900px]">
      <h2 id="diff" className="mb-1 flex flex-wrap items-center gap-x-3 text-lead">
        From {from.slice(0, 12)} to {to.slice(0, 12)}
        <span className="text-body">
          <RiskChange risk={risk} />
        </span>
      </h2>
      <InputChanges inputs={inputs} />
      {sorted.length === 0 ? (
        <EmptyState why="Every step does the same in both: only the words around them differ." />
      ) : (
        <>
          <p className="mb-2 text-quiet">
            {sorted.length === 1 ? '1 step differs.' : `${sorted.length} steps differ, the riskier first.`}
          </p>
          {sorted.map((change) => (
            <ChangedStep key={`${change.procedure} ${change.before?.id} ${change.after?.id}`} change={change} />
          ))}
        </>
      )}
    </section>
  );
}

function ChangedStep({ change }: { change: StepChange }) {
  const { before, after } = change;
  const step = after ?? before;
  if (!step) return null;
  const sameBody = before?.body === after?.body;
  return (
    <section aria-label={step.title} className="border-t border-line py-3">
      <h3 className="flex flex-wrap items-center gap-x-3 gap-y-1 text-body">
        <RiskChange risk={change.risk} />
        <span>{CHANGE_WORDS[change.change]}</span>
        <span className="break-anywhere">{step.title}</span>
      </h3>
      <p className="mt-0.5 flex flex-wrap items-center gap-x-2 text-quiet">
        <span className="break-anywhere">{change.procedure}</span>
        {before?.risk ? <RiskBadge risk={before.risk} /> : <span>{before ? 'nothing runs' : 'not there'}</span>}
        <span aria-hidden="true">→</span>
        <span className="sr-only">to</span>
        {after?.risk ? <RiskBadge risk={after.risk} /> : <span>{after ? 'nothing runs' : 'not there'}</span>}
        <span>
          {before ? `line ${before.line}` : ''}
          {before && after && before.line !== after.line ? `, now ${after.line}` : before ? '' : `line ${after?.line}`}
        </span>
      </p>
      {sameBody ? (
        <p className="text-quiet">Its commands are the same.</p>
      ) : (
        <DiffView
          before={before ? before.body.trimEnd().split('\n') : []}
          after={after ? after.body.trimEnd().split('\n') : []}
          label={`Commands of ${step.title}, before and after`}
        />
      )}
    </section>
  );
}

function InputChanges({ inputs }: { inputs: RunbookComparison['inputs'] }) {
  if (inputs.added.length === 0 && inputs.removed.length === 0) return null;
  return (
    <p className="mb-1 break-anywhere">
      {inputs.added.length > 0 ? `New inputs: ${inputs.added.join(', ')}. ` : ''}
      {inputs.removed.length > 0 ? `No longer asked for: ${inputs.removed.join(', ')}.` : ''}
    </p>
  );
}
