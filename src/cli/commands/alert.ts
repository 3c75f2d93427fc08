import { type Command, InvalidArgumentError } from 'commander';
import { route } from '../api-client.ts';
import type { CliContext } from '../cli-context.ts';
import { addExamples } from '../options/examples.ts';
import { collectInput, parseDurationMs } from '../options/parse-values.ts';
import type { Tone } from '../terminal/output.ts';
import { count, formatDuration, formatWhen } from '../terminal/times.ts';
import { stateCell } from '../terminal/tones.ts';

type Alert = {
  fingerprint: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  startsAt: string;
  receivers: { name: string }[];
  status: { state: string; silencedBy: string[]; inhibitedBy: string[]; mutedBy: string[] };
};
type Group = { labels: Record<string, string>; receiver: { name: string }; alerts: Alert[] };
type Silence = {
  id: string;
  status: { state: 'active' | 'pending' | 'expired' };
  matchers: { name: string; value: string; isRegex: boolean; isEqual: boolean }[];
  startsAt: string;
  endsAt: string;
  createdBy: string;
  comment: string;
};
type Heartbeat = { name: string; everyMs: number; graceMs: number; lastAt: string; state: 'alive' | 'missed' };

const MATCHERS = ['[matchers...]', 'such as severity=critical or team=~"shop|pay"'] as const;
const SILENCE_TONES: Readonly<Record<Silence['status']['state'], Tone>> = {
  active: 'asks',
  pending: 'plain',
  expired: 'plain',
};

/** `holdfast alert ls|groups|send|silence|silences|unsilence|heartbeats`. */
export function defineCommand(command: Command, context: CliContext): void {
  addExamples(
    command,
    'holdfast alert ls',
    'holdfast alert silence alertname=DiskFull --for 2h --comment "disk ordered"',
  );
  defineLists(command, context);
  defineSend(command, context);
  defineSilences(command, context);
  defineHeartbeats(command, context);
}

function defineLists(command: Command, context: CliContext): void {
  const list = command
    .command('ls')
    .argument(...MATCHERS)
    .description('Alerts that fire, and what keeps them quiet');
  addExamples(list, 'holdfast alert ls', 'holdfast alert ls severity=critical \'instance=~"db.*"\'');
  list.action(async (matchers: string[]) => {
    const output = context.output();
    const alerts = await (await context.api()).get<Alert[]>(`/api/v2/alerts${filters(matchers)}`);
    if (output.json) return output.printJson(alerts);
    if (alerts.length === 0) {
      output.print('No alert fires.');
      return output.suggest('See also: holdfast alert silences, holdfast finding ls');
    }
    const now = new Date();
    output.printTable(
      [
        { title: 'ALERT', cutTo: 16 },
        { title: 'STATE' },
        { title: 'SINCE', optional: true },
        { title: 'LABELS', cutTo: 20 },
        { title: 'SUMMARY', optional: true },
      ],
      alerts.map((alert) => [
        alert.labels['alertname'] ?? '-',
        stateCell(output, alert.status.state === 'active' ? 'bad' : 'plain', quietBy(alert)),
        formatWhen(alert.startsAt, now),
        labelsBut(alert.labels, ['alertname']),
        alert.annotations['summary'] ?? '',
      ]),
    );
    output.suggest('Quiet for a while: holdfast alert silence MATCHER… --for 2h --comment WHY');
  });

  const groups = command.command('groups').description('Alerts in the groups they are told in, with their receivers');
  addExamples(groups, 'holdfast alert groups').action(async () => {
    const output = context.output();
    const found = await (await context.api()).get<Group[]>('/api/v2/alerts/groups');
    if (output.json) return output.printJson(found);
    if (found.length === 0) return output.print('No alert fires.');
    output.printTable(
      [{ title: 'GROUP', cutTo: 24 }, { title: 'RECEIVER' }, { title: 'FIRING' }, { title: 'QUIET' }],
      found.map((group) => [
        labelsBut(group.labels, []) || '(all)',
        group.receiver.name,
        String(group.alerts.filter((alert) => alert.status.state === 'active').length),
        String(group.alerts.filter((alert) => alert.status.state !== 'active').length),
      ]),
    );
  });
}

