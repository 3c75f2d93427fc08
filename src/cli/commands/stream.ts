import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  type ChangeStream,
  PROFILE_NAMES,
  STREAM_KINDS,
  STREAM_STATES,
  type Stream,
  type StreamPartition,
  type StreamSettings,
} from '../../contract/stream.ts';
import { type ApiClient, route } from '../api-client.ts';
import type { CliContext } from '../cli-context.ts';
import { addExamples } from '../options/examples.ts';
import { addPaging, type Page, type PagingOptions, pagingQuery, suggestNextPage } from '../options/paging.ts';
import { collectText } from '../options/parse-values.ts';
import { cleanLine } from '../terminal/clean-text.ts';
import type { Output, Tone } from '../terminal/output.ts';
import { count, formatBytes, formatWhen } from '../terminal/times.ts';
import { stateCell } from '../terminal/tones.ts';

const TONES: Readonly<Record<Stream['state'], Tone>> = {
  warming: 'plain',
  active: 'good',
  paused: 'asks',
  evicted: 'plain',
};

/** `holdfast stream ls|show|set|pause|resume|partitions`. */
export function defineCommand(command: Command, context: CliContext): void {
  addExamples(command, 'holdfast stream ls', 'holdfast stream set str_0… --profile strict');
  defineList(command, context);
  defineShow(command, context);
  defineSet(command, context);
  definePause(command, context);
  definePartitions(command, context);
}

function defineList(command: Command, context: CliContext): void {
  const list = command
    .command('ls')
    .description('Streams of telemetry, newest first')
    .addOption(new Option('--kind <kind>', 'of this kind').choices(STREAM_KINDS))
    .addOption(new Option('--state <state>', 'in this state').choices(STREAM_STATES))
    .option('--service <name>', 'of this service');
  addPaging(list);
  addExamples(list, 'holdfast stream ls', 'holdfast stream ls --kind logs --state active');
  list.action(async (options: PagingOptions & { kind?: string; state?: string; service?: string }) => {
    const output = context.output();
    const { kind, state, service } = options;
    const query = { ...pagingQuery(options), kind, state, service };
    const page = await (await context.api()).get<Page<Stream>>('/api/v1/streams', query);
    if (output.json) return output.printJson(page);
    if (page.items.length === 0) {
      output.print('No streams.');
      return output.suggest('Send logs, metrics or traces: see docs/anomalies.md');
    }
    const now = new Date();
    output.printTable(
      [
        { title: 'STREAM' },
        { title: 'STATE' },
        { title: 'SERVICE', cutTo: 14 },
        { title: 'KIND' },
        { title: 'EVENTS' },
        { title: 'ANOMALIES, DAY' },
        { title: 'HEARD', optional: true },
      ],
      page.items.map((stream) => [
        stream.id,
        stateCell(output, TONES[stream.state], stateText(stream)),
        cleanLine(stream.service),
        stream.kind,
        String(stream.events),
        String(stream.lastDay.anomalies),
        formatWhen(stream.lastAt, now),
      ]),
    );
    if (!suggestNextPage(output, 'holdfast stream ls', page))
      output.suggest(`Look closer: holdfast stream show ${page.items[0]!.id}`);
  });
}

function stateText({ state, warming }: Stream): string {
  return state === 'warming' && warming.needed > 0 ? `warming ${warming.seen}/${warming.needed}` : state;
}

function defineShow(command: Command, context: CliContext): void {
  const show = command
    .command('show')
    .argument('<id>', 'id of the stream')
    .description('One stream: counts and settings');
  addExamples(show, 'holdfast stream show str_0…').action(async (id: string) => {
    const output = context.output();
    const stream = await readStream(await context.api(), id);
    if (output.json) return output.printJson(stream);
    printStream(output, stream);
    output.suggest(`Its anomalies: holdfast anomaly ls --stream ${stream.id}`);
  });
}

