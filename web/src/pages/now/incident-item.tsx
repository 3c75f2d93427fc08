import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Incident, IncidentSummary } from '../../../../src/contract/incident.ts';
import type { Approval } from '../../../../src/contract/run.ts';
import { incidentQuery } from '../../api/queries.ts';
import { buttonClasses } from '../../components/button.tsx';
import { SeverityMark } from '../../components/severity-mark.tsx';
import { StateMark, TONE_TEXT } from '../../components/state-mark.tsx';
import { Age } from '../../components/time.tsx';
import { actorWords } from '../../lib/actor-words.ts';
import { INCIDENT_STATES, PAGE_STATES } from '../../lib/words.ts';
import { AcknowledgeButton } from '../incident/acknowledge-button.tsx';
import { nextStepOf, ownerOf } from '../incident/next-step.ts';
import { ResponseClock } from '../incident/response-clock.tsx';

/** One open incident in five seconds: what, who, what next, what may I do. */
export function IncidentItem({ incident, approvals }: { incident: IncidentSummary; approvals: readonly Approval[] }) {
  const detail = useQuery(incidentQuery(incident.id)).data;
  const owner = ownerOf(incident);
  const next = detail ? nextStepOf(detail, approvals) : null;
  return (
    <li className="rounded-md border border-line p-3 focus-within:border-line-strong">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <SeverityMark rank={incident.severity.rank} label={incident.severity.label} />
        <StateMark state={INCIDENT_STATES[incident.status]} />
        <span className="ml-auto text-quiet">
          for <Age since={incident.openedAt} />
        </span>
      </div>
      <h3 className="mt-1 text-lead break-anywhere">
        <Link data-row to="/incidents/$id" params={{ id: incident.id }} className="hover:underline">
          {incident.title}
        </Link>
      </h3>
      <dl className="mt-1.5 grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-0.5">
        <dt className="text-quiet">Who</dt>
        <dd className="break-anywhere">
          {owner ? (
            <>
              <strong>{actorWords(owner)}</strong> has it
            </>
          ) : (
            <>
              <strong className="text-bad">Nobody has it.</strong> {detail ? <Paged incident={detail} /> : null}
            </>
          )}
        </dd>
        <dt className="text-quiet">Clock</dt>
        <dd>
          <ResponseClock incident={incident} />
        </dd>
        {next ? (
          <>
            <dt className="text-quiet">Next</dt>
            <dd className={`break-anywhere ${TONE_TEXT[next.tone]}`}>{next.text}</dd>
          </>
        ) : null}
      </dl>
      <div className="mt-2.5 flex flex-wrap items-center gap-2">
        {incident.acknowledgedAt ? null : <AcknowledgeButton id={incident.id} number={incident.number} short />}
        {next?.run ? (
          <Link to="/runs/$id" params={{ id: next.run.id }} className={buttonClasses()}>
            {next.run.action}
          </Link>
        ) : (
          <Link to="/incidents/$id" params={{ id: incident.id }} className={buttonClasses()}>
            Open {incident.number}
          </Link>
        )}
      </div>
    </li>
  );
}

function Paged({ incident }: { incident: Incident }) {
  const page = incident.pages.at(-1);
  if (!page) return <>Nobody was paged.</>;
  return (
    <>
      Page to {page.to}: {PAGE_STATES[page.state].word.toLowerCase()}
      {page.reason ? ` (${page.reason})` : ''}.
    </>
  );
}
