import { VerdictDigest } from '../verdict-digest.ts';
import { SeriesReader } from './read-csv.ts';
import { SeriesDetector, type SeriesVerdict } from './series-detector.ts';

/** A judged row, its fields in the order they are printed. */
export interface SeriesPoint extends SeriesVerdict {
  readonly kind: 'point';
}

/** What a scan of a series found, without what only its caller can measure. */
export interface SeriesSummary {
  readonly kind: 'summary';
  readonly events: number;
  readonly anomalies: number;
  readonly memoryBytes: number;
  /** sha256 over the lines `n score p anomaly\n`, numbers as printed. */
  readonly digest: string;
}

export interface SeriesScanOptions {
  /** Share of false alarms to put up with; 0.01 unless given. */
  readonly alpha?: number;
  /** Whether to work out what was expected, which costs about as much as judging; true unless given. */
  readonly explain?: boolean;
}

/**
 * Judges a CSV file's rows one by one, each from those before it, and sums up.
 *
 * @param lines every line of the file, empty ones too: errors name them by number
 * @throws HoldfastError `scan.bad-csv` at the first row that cannot be read; what was yielded before it stands
 */
export async function* scanSeries(
  lines: AsyncIterable<string> | Iterable<string>,
  options: SeriesScanOptions = {},
): AsyncGenerator<SeriesPoint | SeriesSummary> {
  const detector = new SeriesDetector(options.alpha === undefined ? {} : { alpha: options.alpha });
  const reader = new SeriesReader();
  const digest = new VerdictDigest();
  let events = 0;
  let anomalies = 0;
  for await (const line of lines) {
    const row = reader.push(line);
    if (row === null) continue;
    const verdict = detector.judge(row.timestamp, row.value, options.explain ?? true);
    digest.add(verdict.n, verdict.score, verdict.p, verdict.anomaly);
    events += 1;
    if (verdict.anomaly) anomalies += 1;
    yield { kind: 'point', ...verdict };
  }
  reader.end();
  yield { kind: 'summary', events, anomalies, memoryBytes: detector.memoryBytes, digest: digest.hex() };
}