function readStream(api: ApiClient, id: string): Promise<Stream> {
  return api.get<Stream>(route`/api/v1/streams/${id}`);
}

function printStream(output: Output, stream: Stream): void {
  const { lastDay, counted, settings } = stream;
  output.print(`${output.bold(cleanLine(stream.service))} ${stream.kind}  ${output.dim(stream.id)}`);
  const rate = lastDay.events === 0 ? '' : ` (${((100 * lastDay.anomalies) / lastDay.events).toFixed(2)} % of events)`;
  const left: [string, number][] = [
    ['sampled out', counted.sampledOut],
    ['refused while paused', counted.refusedWhilePaused],
    ['sent twice', counted.duplicates],
    ['values redacted', counted.redactedValues],
    ['series given up', counted.evictedSeries],
  ];
  const noted = left.filter(([, many]) => many > 0).map(([what, many]) => `${many} ${what}`);
  output.printFacts(
    [
      ['state', stateText(stream) + (stream.reason ? `: ${cleanLine(stream.reason)}` : '')],
      ['events', `${stream.events}, ${stream.judged} judged`],
      [
        'last day',
        `${count(lastDay.anomalies, 'anomaly', 'anomalies')}${rate}, ${lastDay.confirmed} confirmed, ${lastDay.normal} normal`,
      ],
      ...(noted.length === 0 ? [] : [['counted', noted.join(', ')] as [string, string]]),
      ['model', `${formatBytes(stream.memoryBytes)}, its ${ordinal(stream.epoch)}`],
      ['alpha', `${settings.alpha} (${settings.profile})`],
      ['settings', describeSettings(settings)],
    ],
    2,
  );
}

const ordinal = (n: number) => (n === 1 ? 'first' : `${n}th`);

function describeSettings({ window, tableBits, calibrationSize, sampling, redaction }: StreamSettings): string {
  return [
    `2^${tableBits} slots`,
    `ranked among ${calibrationSize}`,
    window ? `windows of ${window.events}, each ${window.hop}` : 'no windows',
    ...(sampling < 1 ? [`keeps ${sampling * 100} %`] : []),
    ...(redaction.keys.length + redaction.patterns.length > 0
      ? [`${redaction.keys.length + redaction.patterns.length} redactions of its own`]
      : []),
  ].join(', ');
}

type SetOptions = {
  profile?: StreamSettings['profile'];
  alpha?: number;
  window?: StreamSettings['window'];
  tableBits?: number;
  calibration?: number;
  sampling?: number;
  redactKey?: string[];
  redactPattern?: string[];
};

function defineSet(command: Command, context: CliContext): void {
  const set = command
    .command('set')
    .argument('<id>', 'id of the stream')
    .description('Change settings; what is not named stays')
    .addOption(new Option('--profile <profile>', 'how readily an event is an anomaly').choices(PROFILE_NAMES))
    .option('--alpha <p>', 'the p-value from which an event is an anomaly, instead of the profile’s', parseNumber)
    .option('--window <events/hop>', 'judge windows as a whole, such as 200/50; none for no windows', parseWindow)
    .option('--table-bits <n>', '15, 16 or 17: size of the model; it begins anew', parseNumber)
    .option('--calibration <n>', 'scores a p-value is ranked among; the model begins anew', parseNumber)
    .option('--sampling <share>', 'the share of records to keep, 1 for all', parseNumber)
    .option('--redact-key <name>', 'a name whose values are blanked; may be repeated', collectText)
    .option('--redact-pattern <re2>', 'an expression of what is blanked; may be repeated', collectText);
  addExamples(set, 'holdfast stream set str_0… --profile strict', 'holdfast stream set str_0… --window 200/50');
  set.action(async (id: string, options: SetOptions) => {
    const output = context.output();
    const api = await context.api();
    const before = await readStream(api, id);
    const stream = await api.send<Stream>('PATCH', route`/api/v1/streams/${id}`, {
      body: changeOf(options, before),
      ifMatch: `"${before.version}"`,
    });
    if (output.json) return output.printJson(stream);
    printStream(output, stream);
    if (stream.epoch !== before.epoch) output.note('Its model begins anew and warms up.');
  });
}

