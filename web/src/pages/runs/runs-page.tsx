import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { RunSummary } from '../../../../src/contract/run.ts';
import { ACTIVE_RUNS, runList } from '../../api/queries.ts';
import { buttonClasses } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { Facets } from '../../components/facets.tsx';
import { type Column, List } from '../../components/list.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { Age, Time } from '../../components/time.tsx';
import { actorWords } from '../../lib/actor-words.ts';
import { formatDuration } from '../../lib/format-time.ts';
import { useSession } from '../../lib/use-session.ts';
import { RUN_STATES, WAITING_WORDS } from '../../lib/words.ts';

const VIEWS = [
  { value: 'all', label: 'All' },
  { value: 'active', label: 'Under way' },
  { value: 'waiting', label: 'Waits for somebody' },
  { value: 'failed', label: 'Failed' },
  { value: 'succeeded', label: 'Succeeded' },
] as const;
type View = (typeof VIEWS)[number]['value'];

const STATUSES: Record<View, string | undefined> = {
  all: undefined,
  active: ACTIVE_RUNS.join(','),
  waiting: 'waiting,in-doubt,paused',
  failed: 'failed,rollback-failed',
  succeeded: 'succeeded',
};

const COLUMNS: readonly Column<RunSummary>[] = [
  {
    title: 'Status',
    className: 'sm:w-px whitespace-nowrap',
    cell: (run) => (
      <StateMark
        state={
          run.status === 'waiting' && run.waitingFor
            ? { ...RUN_STATES.waiting, word: WAITING_WORDS[run.waitingFor] }
            : RUN_STATES[run.status]
        }
      />
    ),
  },
  {
    title: 'Procedure',
    phone: 'first',
    cell: (run) => (
      <>
        <Link data-row to="/runs/$id" params={{ id: run.id }} className="font-semibold break-anywhere hover:underline">
          {run.title}
        </Link>
        {run.dryRun || run.environment ? (
          <span className="ml-2 text-quiet">
            {[run.dryRun ? 'dry run' : null, run.environment].filter((part) => part !== null).join(', ')}
          </span>
        ) : null}
      </>
    ),
  },
  {
    title: 'Runbook',
    phone: 'hidden',
    cell: (run) => <span className="code-face text-quiet break-anywhere">{run.runbook}</span>,
  },
  {
    title: 'By',
    className: 'sm:w-px whitespace-nowrap',
    phone: 'hidden',
    cell: (run) => actorWords(run.startedBy) + (run.automatic ? ' (trigger)' : ''),
  },
  {
    title: 'Took',
    className: 'sm:w-px text-right whitespace-nowrap',
    phone: 'hidden',
    cell: (run) =>
      run.startedAt === null ? (
        ''
      ) : run.endedAt ? (
        formatDuration(Date.parse(run.endedAt) - Date.parse(run.startedAt))
      ) : (
        <Age since={run.startedAt} />
      ),
  },
  {
    title: 'Created',
    className: 'sm:w-px text-right whitespace-nowrap text-quiet',
    cell: (run) => <Time at={run.createdAt} />,
  },
];

export function RunsPage(): ReactNode {
  const search = useSearch({ from: '/app/runs' });
  const { show = 'all', runbook } = search;
  const { may } = useSession();
  const status = STATUSES[show];
  const query = useInfiniteQuery(runList({ ...(status ? { status } : {}), ...(runbook ? { runbook } : {}) }));
  return (
    <>
      <PageHeader
        title="Runs"
        actions={
          may('operator') ? (
            <Link to="/runs/new" className={buttonClasses()}>
              Start a run
            </Link>
          ) : null
        }
      />
      <div className="mb-2 flex flex-wrap items-center gap-3">
        <Facets
          label="Which runs"
          options={VIEWS}
          current={show}
          toSearch={(value) => ({ ...search, show: value === 'all' ? undefined : value })}
        />
        {runbook ? (
          <Link to="/runs" search={show === 'all' ? {} : { show }} className="link">
            Only {runbook}; show all runbooks
          </Link>
        ) : null}
      </div>
      <List
        query={query}
        columns={COLUMNS}
        keyOf={(run) => run.id}
        caption="runs"
        empty={
          <EmptyState
            why={
              show === 'all'
                ? 'No runbook has been run yet. Start one here, or let a finding start the one whose trigger it matches.'
                : 'No run is in this state.'
            }
          >
            <Link to="/runbooks" className="link">
              See the runbooks
            </Link>
          </EmptyState>
        }
      />
    </>
  );
}
