import type { StreamSettings } from '../../../contract/stream.ts';
import type { LogRecord, TelemetryRecord } from '../../../observe/intake/telemetry/index.ts';
import { ENGINE_VERSION, type Explanation, LogDetector, type Proof, type WindowVerdict } from '../index.ts';
import { causeOf } from './cause.ts';
import { EMPTY_DETAIL, type FoundAnomaly } from './found-anomaly.ts';
import type { ExplainWhich, JudgeKind, Judgement, RecordJudge } from './record-judge.ts';
import type { FeedbackEntry } from './stream.ts';

const LONGEST_SUMMARY = 160;

class LogJudge implements RecordJudge {
  readonly #detector: LogDetector;
  #alpha: number;

  constructor(detector: LogDetector, alpha: number) {
    this.#detector = detector;
    this.#alpha = alpha;
    detector.alpha = alpha;
  }

  judge(record: TelemetryRecord, n: number, which: ExplainWhich): Judgement {
    const { at, text, attributes = {} } = record as LogRecord;
    const verdict = this.#detector.judge(text, which);
    const { score, p, anomaly, explanation } = verdict;
    const active = verdict.state === 'active';
    if (explanation === null) return { at, score, p, active, anomaly, found: null };
    return {
      at,
      score,
      p,
      active,
      anomaly,
      found: {
        what: 'event',
        n,
        at,
        score,
        p: p ?? 1,
        cause: causeOf('template', explanation.template),
        summary: summaryOf(text, explanation),
        detail: {
          ...EMPTY_DETAIL,
          alpha: this.#alpha,
          calibrationSize: this.#detector.calibrationSize,
          event: text,
          attributes,
          bits: verdict.bits,
          spans: [...explanation.spans],
          template: explanation.template,
          nearest: explanation.nearest,
          values: [...explanation.values],
        },
      },
    };
  }

  proofOf(record: TelemetryRecord): Proof {
    const event = Buffer.from((record as LogRecord).text).toString('base64');
    return { judged: { what: 'event', event }, snapshot: this.#detector.snapshot() };
  }

  takeLater(): [] {
    return [];
  }

  takeWindows(at: number): ReturnType<RecordJudge['takeWindows']> {
    return this.#detector
      .takeWindows()
      .filter(({ p }) => p !== null && p <= this.#alpha)
      .map((window) => this.#windowAnomaly(window, at));
  }

  #windowAnomaly(window: WindowVerdict, at: number): Omit<FoundAnomaly, 'severity' | 'burst'> {
    const { n, from, to, score, p, channels, fired, ncd, ratio, entropy } = window;
    return {
      what: 'window',
      n,
      at,
      score,
      p: p ?? 1,
      cause: causeOf('window', fired ?? ''),
      summary: `events ${from} to ${to} are unlike the windows before: ${fired ?? 'score'}`,
      detail: {
        ...EMPTY_DETAIL,
        alpha: this.#alpha,
        calibrationSize: this.#detector.calibrationSize,
        window: { from, to, channels, fired, ncd, ratio, entropy },
      },
    };
  }

  takeOut({ n }: FeedbackEntry): void {
    this.#detector.takeOut(n);
  }

  setAlpha(alpha: number): void {
    this.#alpha = alpha;
    this.#detector.alpha = alpha;
  }

  get open(): number {
    return 0;
  }

  get warming(): { readonly seen: number; readonly needed: number } {
    return this.#detector.warming;
  }

  get memoryBytes(): number {
    return this.#detector.memoryBytes;
  }

  get evictions(): number {
    return this.#detector.evictions;
  }

  snapshot(): Uint8Array {
    return this.#detector.snapshot();
  }
}

/** Detectors of log lines. */
export const LOG_JUDGE: JudgeKind = {
  engine: `log-${ENGINE_VERSION}`,
  create: (settings) => new LogJudge(new LogDetector(settingsOf(settings)), settings.alpha),
  restore: (bytes, settings) => new LogJudge(LogDetector.restore(bytes), settings.alpha),
};

function settingsOf({ alpha, tableBits, window, calibrationSize }: StreamSettings) {
  return { alpha, tableBits, window, calibrationSize };
}

/** The event, and what was most surprising about it. */
function summaryOf(text: string, { spans }: Explanation): string {
  const words = spans
    .slice(0, 3)
    .map((span) => span.text.trim())
    .filter((word) => word !== '');
  const line = text.replaceAll(/\s+/g, ' ');
  const event = line.length > LONGEST_SUMMARY ? `${line.slice(0, LONGEST_SUMMARY - 1)}…` : line;
  return (words.length === 0 ? event : `${event} (${words.join(', ')})`).toWellFormed();
}