function changeOf(options: SetOptions, { settings }: Stream): ChangeStream {
  const { redactKey, redactPattern, calibration, ...plain } = options;
  const redaction =
    redactKey || redactPattern
      ? { keys: redactKey ?? settings.redaction.keys, patterns: redactPattern ?? settings.redaction.patterns }
      : undefined;
  return {
    ...plain,
    ...(calibration === undefined ? {} : { calibrationSize: calibration }),
    ...(redaction ? { redaction } : {}),
  };
}

function definePause(command: Command, context: CliContext): void {
  const pause = command
    .command('pause')
    .argument('<id>', 'id of the stream')
    .description('Take nothing of a stream; what is sent is refused and counted')
    .requiredOption('--reason <text>', 'why; it is kept in the record');
  addExamples(pause, 'holdfast stream pause str_0… --reason "a migration makes noise"');
  pause.action(async (id: string, { reason }: { reason: string }) => {
    const output = context.output();
    const stream = await (await context.api()).send<Stream>('POST', route`/api/v1/streams/${id}/pause`, {
      body: { reason },
    });
    if (output.json) return output.printJson(stream);
    output.print(`${output.mark('good')} ${cleanLine(stream.service)} ${stream.kind} is paused.`);
    output.suggest(`Take it again: holdfast stream resume ${stream.id}`);
  });

  const resume = command
    .command('resume')
    .argument('<id>', 'id of the stream')
    .description('Take a paused stream again; its model goes on where it was');
  addExamples(resume, 'holdfast stream resume str_0…').action(async (id: string) => {
    const output = context.output();
    const stream = await (await context.api()).send<Stream>('POST', route`/api/v1/streams/${id}/resume`);
    if (output.json) return output.printJson(stream);
    output.print(`${output.mark('good')} ${cleanLine(stream.service)} ${stream.kind} is ${stateText(stream)}.`);
  });
}

function parseNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('not a number');
  return value;
}

function parseWindow(text: string): StreamSettings['window'] {
  if (text === 'none') return null;
  const [, events, hop] = /^(\d{1,6})(?:\/(\d{1,6}))?$/.exec(text) ?? [];
  if (events === undefined) throw new InvalidArgumentError('write EVENTS or EVENTS/HOP, such as 200/50, or none');
  return { events: Number(events), hop: Number(hop ?? events) };
}

function definePartitions(command: Command, context: CliContext): void {
  const partitions = command
    .command('partitions')
    .description('Partitions of what waits in JetStream, and which process reads each');
  addExamples(partitions, 'holdfast stream partitions').action(async () => {
    const output = context.output();
    const page = await (await context.api()).get<{ items: StreamPartition[] }>('/api/v1/stream-partitions');
    if (output.json) return output.printJson(page);
    if (page.items.length === 0) {
      output.print('No partitions: records are stored at once.');
      return output.suggest('Several processes share streams with telemetry.nats: see docs/anomalies.md');
    }
    const now = new Date();
    output.printTable(
      [
        { title: 'PARTITION' },
        { title: 'READ BY' },
        { title: 'STREAMS' },
        { title: 'WAITING' },
        { title: 'POSITION', optional: true },
        { title: 'MOVED', optional: true },
      ],
      page.items.map(({ partition, reader, streams, waiting, position, movedAt }) => [
        String(partition),
        reader ? cleanLine(`${reader.host} ${reader.pid}`) : stateCell(output, 'bad', 'nobody'),
        String(streams),
        String(waiting),
        String(position),
        movedAt === null ? '' : formatWhen(movedAt, now),
      ]),
    );
    for (const { partition, reason } of page.items)
      if (reason !== null) output.print(`Partition ${partition} does not move: ${cleanLine(reason)}`);
  });
}