function defineSend(command: Command, context: CliContext): void {
  const send = command
    .command('send')
    .argument('<name>', 'name of the alert')
    .argument('[labels...]', 'further labels, name=value', collectLabels, {})
    .description('Send an alert, as a monitoring system would')
    .option('--annotation <name=value>', 'what is said about it; may be repeated', collectInput, {})
    .option(
      '--for <duration>',
      'how long it fires unless it is sent again (default: the routing’s resolve timeout)',
      parseDurationMs,
    )
    .option('--resolved', 'it is over');
  addExamples(
    send,
    'holdfast alert send DiskFull node=db-1 severity=critical --annotation summary="the disk is full"',
    'holdfast alert send DiskFull node=db-1 severity=critical --resolved',
  );
  type SendOptions = { annotation: Record<string, string>; for?: number; resolved?: boolean };
  send.action(async (name: string, labels: Record<string, string>, options: SendOptions) => {
    const output = context.output();
    const endsInMs = options.resolved ? 0 : options.for;
    const endsAt = endsInMs === undefined ? {} : { endsAt: new Date(Date.now() + endsInMs).toISOString() };
    const alert = { labels: { alertname: name, ...labels }, annotations: options.annotation, ...endsAt };
    await (await context.api()).send('POST', '/api/v2/alerts', { body: [alert] });
    if (output.json) return output.printJson(alert);
    output.print(
      `${output.mark('good')} ${name} ${options.resolved ? 'is told to be over' : 'is sent'}; it is stored.`,
    );
    output.suggest('See it: holdfast alert ls');
  });
}

function defineSilences(command: Command, context: CliContext): void {
  const silence = command
    .command('silence')
    .argument('<matchers...>', 'what to keep quiet: severity=info, team=~"shop|pay"')
    .description('Tell nobody of certain alerts for a while')
    .requiredOption('--for <duration>', 'how long: 30m, 2h, 1d', parseDurationMs)
    .requiredOption('--comment <text>', 'why; it is kept')
    .option('--preview', 'only show what it would keep quiet');
  addExamples(
    silence,
    'holdfast alert silence alertname=DiskFull node=db-1 --for 2h --comment "disk ordered"',
    'holdfast alert silence team=shop --for 30m --comment "deploy" --preview',
  );
  silence.action(async (matchers: string[], options: { for: number; comment: string; preview?: boolean }) => {
    const output = context.output();
    const api = await context.api();
    const muted = await api.get<Alert[]>(`/api/v2/alerts${filters(matchers)}`);
    if (options.preview) {
      if (output.json) return output.printJson({ alerts: muted });
      output.print(`It would keep ${count(muted.length, 'alert')} quiet that fire now.`);
      for (const alert of muted) output.print(`  ${labelsBut(alert.labels, [])}`);
      return;
    }
    const now = Date.now();
    const { name } = await api.get<{ name: string }>('/api/v1/session');
    const { silenceID } = await api.send<{ silenceID: string }>('POST', '/api/v2/silences', {
      body: {
        matchers: matchers.map(toMatcher),
        startsAt: new Date(now).toISOString(),
        endsAt: new Date(now + options.for).toISOString(),
        createdBy: name,
        comment: options.comment,
      },
    });
    if (output.json) return output.printJson({ silenceID, alerts: muted.length });
    output.print(
      `${output.mark('good')} Silence ${silenceID} holds for ${formatDuration(options.for)} and keeps ${count(muted.length, 'alert')} quiet that fire now.`,
    );
    output.suggest(`End it: holdfast alert unsilence ${silenceID}`);
  });

  const list = command
    .command('silences')
    .description('What is silenced, by whom and until when')
    .option('--all', 'also those that are over');
  addExamples(list, 'holdfast alert silences', 'holdfast alert silences --all').action(
    async ({ all }: { all?: boolean }) => {
      const output = context.output();
      const silences = await (await context.api()).get<Silence[]>('/api/v2/silences', all ? {} : { expired: false });
      if (output.json) return output.printJson(silences);
      if (silences.length === 0) return output.print('Nothing is silenced.');
      const now = new Date();
      output.printTable(
        [
          { title: 'SILENCE' },
          { title: 'STATE' },
          { title: 'UNTIL', optional: true },
          { title: 'BY', optional: true },
          { title: 'MATCHERS', cutTo: 20 },
          { title: 'WHY', optional: true },
        ],
        silences.map((each) => [
          each.id,
          stateCell(output, SILENCE_TONES[each.status.state], each.status.state),
          formatWhen(each.endsAt, now),
          each.createdBy,
          each.matchers.map(showMatcher).join(' '),
          each.comment,
        ]),
      );
    },
  );

  const end = command.command('unsilence').argument('<id>', 'id of the silence').description('End a silence now');
  addExamples(end, 'holdfast alert unsilence 6f8b8a5e-6d3b-4d3f-8d3b-3d2f6d3b4d3f').action(async (id: string) => {
    const output = context.output();
    await (await context.api()).send('DELETE', route`/api/v2/silence/${id}`);
    if (output.json) return output.printJson({ id, expired: true });
    output.print(`${output.mark('good')} Silence ${id} is over.`);
  });
}

