import { Link } from '@tanstack/react-router';
import type { Finding } from '../../../../src/contract/finding.ts';
import type { Incident, Page } from '../../../../src/contract/incident.ts';
import type { RunSummary } from '../../../../src/contract/run.ts';
import { SideSection } from '../../components/side-section.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { Time } from '../../components/time.tsx';
import { plural } from '../../lib/plural.ts';
import { sentenceCase } from '../../lib/sentence-case.ts';
import { useSession } from '../../lib/use-session.ts';
import { FINDING_KINDS, FINDING_STATES, PAGE_STATES, RUN_STATES, WAITING_WORDS } from '../../lib/words.ts';
import { EscalationSide } from './escalation-side.tsx';
import { IncidentRoles } from './incident-roles.tsx';
import { RelatedSide } from './related-side.tsx';
import { SeverityControl } from './severity-control.tsx';

const SHOWN_EVIDENCE = 3;

/** The secondary facts of an incident. */
export function IncidentSide({ incident }: { incident: Incident }) {
  const { may } = useSession();
  const open = !['resolved', 'closed'].includes(incident.status);
  return (
    <aside aria-label="Facts" className="min-w-0">
      {open && incident.resolveBlockers.length > 0 ? (
        <SideSection title="Before it can be resolved" count={incident.resolveBlockers.length}>
          <ul className="list-disc pl-4">
            {incident.resolveBlockers.map((blocker) => (
              <li key={blocker} className="break-anywhere">
                {sentenceCase(blocker)}
              </li>
            ))}
          </ul>
        </SideSection>
      ) : null}
      {incident.merged.length > 0 ? (
        <SideSection title="Merged into it" count={incident.merged.length}>
          <ul>
            {incident.merged.map(({ id, number, title }) => (
              <li key={id} className="py-1 break-anywhere">
                <Link to="/incidents/$id" params={{ id }} className="link">
                  {number}
                </Link>{' '}
                {title}
              </li>
            ))}
          </ul>
        </SideSection>
      ) : null}
      <SideSection title="Runs" count={incident.runs.length}>
        {incident.runs.map((run) => (
          <RunLine key={run.id} run={run} />
        ))}
        {incident.runs.length === 0 ? <p className="text-quiet">No runbook was run for it.</p> : null}
        {open && may('operator') ? (
          <Link to="/runs/new" search={{ incident: incident.id }} className="link mt-1 inline-block">
            Start a runbook for it
          </Link>
        ) : null}
      </SideSection>
      <SideSection title="Findings" count={incident.findings.length}>
        {incident.findings.map((finding) => (
          <FindingLine key={finding.id} finding={finding} />
        ))}
        {incident.findings.length === 0 ? <p className="text-quiet">It was declared by a person.</p> : null}
      </SideSection>
      <RelatedSide incident={incident} />
      <SideSection title="Severity">
        <SeverityControl incident={incident} />
      </SideSection>
      <SideSection title="Roles">
        <IncidentRoles incident={incident} />
      </SideSection>
      <EscalationSide incident={incident} />
      <SideSection title="Pages" count={incident.pages.length}>
        {incident.pages.map((page) => (
          <PageLine key={page.id} page={page} />
        ))}
        {incident.pages.length === 0 ? <p className="text-quiet">Nobody was paged.</p> : null}
      </SideSection>
    </aside>
  );
}

function RunLine({ run }: { run: RunSummary }) {
  const waits = run.status === 'waiting' && run.waitingFor ? WAITING_WORDS[run.waitingFor] : null;
  return (
    <div className="py-1">
      <Link to="/runs/$id" params={{ id: run.id }} className="link break-anywhere">
        {run.title}
      </Link>
      <p className="flex flex-wrap gap-x-2">
        <StateMark state={waits ? { ...RUN_STATES.waiting, word: waits } : RUN_STATES[run.status]} />
        <Time at={run.endedAt ?? run.startedAt ?? run.createdAt} className="text-quiet" />
      </p>
    </div>
  );
}

function FindingLine({ finding }: { finding: Finding }) {
  return (
    <div className="py-1">
      <Link to="/findings/$id" params={{ id: finding.id }} className="link break-anywhere">
        {finding.title}
      </Link>
      <p className="flex flex-wrap gap-x-2">
        <StateMark state={FINDING_STATES[finding.status]} />
        <span className="text-quiet">
          {FINDING_KINDS[finding.kind]}, seen {plural(finding.occurrences, 'time')}
        </span>
      </p>
      <ul className="mt-1 border-l-2 border-line pl-2">
        {finding.evidence.slice(0, SHOWN_EVIDENCE).map((evidence) => (
          <li key={`${evidence.at} ${evidence.text}`} className="break-anywhere">
            {evidence.text} <Time at={evidence.at} className="text-quiet" />
          </li>
        ))}
      </ul>
    </div>
  );
}

function PageLine({ page }: { page: Page }) {
  return (
    <div className="py-1">
      <p className="flex flex-wrap gap-x-2">
        <span className="break-anywhere">
          {page.to} <span className="text-quiet">by {page.channel}</span>
        </span>
        <StateMark state={PAGE_STATES[page.state]} />
        <Time at={page.at} className="text-quiet" />
      </p>
      {page.attempts > 1 || page.reason ? (
        <p className="text-quiet break-anywhere">
          {page.attempts > 1 ? `${page.attempts} attempts` : ''}
          {page.attempts > 1 && page.reason ? ': ' : ''}
          {page.reason}
        </p>
      ) : null}
    </div>
  );
}
