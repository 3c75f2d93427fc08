import type { MetricPoint, TelemetryRecord } from '../../../observe/intake/telemetry/index.ts';
import type { Proof } from '../index.ts';
import { expectationText, SERIES_ENGINE_VERSION, SeriesDetector } from '../series/index.ts';
import { causeOf } from './cause.ts';
import { EMPTY_DETAIL } from './found-anomaly.ts';
import type { ExplainWhich, JudgeKind, Judgement, RecordJudge } from './record-judge.ts';
import type { FeedbackEntry } from './stream.ts';

/** Series of one stream with a model each; one more takes the place of the one that was quiet for longest. */
const MOST_SERIES = 500;
/** What a stream may say is warming: the rows its furthest series has. */
const WARM_ROWS = 250;

/** Metrics of a service: every series by itself. */
class SeriesJudge implements RecordJudge {
  /** In the order in which they were heard of last. */
  readonly #series: Map<string, SeriesDetector>;
  readonly #calibrationSize: number;
  #alpha: number;
  #furthest: number;
  evictions: number;

  constructor(
    settings: { alpha: number; calibrationSize: number },
    restored: { series: Map<string, SeriesDetector>; furthest: number; evictions: number } | null,
  ) {
    this.#series = restored?.series ?? new Map();
    this.#furthest = restored?.furthest ?? 0;
    this.evictions = restored?.evictions ?? 0;
    this.#alpha = settings.alpha;
    this.#calibrationSize = settings.calibrationSize;
  }

  judge(record: TelemetryRecord, n: number, which: ExplainWhich): Judgement {
    const { at, series, value } = record as MetricPoint;
    const detector = this.#detectorOf(series);
    const { n: row, score, p, state, anomaly, expected } = detector.judge(at, value, true);
    this.#furthest = Math.max(this.#furthest, Math.min(WARM_ROWS, detector.warming.seen));
    const active = state === 'active';
    if (!anomaly && which !== 'always') return { at, score, p, active, anomaly, found: null };
    const told = expectationText(value, expected);
    return {
      at,
      score,
      p,
      active,
      anomaly,
      found: {
        what: 'point',
        n,
        at,
        score,
        p: p ?? 1,
        cause: causeOf('series', series),
        summary: `${series.slice(0, 200)} = ${value}${told && `, ${told}`}`,
        detail: {
          ...EMPTY_DETAIL,
          alpha: this.#alpha,
          calibrationSize: this.#calibrationSize,
          point: { series, row, value, expected: expected === null ? null : [expected[0], expected[1]] },
        },
      },
    };
  }

  #detectorOf(series: string): SeriesDetector {
    let detector = this.#series.get(series);
    if (detector) this.#series.delete(series);
    else {
      detector = new SeriesDetector({ alpha: this.#alpha, calibrationSize: this.#calibrationSize });
      if (this.#series.size >= MOST_SERIES) {
        const [quietest] = this.#series.keys();
        if (quietest !== undefined) this.#series.delete(quietest);
        this.evictions += 1;
      }
    }
    this.#series.set(series, detector);
    return detector;
  }

  /** The model of its series alone. */
  proofOf(record: TelemetryRecord): Proof | null {
    const { at, series, value } = record as MetricPoint;
    const detector = this.#series.get(series);
    return detector ? { judged: { what: 'point', series, at, value }, snapshot: detector.snapshot() } : null;
  }

  takeLater(): [] {
    return [];
  }

  takeWindows(): [] {
    return [];
  }

  takeOut({ point }: FeedbackEntry): void {
    if (point) this.#series.get(point.series)?.takeOut(point.row);
  }

  setAlpha(alpha: number): void {
    this.#alpha = alpha;
    for (const detector of this.#series.values()) detector.alpha = alpha;
  }

  get open(): number {
    return 0;
  }

  get warming(): { readonly seen: number; readonly needed: number } {
    return { seen: this.#furthest, needed: WARM_ROWS };
  }

  get memoryBytes(): number {
    let bytes = 0;
    for (const detector of this.#series.values()) bytes += detector.memoryBytes;
    return bytes;
  }

  /** A length and a header as JSON, then the series' own snapshots one after the other. */
  snapshot(): Uint8Array {
    const parts: Uint8Array[] = [];
    const index: [string, number][] = [];
    for (const [name, detector] of this.#series) {
      const bytes = detector.snapshot();
      index.push([name, bytes.length]);
      parts.push(bytes);
    }
    const header = Buffer.from(JSON.stringify({ furthest: this.#furthest, evictions: this.evictions, index }), 'utf8');
    const length = Buffer.alloc(4);
    length.writeUInt32LE(header.length);
    return Buffer.concat([length, header, ...parts]);
  }
}

/** Detectors of series of numbers. */
export const SERIES_JUDGE: JudgeKind = {
  engine: `series-${SERIES_ENGINE_VERSION}`,
  create: (settings) => new SeriesJudge(settings, null),
  restore(bytes, settings) {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let offset = 4 + buffer.readUInt32LE(0);
    const header = JSON.parse(buffer.toString('utf8', 4, offset)) as {
      furthest: number;
      evictions: number;
      index: [string, number][];
    };
    const series = new Map<string, SeriesDetector>();
    for (const [name, length] of header.index) {
      series.set(name, SeriesDetector.restore(Uint8Array.from(buffer.subarray(offset, offset + length))));
      offset += length;
    }
    return new SeriesJudge(settings, { series, furthest: header.furthest, evictions: header.evictions });
  },
};
