import { type Command, Option } from 'commander';
import { decodeEvent, type EventVerdict, type WindowVerdict } from '../../detect/anomaly/index.ts';
import type { SeriesPoint } from '../../detect/anomaly/series/index.ts';
import { EXIT } from '../../platform/errors/exit-code.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import type { CliContext } from '../cli-context.ts';
import { addExamples } from '../options/examples.ts';
import { collectText } from '../options/parse-values.ts';
import { BufferedLines } from '../scan/buffered-lines.ts';
import { LINE_FORMATS } from '../scan/event-of-line.ts';
import { evidenceWriter, readSigningKeys } from '../scan/evidence-files.ts';
import { ProgressLine } from '../scan/progress-line.ts';
import { type ScanSummary, scanLogs } from '../scan/scan-logs.ts';
import { scanMetric } from '../scan/scan-metric.ts';
import { parseAlpha, parseProfile, parseTableBits, parseWindows, type ScanOptions } from '../scan/scan-options.ts';
import { showEvent, showPoint, showWindow } from '../scan/show-event.ts';
import { toSafeJson } from '../terminal/clean-text.ts';
import type { Output } from '../terminal/output.ts';
import { count } from '../terminal/times.ts';

/** `holdfast scan FILE|-`. */
export function defineCommand(command: Command, context: CliContext): void {
  command
    .argument('<file>', 'log lines, one event each; - reads stdin')
    .addOption(
      new Option('--format <format>', 'json judges the message of each line written as a JSON object')
        .choices(LINE_FORMATS)
        .default('text'),
    )
    .option('--baseline <file>', 'learn this file first; FILE is then judged by it alone (repeatable)', collectText)
    .option('--learn', 'go on learning from FILE after the baseline')
    .option('--alpha <share>', 'share of false alarms to put up with', parseAlpha)
    .option(
      '--profile <name>',
      'sensitive, balanced or strict: an alpha of 0.02, 0.01 or 0.002',
      parseProfile,
      'balanced',
    )
    .option('--windows <events/hop>', 'judge windows of so many events too', parseWindows)
    .option('--table-bits <bits>', '15, 16 or 17: 0.8, 1.6 or 3.2 megabytes of memory', parseTableBits)
    .addOption(new Option('--only <which>', 'print only these').choices(['anomalies']))
    .addOption(new Option('--fail-on <what>', 'exit with 1 when there is one').choices(['anomaly']))
    .option('--evidence <folder>', 'write a signed bundle for each anomaly, with all that was decided by')
    .option('--key <file>', 'private key to sign evidence with, in PEM')
    .option('--follow', 'go on as the file grows')
    .option('--metric', 'FILE is CSV with the columns timestamp and value')
    .option('--stats', 'time the engine alone');
  addExamples(
    command,
    'holdfast scan app.log',
    'journalctl -u app -o cat | holdfast scan - --json --only anomalies',
    'holdfast scan today.log --baseline yesterday.log --fail-on anomaly',
    'kubectl logs deploy/shop | holdfast scan - --format json',
    'holdfast scan cpu.csv --metric --json',
  );
  command.action(async (file: string, options: ScanOptions) => {
    if (options.learn && options.baseline === undefined)
      throw new HoldfastError({
        code: 'usage',
        kind: 'invalid',
        message: '--learn goes with --baseline: without a baseline FILE is always learned from',
      });
    if ((options.evidence === undefined) !== (options.key === undefined))
      throw new HoldfastError({
        code: 'usage',
        kind: 'invalid',
        message: '--evidence and --key go together',
        hint: 'Make a key with: holdfast anomaly keygen evidence.pem',
      });
    const interrupted = new AbortController();
    // What was found so far is summed up, also when a person ends it.
    process.once('SIGINT', () => {
      interrupted.abort();
      process.exitCode = EXIT.interrupted;
      if (options.follow !== true) process.once('SIGINT', () => process.exit(EXIT.interrupted));
    });
    const output = context.output();
    const summary = await (options.metric
      ? scanPoints(file, options, output)
      : scan(file, options, output, interrupted.signal));
    if (interrupted.signal.aborted) context.setExitCode(EXIT.interrupted);
    else if (options.failOn === 'anomaly' && summary.anomalies > 0) context.setExitCode(EXIT.found);
  });
}

async function scan(file: string, options: ScanOptions, output: Output, signal: AbortSignal): Promise<ScanSummary> {
  const now = () => performance.now();
  const lines = new BufferedLines();
  const progress = new ProgressLine(output, now);
  const evidence =
    options.evidence !== undefined && options.key !== undefined
      ? { evidence: evidenceWriter(options.evidence, file, readSigningKeys(options.key)) }
      : {};
  const printsAll = output.json && options.only === undefined && options.stats !== true;
  const summary = await scanLogs(
    file,
    options,
    printsAll ? 'always' : 'anomalies',
    {
      event(event, n, verdict) {
        if (output.json) {
          if (printsAll || verdict.anomaly) lines.add(toSafeJson(eventLine(n, verdict)));
        } else if (verdict.anomaly) lines.add(showEvent(output, decodeEvent(event), n, verdict));
      },
      window(window) {
        if (output.json) lines.add(toSafeJson(windowLine(window)));
        else if (window.p !== null && window.p <= (options.alpha ?? 0.01)) lines.add(showWindow(output, window));
      },
      ...evidence,
      async batch(at) {
        progress.clear();
        await lines.flush();
        progress.draw(at);
      },
    },
    now,
    signal,
  );
  progress.clear();
  if (output.json) output.printJson({ kind: 'summary', ...summary });
  else tell(output, summary);
  return summary;
}

async function scanPoints(file: string, options: ScanOptions, output: Output): Promise<ScanSummary> {
  const now = () => performance.now();
  const lines = new BufferedLines();
  const progress = new ProgressLine(output, now);
  const printsAll = output.json && options.only === undefined && options.stats !== true;
  const summary = await scanMetric(
    file,
    options,
    options.stats !== true,
    {
      point(point) {
        if (output.json) {
          if (printsAll || (point.anomaly && options.stats !== true)) lines.add(toSafeJson(pointLine(point)));
        } else if (point.anomaly) lines.add(showPoint(output, point));
      },
      async batch(at) {
        progress.clear();
        await lines.flush();
        progress.draw(at);
      },
    },
    now,
  );
  progress.clear();
  if (output.json) output.printJson({ kind: 'summary', ...summary });
  else tell(output, summary);
  return summary;
}

function pointLine({ kind, n, timestamp, value, score, p, expected }: SeriesPoint): Record<string, unknown> {
  return { kind, n, timestamp, value, score, p, expected };
}

function tell(output: Output, summary: ScanSummary): void {
  const share = summary.events === 0 ? 0 : (100 * summary.anomalies) / summary.events;
  output.print(
    `${count(summary.events, 'event')}, ${count(summary.anomalies, 'anomaly', 'anomalies')} (${share.toFixed(2)} %), ` +
      `${summary.mbPerSecond} MB/s, digest ${summary.digest.slice(0, 16)}`,
  );
}

function eventLine(n: number, verdict: EventVerdict): Record<string, unknown> {
  const { bits, score, p, state, anomaly, explanation } = verdict;
  return {
    kind: 'event',
    n,
    bits,
    score,
    p,
    state,
    anomaly,
    spans: explanation?.spans ?? [],
    template: explanation?.template ?? '',
    ...(anomaly ? { nearest: explanation?.nearest ?? null, values: explanation?.values ?? [] } : {}),
  };
}

function windowLine(window: WindowVerdict): Record<string, unknown> {
  return { kind: 'window', ...window };
}
