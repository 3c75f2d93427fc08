import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Check, Plus } from 'lucide-react';
import { type ReactNode, useId } from 'react';
import {
  ACTIVE_RUNS,
  findingList,
  incidentList,
  pendingApprovals,
  probeListQuery,
  runList,
} from '../../api/queries.ts';
import { buttonClasses } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { FactStrip } from '../../components/fact-strip.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { Time } from '../../components/time.tsx';
import { useListKeys } from '../../components/use-list-keys.ts';
import { plural } from '../../lib/plural.ts';
import { useSession } from '../../lib/use-session.ts';
import { IncidentItem } from './incident-item.tsx';
import { looseFindings, type ProbeSummary, sortIncidents, splitRuns, summarizeProbes } from './sort-work.ts';
import { ApprovalItem, FindingItem, RunItem } from './work-items.tsx';

/** What is wrong, who is on it, what waits for a person, what goes on. */
export function NowPage(): ReactNode {
  useListKeys();
  const { may } = useSession();
  const queries = {
    incidents: useInfiniteQuery(incidentList({ open: true })),
    findings: useInfiniteQuery(findingList({ status: 'open' })),
    approvals: useInfiniteQuery(pendingApprovals),
    runs: useInfiniteQuery(runList({ status: ACTIVE_RUNS.join(',') })),
  };
  const probes = useQuery(probeListQuery);
  const failed = [...Object.values(queries), probes].find((query) => query.error);
  const incidents = items(queries.incidents.data);
  const findings = items(queries.findings.data);
  const approvals = items(queries.approvals.data);
  const runs = items(queries.runs.data);

  if (!incidents || !findings || !approvals || !runs || !probes.data) {
    return (
      <>
        <PageHeader title="Now" />
        {failed ? (
          <ErrorPanel error={failed.error} onRetry={() => void failed.refetch()} />
        ) : (
          <SkeletonRows rows={6} what="what is going on" />
        )}
      </>
    );
  }
  const broken = sortIncidents(incidents);
  const loose = looseFindings(findings, incidents);
  const { asking, working } = splitRuns(runs);
  const waiting = approvals.length + asking.length;
  const watched = summarizeProbes(probes.data.items);
  const wrong = broken.length + loose.length;

  return (
    <>
      <PageHeader
        title={wrong > 0 ? headline(broken.length, loose.length) : 'Nothing is broken'}
        documentTitle={wrong > 0 ? `(${wrong}) Now` : 'Now'}
        actions={
          may('operator') ? (
            <Link to="/incidents/new" aria-label="Declare incident" className={buttonClasses()}>
              <Plus aria-hidden="true" size={16} />
              <span>
                Declare<span className="max-sm:hidden"> incident</span>
              </span>
            </Link>
          ) : null
        }
      />
      {failed ? <ErrorPanel error={failed.error} onRetry={() => void failed.refetch()} /> : null}
      <div className="flex flex-col">
        <div className="max-sm:order-last max-sm:mt-6">
          <NowFacts watched={watched} />
        </div>
        <div className="grid grid-cols-1 gap-x-8 gap-y-6 lg:grid-cols-[minmax(0,1.35fr)_minmax(0,1fr)_minmax(0,1fr)]">
          <Column title="Broken" count={wrong}>
            {wrong === 0 ? <Quiet watched={watched} /> : null}
            <ul className="flex flex-col gap-3">
              {broken.map((incident) => (
                <IncidentItem key={incident.id} incident={incident} approvals={approvals} />
              ))}
            </ul>
            {loose.length > 0 ? (
              <ul className="mt-2">
                {loose.map((finding) => (
                  <FindingItem key={finding.id} finding={finding} />
                ))}
              </ul>
            ) : null}
          </Column>
          <Column title="Waits for a person" count={waiting}>
            {waiting === 0 ? <p className="text-quiet">No decision is asked for.</p> : null}
            <ul>
              {asking.map((run) => (
                <RunItem key={run.id} run={run} />
              ))}
              {approvals.map((approval) => (
                <ApprovalItem key={approval.id} approval={approval} />
              ))}
            </ul>
          </Column>
          <Column title="Running" count={working.length}>
            {working.length === 0 ? <p className="text-quiet">No run is under way.</p> : null}
            <ul>
              {working.map((run) => (
                <RunItem key={run.id} run={run} />
              ))}
            </ul>
          </Column>
        </div>
      </div>
    </>
  );
}

function items<Item>(data: { pages: { items: Item[] }[] } | undefined): Item[] | undefined {
  return data?.pages.flatMap((page) => page.items);
}

function headline(incidents: number, loose: number): string {
  if (incidents === 0) return `${plural(loose, 'finding')} open`;
  return `${plural(incidents, 'incident')} open`;
}

function Column({ title, count, children }: { title: string; count: number; children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="min-w-0">
      <h2 id={id} className="mb-2 border-b border-line pb-1.5 text-body">
        {title} <span className="font-normal text-quiet">{count}</span>
      </h2>
      {children}
    </section>
  );
}

/** How we know, and when it was last otherwise. */
function NowFacts({ watched }: { watched: ProbeSummary }) {
  const over = useInfiniteQuery(incidentList({ open: false })).data?.pages[0]?.items[0];
  return (
    <FactStrip
      facts={[
        {
          label: 'Probes',
          value:
            watched.all === 0 ? (
              'none'
            ) : (
              <Link to="/probes" className="hover:underline">
                {watched.healthy} of {watched.all} healthy
                {watched.failing > 0 ? <strong className="text-bad"> · {watched.failing} failing</strong> : null}
              </Link>
            ),
        },
        watched.lastCheckedAt ? { label: 'Last check', value: <Time at={watched.lastCheckedAt} /> } : null,
        over?.resolvedAt
          ? {
              label: 'Last resolved',
              value: (
                <Link to="/incidents/$id" params={{ id: over.id }} className="hover:underline">
                  {over.title}, <Time at={over.resolvedAt} />
                </Link>
              ),
            }
          : null,
      ]}
    />
  );
}

/** A calm day: nothing to do, and how we know. */
function Quiet({ watched }: { watched: ProbeSummary }) {
  if (watched.all === 0) {
    return (
      <EmptyState
        why="Nothing is watched yet, so nothing can be noticed. Describe a probe in holdfast.yaml and start the server again; the file is checked with:"
        command="npx holdfast validate-config"
      />
    );
  }
  return (
    <p className="flex items-start gap-2 text-quiet">
      <Check aria-hidden="true" size={16} className="mt-0.5 shrink-0 text-good" />
      <span>
        No incident is open.{' '}
        {watched.lastCheckedAt ? (
          <>
            Last check <Time at={watched.lastCheckedAt} />: {watched.healthy} of {plural(watched.all, 'probe')} healthy.
          </>
        ) : (
          <>{plural(watched.all, 'probe')} not asked yet.</>
        )}
      </span>
    </p>
  );
}
