import type { Escalation } from '../../contract/escalation.ts';
import type { Incident, IncidentSummary, TimelineEntry } from '../../contract/incident.ts';
import { cleanLine } from '../terminal/clean-text.ts';
import type { Output } from '../terminal/output.ts';
import { count, formatClock, formatDate, formatDuration, formatWhen } from '../terminal/times.ts';
import { stateCell, toneOfIncident } from '../terminal/tones.ts';

const TIMELINE_SHOWN = 5;

/** The list: number, not id, because people say the number. */
export function printIncidents(output: Output, incidents: readonly IncidentSummary[], now: Date): void {
  output.printTable(
    [
      { title: 'INCIDENT' },
      { title: 'SEV' },
      { title: 'STATUS' },
      { title: 'WHO', cutTo: 6, optional: true },
      { title: 'OPENED', optional: true },
      { title: 'TITLE', cutTo: 14 },
    ],
    incidents.map((incident) => [
      incident.number,
      incident.severity.label,
      stateCell(output, toneOfIncident(incident.status), incident.status),
      incident.acknowledgedBy ?? 'nobody',
      formatWhen(incident.openedAt, now),
      incident.title,
    ]),
  );
}

/** One screen: what is wrong, who has it, what happens next. */
export function printIncident(
  output: Output,
  shown: { incident: Incident; escalations: readonly Escalation[]; timeline: readonly TimelineEntry[]; now: Date },
): void {
  const { incident, escalations, timeline, now } = shown;
  output.print(
    `${output.mark(toneOfIncident(incident.status))} ${output.bold(cleanLine(`${incident.number}  ${incident.title}`))}`,
  );
  output.printFacts(
    [
      [
        'State',
        `${incident.severity.label} · ${incident.status} · opened ${formatWhen(incident.openedAt, now)}${lengthOf(incident)}`,
      ],
      [
        'Wrong',
        incident.findings.map(describeFinding(now)).join('\n') || 'declared by a person; nothing was found by itself',
      ],
      ['Part of', incident.mergedInto && `${incident.mergedInto.number}: go on there`],
      ['Includes', incident.merged.map(({ number, title }) => `${number} ${cleanLine(title)}`).join('\n') || null],
      ['Phase', over(incident) ? null : describePhase(incident.phase)],
      ['Who', describeWho(incident, now)],
      ['Paged', describePages(incident, now)],
      ['Escalates', describeEscalation(escalations, now)],
      ['Runs', incident.runs.map(describeRun(now)).join('\n') || 'none'],
      ['Next', describeNext(incident)],
    ],
    2,
  );
  if (timeline.length === 0) return;
  output.print('');
  printTimeline(output, timeline.slice(-TIMELINE_SHOWN), now);
}

/** What happened, oldest first. */
export function printTimeline(output: Output, entries: readonly TimelineEntry[], now: Date): void {
  const sameDay = entries.every((entry) => now.getTime() - new Date(entry.at).getTime() < 86_400_000);
  output.printFacts(
    entries.map(
      ({ at, by, text }) =>
        [sameDay ? formatClock(at) : formatDate(at), `${text}${by === 'system' ? '' : ` (${by})`}`] as const,
    ),
    2,
  );
}

/** The next useful command for this incident as it stands. */
export function nextCommandFor(incident: Incident): string {
  const waiting = incident.runs.find(
    (run) => run.status === 'waiting' || run.status === 'in-doubt' || run.status === 'paused',
  );
  if (waiting?.waitingFor === 'approval') return 'Decide: holdfast approval ls';
  if (waiting) return `Go on: holdfast run show ${waiting.id}`;
  if (incident.mergedInto) return `Go on there: holdfast incident show ${incident.mergedInto.number}`;
  if (over(incident)) return `Write it up: holdfast incident postmortem ${incident.number}`;
  if (incident.acknowledgedAt === null) return `Take it: holdfast incident ack ${incident.number}`;
  const running = incident.runs.find((run) => run.endedAt === null);
  if (running) return `Watch: holdfast run follow ${running.id}`;
  return `Go on: holdfast incident status ${incident.number} ${incident.nextStatuses[0] ?? 'resolved'}`;
}

