import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { PROFILES } from '../../detect/anomaly/index.ts';
import { type SeriesPoint, scanSeries } from '../../detect/anomaly/series/index.ts';
import { HoldfastError, messageOf } from '../../platform/errors/holdfast-error.ts';
import type { ScanSummary } from './scan-logs.ts';
import type { ScanOptions } from './scan-options.ts';

/** What a scan of a series tells as it goes. */
export interface MetricSink {
  point(point: SeriesPoint): void;
  /** After every so many rows, so that output can be written out and progress shown. */
  batch(progress: { events: number; bytesRead: number; bytesInAll: number | null; anomalies: number }): Promise<void>;
}

const BATCH_ROWS = 1_000;
/** What says nothing for a series: each belongs to events. */
const FOR_EVENTS_ONLY = ['baseline', 'learn', 'windows', 'evidence', 'key', 'follow', 'tableBits'] as const;

/**
 * Scans one CSV file of `timestamp,value`.
 *
 * @param now milliseconds, from a clock that does not step
 * @throws HoldfastError `usage`, `scan.not-readable`, `scan.bad-csv`
 */
export async function scanMetric(
  file: string,
  options: ScanOptions,
  explain: boolean,
  sink: MetricSink,
  now: () => number,
): Promise<ScanSummary> {
  const odd = FOR_EVENTS_ONLY.find((name) => options[name] !== undefined);
  if (odd !== undefined) {
    const flag = odd.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw new HoldfastError({
      code: 'usage',
      kind: 'invalid',
      message: `--${flag} is for events; it does not go with --metric`,
    });
  }
  const input = file === '-' ? process.stdin : createReadStream(file);
  let bytes = 0;
  input.on('data', (chunk: Buffer | string) => {
    bytes += chunk.length;
  });
  const failed = new Promise<never>((_resolve, reject) => {
    input.once('error', (thrown: unknown) =>
      reject(
        new HoldfastError({
          code: 'scan.not-readable',
          kind: 'invalid',
          message: `${file} can’t be read: ${messageOf(thrown)}`,
          hint: 'Name a CSV file with the columns timestamp and value, or - for stdin.',
          cause: thrown,
        }),
      ),
    );
  });
  return Promise.race([failed, scan(createInterface({ input, crlfDelay: Infinity }))]);

  async function scan(lines: AsyncIterable<string>): Promise<ScanSummary> {
    const started = now();
    let events = 0;
    let anomalies = 0;
    const series = scanSeries(lines, { alpha: options.alpha ?? PROFILES[options.profile], explain });
    for await (const told of series) {
      if (told.kind === 'summary') {
        await sink.batch({ events, bytesRead: bytes, bytesInAll: null, anomalies });
        const seconds = Math.max(0.000_001, (now() - started) / 1000);
        return {
          events,
          bytes,
          seconds: Math.round(seconds * 1e6) / 1e6,
          mbPerSecond: Math.round((bytes / 1e6 / seconds) * 100) / 100,
          anomalies,
          memoryBytes: told.memoryBytes,
          digest: told.digest,
        };
      }
      events += 1;
      if (told.anomaly) anomalies += 1;
      sink.point(told);
      if (events % BATCH_ROWS === 0) await sink.batch({ events, bytesRead: bytes, bytesInAll: null, anomalies });
    }
    throw new Error('a scan of a series ends with its summary');
  }
}
