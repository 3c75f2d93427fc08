import { log2 } from '../arithmetic/log2.ts';
import { SCORE_UNIT, ScoreHistory, scoreLevel } from '../calibration/score-history.ts';
import { LogDetector } from '../log-detector.ts';
import { Rarity } from '../series/rarity.ts';
import { PROFILES } from '../settings.ts';
import { ByteReader, ByteWriter } from '../snapshot/bytes.ts';
import type { DetectorState } from '../verdict.ts';
import { KnownSteps, type KnownStepsState, type StepDifference } from './known-steps.ts';
import { type StepDuration, StepDurations } from './step-durations.ts';
import { type AssemblerState, TraceAssembler } from './trace-assembler.ts';
import { shapeOf } from './trace-shape.ts';
import type { TraceSpan } from './trace-span.ts';

export interface TraceSettings {
  /** A trace is an anomaly when its p-value is at most this. */
  readonly alpha: number;
  /** Traces the p-value is ranked among. */
  readonly calibrationSize: number;
}

/** The judgement of one trace, made before the trace was learned. */
export interface TraceVerdict {
  /** 1 for the first trace that was judged. */
  readonly n: number;
  readonly traceId: string;
  /** When its first span began, milliseconds since 1970. */
  readonly at: number;
  readonly spans: number;
  /** The trace's shape as a text, which is what the log detector judged. */
  readonly event: string;
  /** Orders traces: higher is stranger. Bits: rarity of the shape, of its least likely step and of the slowest one. */
  readonly score: number;
  readonly p: number | null;
  readonly state: DetectorState;
  /** Exactly `state === 'active' && p <= alpha`. */
  readonly anomaly: boolean;
  /** Of an anomaly: which spans are missing, extra, repeated or failed. */
  readonly differences: readonly StepDifference[];
  /** Of an anomaly: the steps that took unusually long, the rarest first. */
  readonly slow: readonly StepDuration[];
}

/** Told of a trace before it is judged: what is seen then can be replayed. */
export type BeforeTrace = (
  n: number,
  trace: { readonly traceId: string; readonly spans: readonly TraceSpan[] },
  detector: TraceDetector,
) => void;

const DEFAULTS: TraceSettings = { alpha: PROFILES.balanced, calibrationSize: 1_500 };
const FIRST_CALIBRATED_TRACE = 101;
const FIRST_JUDGED_TRACE = 250;
/** A step's duration is told when it is as rare as one in 128. */
const TOLD_RARITY = 7;
const SHAPE_TABLE_BITS = 15;

/** Changes whenever a trace would be judged differently, or the snapshot be read differently. */
export const TRACE_ENGINE_VERSION = 2;
const MAGIC = 0x48465431;
const MOST_JSON_BYTES = 256 * 1024 * 1024;
const MOST_SHAPE_BYTES = 16 * 1024 * 1024;

/**
 * Judges whole traces, each by the traces before: the shape (which step called
 * which, which failed) as a text by the log detector, which knows what is new;
 * the steps by how often they are there, which knows what is rare; and how long
 * the steps took. Time is told to it; the same spans at the same times give the same
 * verdicts, also when it was stored and restored in between.
 */
export class TraceDetector {
  private settings: TraceSettings;
  private assembler = new TraceAssembler();
  private shapes = new LogDetector({ tableBits: SHAPE_TABLE_BITS });
  private known = new KnownSteps();
  private readonly durations = new StepDurations();
  private readonly shapeRarity = new Rarity();
  private readonly stepRarity = new Rarity();
  private readonly slowRarity = new Rarity();
  private readonly history: ScoreHistory;
  private judged = 0;
  /** Traces closed before they were whole, because there was no room: they would look like traces that lack spans. */
  notJudged = 0;

  constructor(settings: Partial<TraceSettings> = {}) {
    this.settings = { ...DEFAULTS, ...settings };
    this.history = new ScoreHistory(this.settings.calibrationSize);
  }

  /** Takes a span in. Its trace is judged once it is closed, see `takeVerdicts`. */
  add(span: TraceSpan, nowMs: number): void {
    this.assembler.add(span, nowMs);
  }

  /**
   * Judges the traces that were closed since this was asked last; to be asked now and then also when no spans come.
   * @param before told of each trace with the number it gets, before it is judged
   */
  takeVerdicts(nowMs: number, before?: BeforeTrace): TraceVerdict[] {
    const verdicts: TraceVerdict[] = [];
    for (const { traceId, spans, reason, leftOut } of this.assembler.takeClosed(nowMs)) {
      if (reason === 'no-room' || leftOut > 0) {
        this.notJudged += 1;
        continue;
      }
      before?.(this.judged + 1, { traceId, spans }, this);
      verdicts.push(this.judgeWhole(traceId, spans));
    }
    return verdicts;
  }

