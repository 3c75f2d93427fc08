import { Argument, type Command, Option } from 'commander';
import type { Escalation } from '../../contract/escalation.ts';
import {
  INCIDENT_ROLES,
  INCIDENT_STATUSES,
  type Incident,
  type IncidentSummary,
  type TimelineEntry,
} from '../../contract/incident.ts';
import { type ApiClient, route } from '../api-client.ts';
import type { CliContext } from '../cli-context.ts';
import { addExamples } from '../options/examples.ts';
import { addPaging, type Page, type PagingOptions, pagingQuery, suggestNextPage } from '../options/paging.ts';
import { collectInput, parseCount, parseRank } from '../options/parse-values.ts';
import { nextCommandFor, printIncident, printIncidents, printTimeline } from '../views/incident-view.ts';
import { defineAftermath } from './incident/aftermath.ts';
import { defineJoining } from './incident/joining.ts';

const ID = ['<id>', 'number (INC-…) or id of the incident'] as const;
const WHOLE_TIMELINE = 1_000;

/** `holdfast incident ls|show|timeline|ack|status|severity|role|note|declare|merge|split|related|postmortem|measures`. */
export function defineCommand(command: Command, context: CliContext): void {
  addExamples(
    command,
    'holdfast incident ls',
    'holdfast incident show INC-20260301-001',
    'holdfast incident ack INC-20260301-001',
  );
  defineReading(command, context);
  defineSteering(command, context);
  defineDeclaring(command, context);
  defineJoining(command, context);
  defineAftermath(command, context);
}

function defineReading(command: Command, context: CliContext): void {
  const list = command
    .command('ls')
    .description('Incidents that are not over, newest first')
    .addOption(new Option('--status <status>', 'of this status').choices(INCIDENT_STATUSES))
    .option('--all', 'also those that are over');
  addPaging(list);
  addExamples(list, 'holdfast incident ls', 'holdfast incident ls --all --limit 10');
  list.action(async (options: PagingOptions & { status?: string; all?: boolean }) => {
    const output = context.output();
    const open = options.all || options.status ? undefined : true;
    const query = { ...pagingQuery(options), status: options.status, open };
    const page = await (await context.api()).get<Page<IncidentSummary>>('/api/v1/incidents', query);
    if (output.json) return output.printJson(page);
    if (page.items.length === 0) {
      output.print(open ? 'No open incidents.' : 'No incidents.');
      return output.suggest(open ? 'Past ones: holdfast incident ls --all' : 'What is watched: holdfast probe ls');
    }
    printIncidents(output, page.items, new Date());
    if (!suggestNextPage(output, 'holdfast incident ls', page))
      output.suggest(`Look closer: holdfast incident show ${page.items[0]!.number}`);
  });

  const show = command
    .command('show')
    .argument(...ID)
    .description('One screen: what is wrong, who has it, what happens next');
  addExamples(show, 'holdfast incident show INC-20260301-001').action(async (id: string) => {
    const output = context.output();
    const api = await context.api();
    const incident = await api.get<Incident>(route`/api/v1/incidents/${id}`);
    if (output.json) return output.printJson(incident);
    const escalations = await api.get<Page<Escalation>>(route`/api/v1/incidents/${incident.id}/escalations`);
    printIncident(output, {
      incident,
      escalations: escalations.items,
      timeline: await readTimeline(api, incident.id),
      now: new Date(),
    });
    output.suggest(nextCommandFor(incident));
  });

  const timeline = command
    .command('timeline')
    .argument(...ID)
    .description('What happened, oldest first')
    .option('--limit <n>', 'most entries in one answer of --json', parseCount, WHOLE_TIMELINE)
    .option('--cursor <seq>', 'with --json: go on after this entry');
  addExamples(timeline, 'holdfast incident timeline INC-20260301-001');
  timeline.action(async (id: string, options: PagingOptions) => {
    const output = context.output();
    const api = await context.api();
    if (output.json)
      return output.printJson(await api.get(route`/api/v1/incidents/${id}/timeline`, pagingQuery(options)));
    printTimeline(output, await readTimeline(api, id), new Date());
    output.suggest(`Add to it: holdfast incident note ${id} "…"`);
  });
}

