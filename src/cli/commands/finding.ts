import { type Command, Option } from 'commander';
import { FINDING_STATUSES, type Finding } from '../../contract/finding.ts';
import { route } from '../api-client.ts';
import type { CliContext } from '../cli-context.ts';
import { addExamples } from '../options/examples.ts';
import { addPaging, type Page, type PagingOptions, pagingQuery, suggestNextPage } from '../options/paging.ts';
import { parseRank } from '../options/parse-values.ts';
import type { Output, Tone } from '../terminal/output.ts';
import { count, formatWhen } from '../terminal/times.ts';
import { stateCell } from '../terminal/tones.ts';

const TONES: Readonly<Record<Finding['status'], Tone>> = {
  open: 'bad',
  muted: 'plain',
  accepted: 'plain',
  fixed: 'good',
};
const EVIDENCE_SHOWN = 5;

/** What a person may say about a finding, and the status it then has. */
const CHANGES = [
  { name: 'mute', status: 'muted', summary: 'Stop hearing of it until somebody reopens it' },
  { name: 'accept', status: 'accepted', summary: 'Let it be as it is: known and wanted' },
  { name: 'reopen', status: 'open', summary: 'Take a mute or an acceptance back' },
] as const;

/** `holdfast finding ls|show|mute|accept|reopen`. */
export function defineCommand(command: Command, context: CliContext): void {
  addExamples(
    command,
    'holdfast finding ls --severity 2',
    'holdfast finding mute fnd_0… --reason "known, replaced on Monday"',
  );

  const list = command
    .command('ls')
    .description('Open findings, newest first')
    .addOption(new Option('--status <status>', 'of this status').choices(FINDING_STATUSES))
    .option('--all', 'of every status')
    .option('--severity <rank>', 'of this rank (1 to 4) or worse', parseRank);
  addPaging(list);
  addExamples(list, 'holdfast finding ls', 'holdfast finding ls --all --json | jq -r .items[].title');
  list.action(async (options: PagingOptions & { status?: string; all?: boolean; severity?: number }) => {
    const output = context.output();
    const status = options.status ?? (options.all ? undefined : 'open');
    const query = { ...pagingQuery(options), status, severity: options.severity };
    const page = await (await context.api()).get<Page<Finding>>('/api/v1/findings', query);
    if (output.json) return output.printJson(page);
    if (page.items.length === 0) {
      output.print(status ? `No findings are ${status}.` : 'No findings.');
      return output.suggest('See also: holdfast finding ls --all, holdfast probe ls');
    }
    const now = new Date();
    output.printTable(
      [
        { title: 'FINDING' },
        { title: 'STATUS' },
        { title: 'P' },
        { title: 'SEEN', optional: true },
        { title: 'TITLE', cutTo: 16 },
      ],
      page.items.map((finding) => [
        finding.id,
        stateCell(output, TONES[finding.status], finding.status),
        String(finding.severity),
        formatWhen(finding.lastSeenAt, now),
        finding.title,
      ]),
    );
    if (!suggestNextPage(output, 'holdfast finding ls', page))
      output.suggest(`Look closer: holdfast finding show ${page.items[0]!.id}`);
  });

  const show = command
    .command('show')
    .argument('<id>', 'id of the finding')
    .description('One finding with its evidence');
  addExamples(show, 'holdfast finding show fnd_0…').action(async (id: string) => {
    const output = context.output();
    const finding = await (await context.api()).get<Finding>(route`/api/v1/findings/${id}`);
    if (output.json) return output.printJson(finding);
    printFinding(output, finding);
    output.suggest(
      finding.incidentId
        ? `Its incident: holdfast incident show ${finding.incidentId}`
        : `Mute it: holdfast finding mute ${finding.id} --reason "…"`,
    );
  });

  for (const { name, status, summary } of CHANGES) {
    const change = command
      .command(name)
      .argument('<id>', 'id of the finding')
      .description(summary)
      .requiredOption('--reason <text>', 'why; it is kept in the record');
    addExamples(change, `holdfast finding ${name} fnd_0… --reason "why, in a sentence"`);
    change.action(async (id: string, { reason }: { reason: string }) => {
      const output = context.output();
      const finding = await (await context.api()).send<Finding>('POST', route`/api/v1/findings/${id}/status`, {
        body: { status, reason },
      });
      if (output.json) return output.printJson(finding);
      output.print(`${output.mark('good')} ${finding.title} is ${finding.status}.`);
      output.suggest(`Look at it: holdfast finding show ${finding.id}`);
    });
  }
}

function printFinding(output: Output, finding: Finding): void {
  const now = new Date();
  output.print(`${output.mark(TONES[finding.status])} ${output.bold(finding.title)}`);
  output.printFacts(
    [
      ['Finding', `${finding.id} (${finding.kind}, rank ${finding.severity})`],
      ['Status', finding.reason ? `${finding.status}: ${finding.reason}` : finding.status],
      [
        'Seen',
        `first ${formatWhen(finding.openedAt, now)}, last ${formatWhen(finding.lastSeenAt, now)}, ${count(finding.occurrences, 'time')}`,
      ],
      ['Fixed', finding.fixedAt ? formatWhen(finding.fixedAt, now) : null],
      ['Incident', finding.incidentId],
      [
        'Labels',
        Object.entries(finding.labels)
          .map(([name, value]) => `${name}=${value}`)
          .join(' ') || null,
      ],
    ],
    2,
  );
  output.print('');
  output.printFacts(
    finding.evidence.slice(0, EVIDENCE_SHOWN).map(({ at, text }) => [formatWhen(at, now), text] as const),
    2,
  );
}