  /** Judges a trace that is whole, whatever else is open, then learns it. */
  judgeWhole(traceId: string, spans: readonly TraceSpan[]): TraceVerdict {
    const shape = shapeOf(spans);
    const shapeBits = this.shapes.judge(shape.text).score;
    const stepBits = this.known.surprise(shape);
    const durations = this.durations.judge(shape);
    // The rarest of many steps is rare in itself.
    const slowBits = Math.max(0, (durations[0]?.rarity ?? 0) - log2(durations.length));
    const level = scoreLevel(
      this.shapeRarity.of(shapeBits) + this.stepRarity.of(stepBits) + this.slowRarity.of(slowBits),
    );
    const isActive = this.judged >= FIRST_JUDGED_TRACE - 1;
    const p = isActive ? this.history.pValue(level) : null;
    const anomaly = p !== null && p <= this.settings.alpha;
    const differences = anomaly ? this.known.differences(shape) : [];
    const slow = anomaly ? durations.filter(({ rarity }) => rarity >= TOLD_RARITY) : [];
    this.shapeRarity.learn(shapeBits);
    this.stepRarity.learn(stepBits);
    this.slowRarity.learn(slowBits);
    this.durations.learn(shape);
    this.known.learn(shape);
    if (this.judged >= FIRST_CALIBRATED_TRACE - 1) this.history.push(level);
    this.judged += 1;
    return {
      n: this.judged,
      traceId,
      at: spans.reduce((earliest, { at }) => Math.min(earliest, at), Number.POSITIVE_INFINITY),
      spans: spans.length,
      event: shape.text,
      score: level / SCORE_UNIT,
      p,
      state: isActive ? 'active' : 'warming',
      anomaly,
      differences,
      slow,
    };
  }

  /** Traces judged, and the trace from which on there are p-values. */
  get warming(): { readonly seen: number; readonly needed: number } {
    return { seen: this.judged, needed: FIRST_JUDGED_TRACE };
  }

  /**
   * Takes the score of a trace out of the calibration, because a person said it
   * was an anomaly. False when the trace's score is not kept (any more).
   *
   * @param n the trace's number
   */
  takeOut(n: number): boolean {
    return this.history.takeOut(n - FIRST_CALIBRATED_TRACE);
  }

  set alpha(alpha: number) {
    this.settings = { ...this.settings, alpha };
  }

  /** Spans that came after their trace had been judged. */
  get lateSpans(): number {
    return this.assembler.lateSpans;
  }

  get openTraces(): number {
    return this.assembler.openTraces;
  }

  /** Kinds of trace and steps given up because there were too many. */
  get evictions(): number {
    return this.known.evictions + this.durations.evictions + this.shapes.evictions;
  }

  /** Memory of what was learned, in bytes; open traces come on top. */
  get memoryBytes(): number {
    const { shapes, known, durations, shapeRarity, stepRarity, slowRarity, history } = this;
    const parts = [known, durations, shapeRarity, stepRarity, slowRarity, history];
    return shapes.memoryBytes + parts.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Everything the detector knows, open traces too; `restore` goes on exactly where this one stands. */
  snapshot(): Uint8Array {
    return this.write(this.assembler);
  }

  /** What it has learned: a snapshot without the traces that are open now. */
  snapshotOfLearned(): Uint8Array {
    return this.write(new TraceAssembler());
  }

  private write(assembler: TraceAssembler): Uint8Array {
    const out = new ByteWriter();
    out.uint32(MAGIC);
    out.uint32(TRACE_ENGINE_VERSION);
    const known = { steps: this.known.state(), evictions: this.known.evictions };
    out.text(JSON.stringify({ settings: this.settings, assembler: assembler.state(), known }));
    out.whole(this.judged);
    out.whole(this.notJudged);
    out.numbers(this.shapes.snapshot());
    this.durations.write(out);
    this.shapeRarity.write(out);
    this.stepRarity.write(out);
    this.slowRarity.write(out);
    out.numbers(this.history.ring);
    out.whole(this.history.pushed);
    return out.bytes();
  }

  /** Throws a RangeError when the bytes are not a snapshot this engine wrote. */
  static restore(snapshot: Uint8Array): TraceDetector {
    const from = new ByteReader(snapshot);
    if (from.uint32() !== MAGIC) throw new RangeError('not a snapshot of a trace detector');
    const version = from.uint32();
    if (version !== TRACE_ENGINE_VERSION) {
      throw new RangeError(`a snapshot of engine ${version}; this is engine ${TRACE_ENGINE_VERSION}`);
    }
    const { settings, assembler, known } = readState(from.text(MOST_JSON_BYTES));
    const detector = new TraceDetector(settings);
    detector.assembler = TraceAssembler.restore(assembler);
    detector.known = KnownSteps.restore(known.steps, known.evictions);
    detector.judged = from.whole();
    detector.notJudged = from.whole();
    detector.shapes = LogDetector.restore(from.freeBytes(MOST_SHAPE_BYTES));
    detector.durations.read(from);
    detector.shapeRarity.read(from);
    detector.stepRarity.read(from);
    detector.slowRarity.read(from);
    from.numbers(detector.history.ring);
    detector.history.pushed = from.whole();
    detector.history.recount();
    from.end();
    return detector;
  }
}

interface KeptState {
  readonly settings: TraceSettings;
  readonly assembler: AssemblerState;
  readonly known: { readonly steps: KnownStepsState; readonly evictions: number };
}

function readState(text: string): KeptState {
  try {
    return JSON.parse(text) as KeptState;
  } catch (error) {
    throw new RangeError('the state in the snapshot is not JSON', { cause: error });
  }
}