const over = ({ status }: Incident) => status === 'resolved' || status === 'closed';

function describePhase({ name, fromMs, untilMs, elapsedMs }: Incident['phase']): string {
  const minutes = untilMs === null ? `after ${fromMs / 60_000} min` : `${fromMs / 60_000}–${untilMs / 60_000} min`;
  return `${name} (${minutes}), ${formatDuration(elapsedMs)} since it opened`;
}

function lengthOf(incident: Incident): string {
  if (!incident.resolvedAt) return '';
  const tookMs = new Date(incident.resolvedAt).getTime() - new Date(incident.openedAt).getTime();
  return ` · resolved after ${formatDuration(tookMs)}`;
}

const describeFinding = (now: Date) => (finding: Incident['findings'][number]) => {
  const newest = finding.evidence[0];
  const seen = `${finding.status}, ${count(finding.occurrences, 'time')}`;
  return newest
    ? `${finding.title}: ${cleanLine(newest.text)} (${seen}, ${formatWhen(newest.at, now)})`
    : `${finding.title} (${seen})`;
};

const describeRun = (now: Date) => (run: Incident['runs'][number]) => {
  const state = run.waitingFor ? `${run.status} for ${run.waitingFor}` : run.status;
  const by = run.automatic ? 'automatic' : run.startedBy;
  return `${run.title}: ${state}${run.reason ? ` (${cleanLine(run.reason)})` : ''}, ${by}, ${formatWhen(run.endedAt ?? run.startedAt ?? run.createdAt, now)}\n${run.id}`;
};

function describeWho(incident: Incident, now: Date): string {
  const roles = Object.entries(incident.roles).map(([role, name]) => `${role} ${name}`);
  if (incident.acknowledgedAt !== null) {
    return [
      `${incident.acknowledgedBy ?? 'somebody'} took it ${formatWhen(incident.acknowledgedAt, now)}`,
      ...roles,
    ].join(' · ');
  }
  const within = incident.severity.respondWithinMs;
  if (within === null || over(incident)) return ['nobody took it', ...roles].join(' · ');
  const leftMs = new Date(incident.openedAt).getTime() + within - now.getTime();
  const clock =
    leftMs >= 0
      ? `${formatDuration(leftMs)} left of ${formatDuration(within)}`
      : `${formatDuration(-leftMs)} past the ${formatDuration(within)} it should take`;
  return [`nobody has taken it yet: ${clock}`, ...roles].join(' · ');
}

function describePages(incident: Incident, now: Date): string | null {
  if (incident.pages.length === 0) return 'nobody';
  return incident.pages
    .map(
      (page) =>
        `${page.to} by ${page.channel}: ${page.state} ${formatWhen(page.at, now)}${page.reason ? ` (${cleanLine(page.reason)})` : ''}`,
    )
    .join('\n');
}

/** Who is told next if nothing changes; null where no policy runs. */
function describeEscalation(escalations: readonly Escalation[], now: Date): string | null {
  const running = escalations.find((escalation) => escalation.endedAt === null);
  if (!running) return null;
  const [next] = running.toCome;
  return next
    ? `${formatWhen(next.dueAt, now)}: ${next.name} (policy ${running.policy})`
    : `no further: every step of policy ${running.policy} that applies has fired`;
}

function describeNext(incident: Incident): string | null {
  if (incident.nextStatuses.length === 0) return 'nothing: it is closed';
  const blockers =
    incident.resolveBlockers.length > 0 ? `resolving is held back: ${incident.resolveBlockers.join('; ')}\n` : '';
  return `${blockers}may become ${incident.nextStatuses.join(', ')}`;
}
