import { SCORE_UNIT, ScoreHistory, scoreLevel } from './calibration/score-history.ts';
import { explain } from './explanation/explain.ts';
import { sizeFor } from './model/model-size.ts';
import { StreamModel } from './model/stream-model.ts';
import { type DetectorSettings, defaultSettings, FIRST_CALIBRATED_EVENT, FIRST_JUDGED_EVENT } from './settings.ts';
import { ByteReader, ByteWriter } from './snapshot/bytes.ts';
import { readModel, writeModel } from './snapshot/model-snapshot.ts';
import type { EventVerdict, WindowVerdict } from './verdict.ts';
import { WindowJudge } from './windows/window-judge.ts';

/** Which events get an explanation: reading the tables for it costs about as much as judging. */
export type ExplainWhich = 'never' | 'anomalies' | 'always';

/** Told of an anomaly before the event is learned: what is seen then can be replayed. */
export type OnAnomaly = (event: Uint8Array, detector: LogDetector) => void;

/** Changes whenever an event would be judged differently, or the snapshot be read differently. */
export const ENGINE_VERSION = 2;

const MAGIC = 0x48464131;

/**
 * One stream's detector: judges each event by what the stream's past makes of
 * it, and only then learns it. The same events in the same order give the same
 * verdicts, bit for bit, however they were batched and on whatever machine,
 * also when it was stored and restored in between.
 */
export class LogDetector {
  settings: DetectorSettings;
  readonly model: StreamModel;
  private readonly history: ScoreHistory;
  private readonly windows: WindowJudge | null;
  private judged = 0;
  private isFrozen = false;

  constructor(settings: Partial<DetectorSettings> = {}) {
    this.settings = { ...defaultSettings, ...settings };
    this.model = new StreamModel(sizeFor(this.settings.tableBits));
    this.history = new ScoreHistory(this.settings.calibrationSize);
    this.windows = this.settings.window === null ? null : new WindowJudge(this.settings.window);
  }

  /** Judges an event (text without its line end), then learns it. */
  judge(event: string | Uint8Array, which: ExplainWhich = 'never', onAnomaly?: OnAnomaly): EventVerdict {
    const bytes = typeof event === 'string' ? encoder.encode(event) : event;
    const verdict = this.appraise(bytes, which);
    if (verdict.anomaly) onAnomaly?.(bytes, this);
    this.windows?.push(this.model, verdict, bytes);
    this.model.learn();
    this.judged += 1;
    if (this.judged >= FIRST_CALIBRATED_EVENT) this.history.push(Math.round(verdict.score * SCORE_UNIT));
    return verdict;
  }

  /**
   * Judges an event by what was learned so far and forgets it at once: no
   * verdict depends on another. `n` is that of the next event to be learned.
   */
  look(event: string | Uint8Array, which: ExplainWhich = 'never', onAnomaly?: OnAnomaly): EventVerdict {
    const bytes = typeof event === 'string' ? encoder.encode(event) : event;
    const verdict = this.appraise(bytes, which);
    if (verdict.anomaly) onAnomaly?.(bytes, this);
    if (this.isFrozen) this.windows?.push(this.model, verdict, bytes);
    return verdict;
  }

  private appraise(bytes: Uint8Array, which: ExplainWhich): EventVerdict {
    const { model } = this;
    model.read(bytes, 0, bytes.length);
    const level = scoreLevel(model.score());
    const isActive = this.judged >= FIRST_JUDGED_EVENT - 1;
    const p = isActive ? this.history.pValue(level) : null;
    const anomaly = p !== null && p <= this.settings.alpha;
    return {
      n: this.judged + 1,
      bits: Math.round(model.bits * SCORE_UNIT) / SCORE_UNIT,
      score: level / SCORE_UNIT,
      p,
      state: isActive ? 'active' : 'warming',
      anomaly,
      explanation: which === 'always' || (which === 'anomalies' && anomaly) ? explain(bytes, model) : null,
    };
  }

  /** From now on `look` is used instead of `judge`; windows are then made of the events looked at. */
  freeze(): void {
    this.isFrozen = true;
    this.windows?.freeze();
  }

  /** The windows that ended since this was asked last. */
  takeWindows(): WindowVerdict[] {
    return this.windows?.take() ?? [];
  }

  /**
   * Takes the score of an event out of the calibration, because a person said
   * it was an anomaly. False when the event's score is not kept (any more).
   *
   * @param n the event's number
   */
  takeOut(n: number): boolean {
    return this.history.takeOut(n - FIRST_CALIBRATED_EVENT);
  }

  /** Events judged, and the event from which on there are p-values. */
  get warming(): { readonly seen: number; readonly needed: number } {
    return { seen: this.judged, needed: FIRST_JUDGED_EVENT };
  }

  /** Scores a p-value is ranked among now. */
  get calibrationSize(): number {
    return this.history.size;
  }

  /** What had to give way because a table was full. */
  get evictions(): number {
    const { model } = this;
    return (
      model.templates.evictions +
      model.slots.evictions +
      model.sharedSlots.evictions +
      model.tokenModel.counts.evictions
    );
  }

  /** Calls events anomalies from another p-value on; what was learned and the p-values stay as they are. */
  set alpha(alpha: number) {
    this.settings = { ...this.settings, alpha };
  }

  /** Memory set aside for the stream, in bytes; it does not grow. */
  get memoryBytes(): number {
    return this.model.bytes + this.history.bytes + (this.windows?.bytes ?? 0);
  }

  /** Everything the detector knows; `restore` goes on exactly where this one stands. */
  snapshot(): Uint8Array {
    const out = new ByteWriter();
    out.uint32(MAGIC);
    out.uint32(ENGINE_VERSION);
    out.text(JSON.stringify(this.settings));
    out.whole(this.judged);
    writeModel(out, this.model);
    out.numbers(this.history.ring);
    out.whole(this.history.pushed);
    this.windows?.write(out);
    return out.bytes();
  }

  /** Throws a RangeError when the bytes are not a snapshot this engine wrote. */
  static restore(snapshot: Uint8Array): LogDetector {
    const from = new ByteReader(snapshot);
    if (from.uint32() !== MAGIC) throw new RangeError('not a snapshot of a log detector');
    const version = from.uint32();
    if (version !== ENGINE_VERSION) {
      throw new RangeError(`a snapshot of engine ${version}; this is engine ${ENGINE_VERSION}`);
    }
    const detector = new LogDetector(readSettings(from.text(MAX_SETTINGS_BYTES)));
    detector.judged = from.whole();
    readModel(from, detector.model);
    from.numbers(detector.history.ring);
    detector.history.pushed = from.whole();
    detector.history.recount();
    detector.windows?.read(from);
    from.end();
    return detector;
  }
}

const encoder = new TextEncoder();
const MAX_SETTINGS_BYTES = 10_000;

function readSettings(text: string): DetectorSettings {
  try {
    return JSON.parse(text) as DetectorSettings;
  } catch (error) {
    throw new RangeError('the settings in the snapshot are not JSON', { cause: error });
  }
}