function defineHeartbeats(command: Command, context: CliContext): void {
  const list = command.command('heartbeats').description('What must be heard of, and when it was');
  addExamples(list, 'holdfast alert heartbeats').action(async () => {
    const output = context.output();
    const page = await (await context.api()).get<{ items: Heartbeat[] }>('/api/v1/heartbeats');
    if (output.json) return output.printJson(page);
    if (page.items.length === 0) {
      output.print('No heartbeats.');
      return output.suggest('The first one begins the watch: POST /api/v1/heartbeats/NAME?every=1h');
    }
    const now = new Date();
    output.printTable(
      [{ title: 'HEARTBEAT' }, { title: 'STATE' }, { title: 'EVERY' }, { title: 'LAST' }],
      page.items.map((each) => [
        each.name,
        stateCell(output, each.state === 'alive' ? 'good' : 'bad', each.state),
        formatDuration(each.everyMs),
        formatWhen(each.lastAt, now),
      ]),
    );
  });
}

function filters(matchers: readonly string[]): string {
  return matchers.length === 0 ? '' : `?${matchers.map((text) => `filter=${encodeURIComponent(text)}`).join('&')}`;
}

function labelsBut(labels: Record<string, string>, left: readonly string[]): string {
  return Object.entries(labels)
    .filter(([name]) => !left.includes(name))
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}

function quietBy({ status }: Alert): string {
  if (status.silencedBy.length > 0) return 'silenced';
  if (status.inhibitedBy.length > 0) return 'inhibited';
  return status.mutedBy.length > 0 ? 'muted' : 'firing';
}

function collectLabels(text: string, before: Record<string, string>): Record<string, string> {
  return collectInput(text, before);
}

const MATCHER = /^\s*("(?:[^"\\]|\\.)*"|[^\s=!~"]+)\s*(=~|!~|!=|=)\s*([\s\S]*)$/;

/** One matcher as the API takes it; the server judges the rest. */
function toMatcher(text: string): Silence['matchers'][number] {
  const [, name = '', type = '', value = ''] = MATCHER.exec(text) ?? [];
  if (type === '') throw new InvalidArgumentError(`Write a matcher such as severity=critical, not ${text}.`);
  return {
    name: unquote(name),
    value: unquote(value.trim()),
    isRegex: type.endsWith('~'),
    isEqual: !type.startsWith('!'),
  };
}

function unquote(text: string): string {
  if (!text.startsWith('"') || !text.endsWith('"') || text.length < 2) return text;
  return text.slice(1, -1).replace(/\\(.)/g, (_all, char: string) => (char === 'n' ? '\n' : char));
}

function showMatcher({ name, value, isRegex, isEqual }: Silence['matchers'][number]): string {
  return `${name}${isEqual ? '=' : '!'}${isRegex ? '~' : isEqual ? '' : '='}"${value}"`;
}
