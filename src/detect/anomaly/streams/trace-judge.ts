import type { SpanRecord, TelemetryRecord } from '../../../observe/intake/telemetry/index.ts';
import { type BeforeTrace, TRACE_ENGINE_VERSION, TraceDetector, type TraceVerdict } from '../traces/index.ts';
import { causeOf } from './cause.ts';
import { EMPTY_DETAIL } from './found-anomaly.ts';
import type { JudgeKind, Judgement, RecordJudge } from './record-judge.ts';
import type { FeedbackEntry } from './stream.ts';

const LONGEST_SUMMARY = 300;
/** Told of one trace; the rarest stand first. */
const MOST_TOLD = 20;

/** Spans of a service, judged as traces once these are whole. */
class TraceJudge implements RecordJudge {
  readonly #detector: TraceDetector;
  readonly #calibrationSize: number;
  #alpha: number;

  constructor(detector: TraceDetector, settings: { alpha: number; calibrationSize: number }) {
    this.#detector = detector;
    this.#alpha = settings.alpha;
    this.#calibrationSize = settings.calibrationSize;
    detector.alpha = settings.alpha;
  }

  /** A span says nothing by itself: its trace is judged when nothing more of it is waited for. */
  judge(record: TelemetryRecord, _n: number, _explain: unknown, nowMs: number): null {
    const { traceId, spanId, parentSpanId, name, status, at, durationMs } = record as SpanRecord;
    this.#detector.add({ traceId, spanId, parentSpanId, service: '', name, status, at, durationMs }, nowMs);
    return null;
  }

  proofOf(): null {
    return null;
  }

  takeLater(nowMs: number, before?: BeforeTrace): Judgement[] {
    return this.#detector.takeVerdicts(nowMs, before).map((verdict) => ({
      at: verdict.at,
      score: verdict.score,
      p: verdict.p,
      active: verdict.state === 'active',
      anomaly: verdict.anomaly,
      found: verdict.anomaly ? this.#describe(verdict) : null,
    }));
  }

  #describe(verdict: TraceVerdict): NonNullable<Judgement['found']> {
    const { n, at, score, p, traceId, spans } = verdict;
    const differences = verdict.differences.slice(0, MOST_TOLD);
    const slow = verdict.slow.slice(0, MOST_TOLD);
    const words = [
      ...differences.map((each) => each.words),
      ...slow.map(({ step, durationMs, usualMs }) =>
        usualMs === null
          ? `${step} took ${durationMs} ms`
          : `${step} took ${durationMs} ms, usual are at most ${usualMs} ms`,
      ),
    ].join('; ');
    const about = words === '' ? 'its shape and its durations together are rare' : words;
    const first = differences[0]?.step ?? slow[0]?.step ?? verdict.event;
    return {
      what: 'trace',
      n,
      at,
      score,
      p: p ?? 1,
      cause: causeOf('trace', `${differences[0]?.kind ?? 'slow'} ${first}`),
      summary: (about.length > LONGEST_SUMMARY ? `${about.slice(0, LONGEST_SUMMARY - 1)}…` : about).toWellFormed(),
      detail: {
        ...EMPTY_DETAIL,
        alpha: this.#alpha,
        calibrationSize: this.#calibrationSize,
        trace: { traceId, spans, shape: verdict.event, differences, slow },
      },
    };
  }

  takeWindows(): [] {
    return [];
  }

  takeOut({ n }: FeedbackEntry): void {
    this.#detector.takeOut(n);
  }

  setAlpha(alpha: number): void {
    this.#alpha = alpha;
    this.#detector.alpha = alpha;
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

  get open(): number {
    return this.#detector.openTraces;
  }

  snapshot(): Uint8Array {
    return this.#detector.snapshot();
  }
}

/** Detectors of traces. */
export const TRACE_JUDGE: JudgeKind = {
  engine: `trace-${TRACE_ENGINE_VERSION}`,
  create: ({ alpha, calibrationSize }) =>
    new TraceJudge(new TraceDetector({ alpha, calibrationSize }), { alpha, calibrationSize }),
  restore: (bytes, settings) => new TraceJudge(TraceDetector.restore(bytes), settings),
};
