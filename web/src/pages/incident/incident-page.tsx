import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { ArrowRight } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Incident } from '../../../../src/contract/incident.ts';
import { incidentQuery, pendingApprovals } from '../../api/queries.ts';
import { buttonClasses } from '../../components/button.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { FactStrip } from '../../components/fact-strip.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { SeverityMark } from '../../components/severity-mark.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { StateMark, TONE_SOFT } from '../../components/state-mark.tsx';
import { Time } from '../../components/time.tsx';
import { actorWords } from '../../lib/actor-words.ts';
import { INCIDENT_STATES } from '../../lib/words.ts';
import { AcknowledgeButton } from './acknowledge-button.tsx';
import { EscalationStrip } from './escalation-strip.tsx';
import { IncidentActions } from './incident-actions.tsx';
import { IncidentSide } from './incident-side.tsx';
import { IncidentTimeline } from './incident-timeline.tsx';
import { MergedStrip } from './merged-strip.tsx';
import { nextStepOf, ownerOf } from './next-step.ts';
import { phaseWords } from './phase-words.ts';
import { ResponseClock } from './response-clock.tsx';
import { StatusMenu } from './status-menu.tsx';
import { ThumbBar } from './thumb-bar.tsx';

/** One incident: what is wrong, who has it, what happens next, what happened so far. */
export function IncidentPage(): ReactNode {
  const { id } = useParams({ from: '/app/incidents/$id' });
  const query = useQuery(incidentQuery(id));
  const incident = query.data;
  if (!incident) {
    return (
      <>
        <PageHeader title="Incident" above={<Link to="/incidents">Incidents</Link>} />
        {query.error ? (
          <ErrorPanel error={query.error} onRetry={() => void query.refetch()} />
        ) : (
          <SkeletonRows rows={10} what="the incident" />
        )}
      </>
    );
  }
  const owner = ownerOf(incident);
  const over = incident.status === 'resolved' || incident.status === 'closed';
  return (
    <>
      <PageHeader
        title={incident.title}
        documentTitle={`${incident.number} ${incident.title}`}
        above={
          <>
            <Link to="/incidents" className="hover:underline">
              Incidents
            </Link>
            <span>{incident.number}</span>
            <SeverityMark rank={incident.severity.rank} label={incident.severity.label} />
          </>
        }
        state={<StateMark state={INCIDENT_STATES[incident.status]} soft />}
        actions={
          <>
            {incident.acknowledgedAt || over ? null : (
              <span className="max-sm:hidden">
                <AcknowledgeButton id={incident.id} number={incident.number} />
              </span>
            )}
            <StatusMenu incident={incident} />
            <IncidentActions incident={incident} />
          </>
        }
      />
      {query.error ? <ErrorPanel error={query.error} /> : null}
      {incident.mergedInto ? <MergedStrip into={incident.mergedInto} /> : <NextStrip incident={incident} />}
      <EscalationStrip incident={incident} />
      <FactStrip
        facts={[
          {
            label: over ? 'Who had it' : 'Who has it',
            value: owner ? (
              <strong>{actorWords(owner)}</strong>
            ) : (
              <strong className={over ? '' : 'text-bad'}>Nobody</strong>
            ),
          },
          { label: 'Response', value: <ResponseClock incident={incident} /> },
          over ? null : { label: 'Phase', value: phaseWords(incident.phase) },
          { label: 'Opened', value: <Time at={incident.openedAt} /> },
          incident.resolvedAt ? { label: 'Resolved', value: <Time at={incident.resolvedAt} /> } : null,
        ]}
      />
      <div className="grid grid-cols-1 gap-x-10 gap-y-6 lg:grid-cols-[minmax(0,1fr)_320px]">
        <IncidentTimeline incident={incident} />
        <IncidentSide incident={incident} />
      </div>
      <ThumbBar incident={incident} />
    </>
  );
}

/** The answer to "what happens next", with the way to act on it. */
function NextStrip({ incident }: { incident: Incident }) {
  const approvals = useInfiniteQuery(pendingApprovals).data?.pages.flatMap((page) => page.items);
  const next = nextStepOf(incident, approvals);
  // One primary action: as long as nobody has it, that is to acknowledge.
  const waitsForOwner = incident.acknowledgedAt === null && !['resolved', 'closed'].includes(incident.status);
  return (
    <div
      className={`mb-4 flex flex-wrap items-center justify-between gap-x-4 gap-y-2 rounded-md px-3 py-2.5 ${TONE_SOFT[next.tone]}`}
    >
      <p className="min-w-0 flex-1 basis-56 font-semibold break-anywhere">
        <span className="sr-only">Next: </span>
        {next.text}
      </p>
      {next.run ? (
        <Link
          to="/runs/$id"
          params={{ id: next.run.id }}
          className={buttonClasses(next.tone === 'active' || waitsForOwner ? 'plain' : 'primary')}
        >
          {next.run.action}
          <ArrowRight aria-hidden="true" size={16} />
        </Link>
      ) : null}
    </div>
  );
}
