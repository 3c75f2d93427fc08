import type { Finding } from '../../../contract/finding.ts';
import type { TimelineEntry } from '../../../contract/incident.ts';
import type { ActionItem, Evidence, PostmortemBody } from '../../../contract/incident-postmortem.ts';

/** What is still to be done after every incident. */
const FIRST_ACTIONS = ['Fix root cause', 'Update monitoring', 'Update runbooks', 'Schedule post-mortem'];
/** Labels that name what is affected, the most telling first. */
const SERVICE_LABELS = ['service', 'app', 'component', 'job', 'probe'];

const MOST_ENTRIES = 500;
const LONGEST_LINE = 2_000;
const MOST_SERVICES = 50;
const MOST_STEPS = 100;
const MOST_EVIDENCE = 200;
const LONGEST_EVIDENCE = 500;

type Entry = Pick<TimelineEntry, 'at' | 'kind' | 'text' | 'ref'>;
type Line = PostmortemBody['timeline'][number];

/** Entries besides the moments that a reader of the story needs. */
const NOTES = new Set([
  'incident.noted',
  'incident.merged',
  'incident.split',
  'incident.severity-changed',
  'step.succeeded',
  'run.failed',
  'run.rolled-back',
  'escalation.found-nobody',
]);
/** Kinds a draft is made of. */
export const TOLD_KINDS: readonly string[] = [
  ...NOTES,
  'incident.opened',
  'incident.split-off',
  'incident.acknowledged',
  'incident.status-changed',
  'incident.resolved',
  'run.succeeded',
  'run.cancelled',
  'run.rollback-failed',
];

/**
 * A postmortem as far as the record already tells it. Root cause and resolution are what people said when they set the
 * status, and the changes that were made; the rest is for them to write.
 * @param about.entries of the incident and those merged into it, oldest first
 */
export function draftPostmortem(about: {
  title: string;
  openedAt: Date;
  findings: readonly Pick<Finding, 'id' | 'kind' | 'title' | 'openedAt' | 'labels' | 'evidence'>[];
  entries: readonly Entry[];
}): PostmortemBody {
  const { entries } = about;
  const identified = entries.findLast((entry) => statusOf(entry) === 'identified');
  const mitigated =
    entries.find((entry) => statusOf(entry) === 'mitigated') ??
    entries.find((entry) => statusOf(entry) === 'monitoring' || entry.kind === 'run.succeeded');
  const moments: [Line['moment'], Entry | undefined][] = [
    ['alert', alertOf(about)],
    ['acknowledged', entries.find((entry) => entry.kind === 'incident.acknowledged')],
    ['root-cause', identified],
    ['mitigated', mitigated],
    ['restored', entries.findLast((entry) => entry.kind === 'incident.resolved')],
  ];
  const told = moments.flatMap(([moment, entry]) => (entry ? [toLine(moment, entry)] : []));
  const taken = new Set(moments.map(([, entry]) => entry));
  const notes = entries
    .filter((entry) => NOTES.has(entry.kind) && !taken.has(entry))
    .map((entry) => toLine('note', entry));
  return {
    summary: '',
    services: servicesOf(about.findings),
    timeline: [...told, ...notes.slice(0, MOST_ENTRIES - told.length)].sort((a, b) =>
      a.at < b.at ? -1 : a.at > b.at ? 1 : 0,
    ),
    rootCause: identified ? reasonOf(identified) : '',
    resolution: resolutionOf(entries),
    actionItems: FIRST_ACTIONS.map((text): ActionItem => ({ text, owner: null, due: null, done: false })),
    evidence: evidenceOf(about),
  };
}

/** What was found and what was run, each with how it ended. */
function evidenceOf({ findings, entries }: Parameters<typeof draftPostmortem>[0]): Evidence[] {
  const line = (text: string, otherwise: string) =>
    oneLine(text).slice(0, LONGEST_EVIDENCE).toWellFormed().trim() || otherwise;
  const found = findings.map(({ id, kind, title, labels, evidence }): Evidence => {
    const isAlert = Object.hasOwn(labels, 'alertname');
    const seen = evidence[0]?.text ?? '';
    return {
      kind: kind === 'anomaly' ? kind : isAlert ? 'alert' : 'finding',
      text: line(seen === '' ? title : `${title}: ${seen}`, kind),
      ref: id,
      url: null,
    };
  });
  // The last word on each.
  const runs = new Map(
    entries.flatMap(({ kind, ref, text }) => (kind.startsWith('run.') && ref ? [[ref, text] as const] : [])),
  );
  const run = [...runs].map(([ref, text]): Evidence => ({ kind: 'run', text: line(text, 'run'), ref, url: null }));
  return [...found, ...run].slice(0, MOST_EVIDENCE);
}

/** When the first thing noticed something, which may be before there was an incident. */
function alertOf(about: Parameters<typeof draftPostmortem>[0]): Entry {
  const opened = about.entries.find(({ kind }) => kind === 'incident.opened' || kind === 'incident.split-off');
  const first = [...about.findings].sort((a, b) => (a.openedAt < b.openedAt ? -1 : 1))[0];
  const openedAt = opened?.at ?? about.openedAt.toISOString();
  if (first && first.openedAt < openedAt)
    return { at: first.openedAt, kind: 'finding.opened', text: first.title, ref: null };
  return { at: openedAt, kind: 'incident.opened', text: opened?.text ?? about.title, ref: null };
}

/** Statuses are told in words: `Status identified: the reason`. */
function statusOf({ kind, text }: Entry): string | null {
  return kind === 'incident.status-changed' ? (/^Status ([a-z]+)\b/.exec(text)?.[1] ?? null) : null;
}

function reasonOf({ text }: Entry): string {
  const colon = text.indexOf(': ');
  return colon < 0 ? '' : oneLine(text.slice(colon + 2));
}

function resolutionOf(entries: readonly Entry[]): string {
  const done = entries.filter((entry) => entry.kind === 'step.succeeded').map((entry) => oneLine(entry.text));
  const said = entries.filter((entry) => statusOf(entry) === 'mitigated' && reasonOf(entry) !== '').map(reasonOf);
  const over = entries.findLast((entry) => entry.kind === 'incident.resolved');
  const steps = [...said, ...done].slice(0, MOST_STEPS).map((step) => step.slice(0, 150).toWellFormed());
  return [...steps, ...(over ? [oneLine(over.text)] : [])].map((step) => `- ${step}`).join('\n');
}

function toLine(moment: Line['moment'], { at, text }: Entry): Line {
  return { at, moment, text: oneLine(text) || moment };
}

function oneLine(text: string): string {
  return text
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, LONGEST_LINE)
    .toWellFormed();
}

function servicesOf(findings: Parameters<typeof draftPostmortem>[0]['findings']): string[] {
  const names = findings.flatMap(({ labels }) => {
    const label = SERVICE_LABELS.find((name) => labels[name]);
    return label ? [oneLine(labels[label]!).slice(0, 200).toWellFormed()] : [];
  });
  return [...new Set(names)].filter((name) => name !== '').slice(0, MOST_SERVICES);
}
