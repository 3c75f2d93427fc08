import { writeFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import type { Anomaly, AnomalyDetail, FeedbackEffect } from '../../../contract/anomaly.ts';
import { HoldfastError, messageOf } from '../../../platform/errors/holdfast-error.ts';
import { route } from '../../api-client.ts';
import type { CliContext } from '../../cli-context.ts';
import { addExamples } from '../../options/examples.ts';
import { addPaging, type Page, type PagingOptions, pagingQuery, suggestNextPage } from '../../options/paging.ts';
import { parseRank } from '../../options/parse-values.ts';
import { showEvent } from '../../scan/show-event.ts';
import { readBytes } from '../../send-request.ts';
import { cleanLine } from '../../terminal/clean-text.ts';
import type { Output, Tone } from '../../terminal/output.ts';
import { formatBytes, formatWhen } from '../../terminal/times.ts';
import { stateCell } from '../../terminal/tones.ts';

/** `holdfast anomaly ls|show|feedback|evidence`: those the server found. */
export function defineJudgedAnomalies(command: Command, context: CliContext): void {
  defineList(command, context);
  defineShow(command, context);
  defineFeedback(command, context);
  defineEvidence(command, context);
}

function defineList(command: Command, context: CliContext): void {
  const list = command
    .command('ls')
    .description('Anomalies of all streams, newest first')
    .option('--stream <id>', 'of this stream')
    .option('--cause <cause>', 'of this cause')
    .option('--severity <rank>', 'of this rank (1 to 4) or worse', parseRank)
    .addOption(new Option('--feedback <word>', 'of which people said so').choices(['normal', 'confirmed', 'none']));
  addPaging(list);
  addExamples(list, 'holdfast anomaly ls', 'holdfast anomaly ls --severity 3 --feedback none');
  type ListOptions = PagingOptions & { stream?: string; cause?: string; severity?: number; feedback?: string };
  list.action(async (options: ListOptions) => {
    const output = context.output();
    const { stream, cause, severity, feedback } = options;
    const query = { ...pagingQuery(options), stream, cause, severity, feedback };
    const page = await (await context.api()).get<Page<Anomaly>>('/api/v1/anomalies', query);
    if (output.json) return output.printJson(page);
    if (page.items.length === 0) {
      output.print('No anomalies.');
      return output.suggest('See also: holdfast stream ls');
    }
    const now = new Date();
    output.printTable(
      [
        { title: 'ANOMALY' },
        { title: 'P' },
        { title: 'SERVICE', cutTo: 12 },
        { title: 'WHEN', optional: true },
        { title: 'SAID', optional: true },
        { title: 'WHAT', cutTo: 20 },
      ],
      page.items.map((anomaly) => [
        anomaly.id,
        stateCell(output, toneOf(anomaly), String(anomaly.severity)),
        cleanLine(anomaly.service),
        formatWhen(anomaly.at, now),
        anomaly.feedback?.verdict ?? '',
        cleanLine(anomaly.summary),
      ]),
    );
    if (!suggestNextPage(output, 'holdfast anomaly ls', page))
      output.suggest(`Look closer: holdfast anomaly show ${page.items[0]!.id}`);
  });
}

const toneOf = ({ severity, feedback }: Anomaly): Tone =>
  feedback?.verdict === 'normal' ? 'plain' : severity < 4 ? 'bad' : 'asks';

function defineShow(command: Command, context: CliContext): void {
  const show = command
    .command('show')
    .argument('<id>', 'id of the anomaly')
    .description('One anomaly: the event with what was surprising, and what it is most like');
  addExamples(show, 'holdfast anomaly show anm_0…').action(async (id: string) => {
    const output = context.output();
    const anomaly = await (await context.api()).get<AnomalyDetail>(route`/api/v1/anomalies/${id}`);
    if (output.json) return output.printJson(anomaly);
    printAnomaly(output, anomaly);
    if (anomaly.feedback === null)
      output.suggest(`Say what it is: holdfast anomaly feedback ${anomaly.id} normal|confirmed --reason "…"`);
  });
}

function printAnomaly(output: Output, anomaly: AnomalyDetail): void {
  const { n, score, p, event, spans, template, nearest, values, bits, point, window } = anomaly;
  if (event !== null) {
    const explanation = { spans, template: template ?? '', nearest, values };
    output.print(
      showEvent(output, event, n, { n, bits: bits ?? 0, score, p, state: 'active', anomaly: true, explanation }),
    );
  } else output.print(`${output.mark('bad')} ${cleanLine(anomaly.summary)}`);
  const channels = window?.channels ? Object.entries(window.channels).map(([name, chance]) => `${name} ${chance}`) : [];
  const word = anomaly.feedback;
  output.printFacts(
    [
      ['stream', `${cleanLine(anomaly.service)} ${anomaly.streamKind}, ${anomaly.streamId}`],
      ['when', `${anomaly.at}, found ${anomaly.foundAt}`],
      ['judged', `score ${score}, p ${p} among ${anomaly.calibrationSize}, alpha ${anomaly.alpha}`],
      ...(point?.expected ? [['expected', `${point.expected[0]} to ${point.expected[1]}`] as [string, string]] : []),
      ...(window
        ? [['window', `events ${window.from} to ${window.to}: ${channels.join(', ')}`] as [string, string]]
        : []),
      ['cause', anomaly.cause],
      ...(word
        ? [
            ['said', `${word.verdict} by ${word.by}${word.reason ? `: ${cleanLine(word.reason)}` : ''}`] as [
              string,
              string,
            ],
          ]
        : []),
    ],
    2,
  );
}

function defineFeedback(command: Command, context: CliContext): void {
  const feedback = command
    .command('feedback')
    .argument('<id>', 'id of the anomaly')
    .argument('<verdict>', 'normal: a false alarm; confirmed: it was one, and counts as usual no longer')
    .description('Say what an anomaly was; the effect on the rate of alarms is shown')
    .option('--reason <text>', 'why; it is kept in the record');
  addExamples(feedback, 'holdfast anomaly feedback anm_0… normal --reason "the nightly import"');
  feedback.action(async (id: string, verdict: string, { reason }: { reason?: string }) => {
    const output = context.output();
    const effect = await (await context.api()).send<FeedbackEffect>('POST', route`/api/v1/anomalies/${id}/feedback`, {
      body: { verdict, ...(reason === undefined ? {} : { reason }) },
    });
    if (output.json) return output.printJson(effect);
    output.print(`${output.mark('good')} ${effect.anomaly.id} is ${verdict}.`);
    const percent = (rate: number | null) => (rate === null ? 'unknown' : `${(rate * 100).toFixed(2)} %`);
    output.printFacts(
      [
        ['alarms', `${percent(effect.alarmRate)} of the events of the last day`],
        ['false', `${percent(effect.falseAlarmRate)}, at an alpha of ${percent(effect.alpha)}`],
      ],
      2,
    );
  });
}

function defineEvidence(command: Command, context: CliContext): void {
  const evidence = command
    .command('evidence')
    .argument('<id>', 'id of the anomaly, or `key` for the key that bundles of this server are checked with')
    .description('Download the signed bundle of an anomaly')
    .option('--out <file>', 'where it goes (default: standard output)');
  addExamples(
    evidence,
    'holdfast anomaly evidence key --out holdfast.pub',
    'holdfast anomaly evidence anm_0… --out bundle.json',
  );
  evidence.action(async (id: string, { out }: { out?: string }) => {
    const output = context.output();
    const path = id === 'key' ? '/api/v1/anomalies/evidence-key' : route`/api/v1/anomalies/${id}/evidence`;
    const bytes = await readBytes(await (await context.api()).open(path));
    if (out === undefined) return output.write(bytes.toString('utf8'));
    await writeFile(out, bytes, { flag: 'wx' }).catch((thrown: unknown) => {
      throw new HoldfastError({
        code: 'evidence.not-written',
        kind: 'invalid',
        message: `${out} can’t be written: ${messageOf(thrown)}`,
      });
    });
    if (output.json) return output.printJson({ file: out, bytes: bytes.length });
    output.print(`${output.mark('good')} ${out}, ${formatBytes(bytes.length)}`);
    if (id !== 'key') output.suggest(`Judge it again, offline: holdfast anomaly verify ${out} --key FILE`);
  });
}
