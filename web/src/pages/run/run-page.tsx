import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Run, RunStatus } from '../../../../src/contract/run.ts';
import { runQuery } from '../../api/queries.ts';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { FactStrip } from '../../components/fact-strip.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { TextWithTimes } from '../../components/text-with-times.tsx';
import { Age, Time } from '../../components/time.tsx';
import { actorWords } from '../../lib/actor-words.ts';
import { formatDuration } from '../../lib/format-time.ts';
import { sentenceCase } from '../../lib/sentence-case.ts';
import { RUN_STATES, WAITING_WORDS } from '../../lib/words.ts';
import { countWords } from './count-items.ts';
import { EndedActions } from './ended-actions.tsx';
import { lockWaitOf } from './lock-wait.ts';
import { RollbackSummary } from './rollback-summary.tsx';
import { RunBanner } from './run-banner.tsx';
import { RunDocument } from './run-document.tsx';
import { RunFootBar } from './run-foot-bar.tsx';
import { RunSide } from './run-side.tsx';
import { flatten, stepAnchor, viewSteps } from './step-view.ts';
import { useRunKeys } from './use-run-keys.ts';

const ENDED: readonly RunStatus[] = ['succeeded', 'failed', 'cancelled', 'rolled-back', 'rollback-failed'];
/** Events bring news at once; while a run is under way this is the net below them. */
const ACTIVE_REFRESH_MS = 5_000;

/** One run, read like the document it came from, with the next decision always in sight. */
export function RunPage(): ReactNode {
  useRunKeys();
  const { id } = useParams({ from: '/app/runs/$id' });
  const query = useQuery({
    ...runQuery(id),
    refetchInterval: (current) =>
      current.state.data && ENDED.includes(current.state.data.status) ? false : ACTIVE_REFRESH_MS,
  });
  const run = query.data;
  if (!run) {
    return (
      <>
        <PageHeader title="Run" above={<Link to="/runs">Runs</Link>} />
        {query.error ? (
          <ErrorPanel error={query.error} onRetry={() => void query.refetch()} />
        ) : (
          <SkeletonRows rows={10} what="the run" />
        )}
      </>
    );
  }
  const steps = viewSteps(run);
  const lock = lockWaitOf(run);
  const ended = ENDED.includes(run.status);
  const broken = flatten(steps).findLast((step) => step.status === 'failed' || step.status === 'rollback-failed');
  const brokenReason = broken?.run?.attempts.at(-1)?.reason ?? null;
  const waits = run.status === 'waiting' && run.waitingFor;
  const state = waits
    ? { ...RUN_STATES.waiting, word: lock ? `Waits for the lock ${lock.lock}` : WAITING_WORDS[waits] }
    : RUN_STATES[run.status];
  const own = steps.filter((step) => step.helps === null && step.plan.within === undefined);
  const container = steps.findLast((step) => step.items.length > 0 && step.status !== 'pending');
  const done = own.filter((step) => step.status === 'succeeded').length;
  const left = own.filter((step) => step.status === 'skipped').length;
  return (
    <>
      <PageHeader
        title={run.title}
        documentTitle={`${state.word}: ${run.title}`}
        above={
          <>
            <Link to="/runs" className="hover:underline">
              Runs
            </Link>
            {run.incidentId ? (
              <Link to="/incidents/$id" params={{ id: run.incidentId }} className="link">
                For its incident
              </Link>
            ) : null}
          </>
        }
        state={<StateMark state={state} soft />}
        actions={ended ? <EndedActions run={run} steps={steps} /> : null}
      />
      {query.error ? <ErrorPanel error={query.error} /> : null}
      <RunBanner run={run} steps={steps} />
      {run.reason && ['failed', 'rollback-failed', 'cancelled'].includes(run.status) ? (
        <p className="mb-3 rounded-md bg-bad-soft px-3 py-2 font-semibold text-bad break-anywhere">
          <TextWithTimes text={sentenceCase(run.reason)} />
          {brokenReason ? (
            <span className="block font-normal text-ink">
              {broken?.plan.title}: {sentenceCase(brokenReason)}
            </span>
          ) : null}
          {broken ? (
            <a href={`#${stepAnchor(broken.id)}`} className="link font-normal whitespace-nowrap">
              See the step
            </a>
          ) : null}
        </p>
      ) : null}
      <FactStrip
        facts={[
          { label: 'Steps', value: `${done} of ${own.length} done${left > 0 ? `, ${left} left out` : ''}` },
          container
            ? {
                label: 'Items',
                value: countWords(container.items),
              }
            : null,
          { label: 'Started', value: <Time at={run.startedAt ?? run.createdAt} /> },
          { label: ended ? 'Took' : 'So far', value: <Duration run={run} /> },
          { label: 'By', value: actorWords(run.startedBy) + (run.automatic ? ', by its trigger' : '') },
        ]}
      />
      <RollbackSummary run={run} steps={steps} />
      <div className="grid grid-cols-1 gap-x-10 gap-y-6 lg:grid-cols-[minmax(0,1fr)_280px]">
        <RunDocument run={run} steps={steps} />
        <RunSide run={run} steps={steps} />
      </div>
      {ended ? null : <RunFootBar run={run} steps={steps} />}
    </>
  );
}

function Duration({ run }: { run: Run }) {
  if (run.startedAt === null) return <>not begun</>;
  if (run.endedAt) return <>{formatDuration(Date.parse(run.endedAt) - Date.parse(run.startedAt))}</>;
  return <Age since={run.startedAt} />;
}