function defineSteering(command: Command, context: CliContext): void {
  const change = async (id: string, path: string, body: object, said: (incident: Incident) => string) => {
    const output = context.output();
    const incident = await (await context.api()).send<Incident>('POST', `${route`/api/v1/incidents/${id}`}/${path}`, {
      body,
    });
    if (output.json) return output.printJson(incident);
    output.print(`${output.mark('good')} ${incident.number} ${said(incident)}.`);
    output.suggest(nextCommandFor(incident));
  };

  const acknowledge = command
    .command('ack')
    .argument(...ID)
    .description('Take it: stops every page that has not gone out')
    .option('--reason <text>', 'a word for the timeline');
  addExamples(acknowledge, 'holdfast incident ack INC-20260301-001').action(
    (id: string, options: { reason?: string }) =>
      change(id, 'ack', options, (incident) => `is taken by ${incident.acknowledgedBy}`),
  );

  const status = command
    .command('status')
    .argument(...ID)
    .addArgument(new Argument('<status>', 'how far it is').choices(INCIDENT_STATUSES))
    .description('Say how far it is')
    .option('--reason <text>', 'why; needed with --override')
    .option('--override', 'resolve although no verification passed; kept in the record with your name');
  addExamples(
    status,
    'holdfast incident status INC-20260301-001 identified',
    'holdfast incident status INC-20260301-001 resolved --override --reason "verified by hand"',
  ).action((id: string, to: string, options: { reason?: string; override?: boolean }) =>
    change(id, 'status', { status: to, ...options }, (incident) => `is ${incident.status}`),
  );

  const severity = command
    .command('severity')
    .argument(...ID)
    .argument('<rank>', 'from 1 (worst) to 4, also P1 to P4', parseRank)
    .description('Change how bad it is')
    .requiredOption('--reason <text>', 'why; it is kept in the record');
  addExamples(severity, 'holdfast incident severity INC-20260301-001 1 --reason "checkout is down as well"').action(
    (id: string, rank: number, { reason }: { reason: string }) =>
      change(id, 'severity', { rank, reason }, (incident) => `is ${incident.severity.label}`),
  );

  const role = command
    .command('role')
    .argument(...ID)
    .addArgument(new Argument('<role>', 'which').choices(INCIDENT_ROLES))
    .argument('[name]', 'who has it from now on')
    .description('Give somebody a role')
    .option('--clear', 'nobody has it any more');
  addExamples(
    role,
    'holdfast incident role INC-20260301-001 commander ada',
    'holdfast incident role INC-20260301-001 scribe --clear',
  ).action((id: string, name: string, who: string | undefined, { clear }: { clear?: boolean }) => {
    if ((who === undefined) !== (clear === true))
      role.error('error: give either a name or --clear', { code: 'usage', exitCode: 2 });
    return change(id, 'roles', { roles: { [name]: who ?? null } }, (incident) => `has ${describeRole(incident, name)}`);
  });

  const note = command
    .command('note')
    .argument(...ID)
    .argument('<text...>', 'what to write down')
    .description('Add a note to the timeline')
    .option('--at <time>', 'when it happened, if not now (RFC 3339)');
  addExamples(note, 'holdfast incident note INC-20260301-001 "Vendor confirms a network fault"').action(
    (id: string, words: string[], { at }: { at?: string }) =>
      change(
        id,
        'timeline',
        { text: words.join(' '), ...(at ? { at: toTimestamp(note, at) } : {}) },
        () => 'has a new note',
      ),
  );
}

function defineDeclaring(command: Command, context: CliContext): void {
  const declare = command
    .command('declare')
    .argument('<title...>', 'what is wrong, in a sentence')
    .description('Open an incident by hand; it pages like any other')
    .option('--severity <rank>', 'from 1 (worst) to 4 (default: 2)', parseRank)
    .option('--text <text>', 'the first entry of its timeline')
    .option(
      '--label <name=value>',
      'what it is about, such as service=shop; escalation is routed by it; repeat it',
      collectInput,
    )
    .option('--scheme <name>', 'severity scheme; that of the route unless given')
    .option('--idempotency-key <key>', 'repeated with the same key it is declared once');
  addExamples(declare, 'holdfast incident declare --severity 1 "Checkout answers with errors"');
  declare.action(
    async (
      words: string[],
      {
        idempotencyKey,
        label,
        ...options
      }: {
        severity?: number;
        text?: string;
        scheme?: string;
        label?: Record<string, string>;
        idempotencyKey?: string;
      },
    ) => {
      const output = context.output();
      const body = { title: words.join(' '), ...options, ...(label ? { labels: label } : {}) };
      const incident = await (await context.api()).send<IncidentSummary>('POST', '/api/v1/incidents', {
        body,
        idempotencyKey,
      });
      if (output.json) return output.printJson(incident);
      output.print(`${output.mark('good')} ${incident.number} is open (${incident.severity.label}).`);
      output.suggest(`Take it: holdfast incident ack ${incident.number}`);
    },
  );
}

function describeRole(incident: Incident, role: string): string {
  const name = incident.roles[role];
  return name ? `${name} as ${role}` : `no ${role}`;
}

function toTimestamp(command: Command, text: string): string {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) command.error(`error: "${text}" is no time`, { code: 'usage', exitCode: 2 });
  return at.toISOString();
}

async function readTimeline(api: ApiClient, id: string): Promise<TimelineEntry[]> {
  const entries: TimelineEntry[] = [];
  let cursor: string | undefined;
  do {
    const page = await api.get<Page<TimelineEntry>>(route`/api/v1/incidents/${id}/timeline`, {
      limit: WHOLE_TIMELINE,
      cursor,
    });
    entries.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return entries;
}
