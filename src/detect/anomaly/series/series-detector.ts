import { ScoreHistory, scoreLevel } from '../calibration/score-history.ts';
import { PROFILES } from '../settings.ts';
import { ByteReader, ByteWriter } from '../snapshot/bytes.ts';
import type { DetectorState } from '../verdict.ts';
import { hourOfDay } from './hour-of-day.ts';
import { PeakHold } from './peak-hold.ts';
import { Rarity } from './rarity.ts';
import { ValueViews, VIEWS } from './value-views.ts';
import { ViewCoder } from './view-coder.ts';

export interface SeriesSettings {
  /** A row is an anomaly when its p-value is at most this. */
  readonly alpha: number;
  /** Rows the p-value is ranked among. */
  readonly calibrationSize: number;
}

/** The judgement of one row of a series, made before the row was learned. */
export interface SeriesVerdict {
  /** 1 for the series' first row. */
  readonly n: number;
  /** As given. */
  readonly timestamp: number | string;
  readonly value: number;
  /** Orders rows, 0…1: higher is stranger. A row no stranger than one shortly before it has a quarter of its own. */
  readonly score: number;
  /** Share of the calibration history at least as strange, (k+1)/(n+1); null while warming. */
  readonly p: number | null;
  /** Values that are usual after what was seen, at this hour of the day; null while warming or when not asked for. */
  readonly expected: readonly [low: number, high: number] | null;
  readonly state: DetectorState;
  /** Exactly `state === 'active' && p <= alpha`. */
  readonly anomaly: boolean;
}

const DEFAULTS: SeriesSettings = { alpha: PROFILES.balanced, calibrationSize: 1500 };

/** Rows before this one are those of a model that knows nothing yet; they are not ranked among. */
const FIRST_CALIBRATED_ROW = 101;
/** From this row on a series has p-values: enough rows to rank among for an alpha of 0.01. */
const FIRST_JUDGED_ROW = 250;
/** Bits of strangeness with a score of a half. */
const HALFWAY_BITS = 8;
const HELD_SHARE = 0.25;
/** Sums and differences of values within this stay finite. */
const LARGEST = 1e300;

/** Changes whenever a row would be judged differently, or the snapshot be read differently. */
export const SERIES_ENGINE_VERSION = 1;
const MAGIC = 0x48465331;
const MAX_SETTINGS_BYTES = 10_000;

/**
 * Judges a series of numbers row by row, each by what the rows before it make
 * of it. Every view of the row is coded with the symbols seen so far at its hour
 * of the day; how rare that code length is in the view's own past is comparable
 * between views, and its mean over the views is the row's strangeness. The same
 * rows give the same verdicts, bit for bit, on whatever machine, also when the
 * detector was stored and restored in between. Gaps, repeated and unordered
 * timestamps are taken as they come: of a timestamp only the hour counts.
 */
export class SeriesDetector {
  private settings: SeriesSettings;
  private readonly views = new ValueViews();
  private readonly coders = VIEWS.map(() => new ViewCoder());
  private readonly rarities = VIEWS.map(() => new Rarity());
  private readonly peaks = new PeakHold();
  private readonly history: ScoreHistory;
  private judged = 0;

  constructor(settings: Partial<SeriesSettings> = {}) {
    this.settings = { ...DEFAULTS, ...settings };
    this.history = new ScoreHistory(this.settings.calibrationSize);
  }

  /**
   * Judges a row, then learns it.
   *
   * @param timestamp as `hourOfDay` reads it; any other text is a row without an hour
   * @param explain whether to work out `expected`, which costs about as much as judging
   * @throws RangeError when the value is NaN or infinite; nothing is learned then
   */
  judge(timestamp: number | string, value: number, explain = true): SeriesVerdict {
    if (!Number.isFinite(value)) throw new RangeError(`a row's value is a finite number, not ${value}`);
    const bounded = Math.min(LARGEST, Math.max(-LARGEST, value));
    const hour = hourOfDay(timestamp);
    this.views.look(bounded);
    const isActive = this.judged >= FIRST_JUDGED_ROW - 1;
    const expected = isActive && explain ? this.expected(hour) : null;
    const strangeness = this.learn(bounded, hour);
    const level = scoreLevel(strangeness);
    const p = isActive ? this.history.pValue(level) : null;
    if (this.judged >= FIRST_CALIBRATED_ROW - 1) this.history.push(level);
    const peak = this.peaks.push(strangeness);
    this.judged += 1;
    return {
      n: this.judged,
      timestamp,
      value,
      score: peak === null ? scoreOf(strangeness, HELD_SHARE) : scoreOf(peak, 1),
      p,
      expected,
      state: isActive ? 'active' : 'warming',
      anomaly: p !== null && p <= this.settings.alpha,
    };
  }

  /** Rows judged, and the row from which on there are p-values. */
  get warming(): { readonly seen: number; readonly needed: number } {
    return { seen: this.judged, needed: FIRST_JUDGED_ROW };
  }

  /**
   * Takes the score of a row out of the calibration, because a person said it
   * was an anomaly. False when the row's score is not kept (any more).
   *
   * @param n the row's number
   */
  takeOut(n: number): boolean {
    return this.history.takeOut(n - FIRST_CALIBRATED_ROW);
  }

  /** Calls rows anomalies from another p-value on; what was learned and the p-values stay as they are. */
  set alpha(alpha: number) {
    this.settings = { ...this.settings, alpha };
  }

  /** Memory set aside for the series, in bytes; it does not grow. */
  get memoryBytes(): number {
    const parts = [this.views, ...this.coders, ...this.rarities, this.peaks, this.history];
    return parts.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Everything the detector knows; `restore` goes on exactly where this one stands. */
  snapshot(): Uint8Array {
    const out = new ByteWriter();
    out.uint32(MAGIC);
    out.uint32(SERIES_ENGINE_VERSION);
    out.text(JSON.stringify(this.settings));
    out.whole(this.judged);
    for (const part of this.parts()) part.write(out);
    out.numbers(this.history.ring);
    out.whole(this.history.pushed);
    return out.bytes();
  }

  /** Throws a RangeError when the bytes are not a snapshot this engine wrote. */
  static restore(snapshot: Uint8Array): SeriesDetector {
    const from = new ByteReader(snapshot);
    if (from.uint32() !== MAGIC) throw new RangeError('not a snapshot of a series detector');
    const version = from.uint32();
    if (version !== SERIES_ENGINE_VERSION) {
      throw new RangeError(`a snapshot of engine ${version}; this is engine ${SERIES_ENGINE_VERSION}`);
    }
    const detector = new SeriesDetector(readSettings(from.text(MAX_SETTINGS_BYTES)));
    detector.judged = from.whole();
    for (const part of detector.parts()) part.read(from);
    from.numbers(detector.history.ring);
    detector.history.pushed = from.whole();
    detector.history.recount();
    from.end();
    return detector;
  }

  /** Mean rarity of the row's views; they are learned on the way. */
  private learn(value: number, hour: number): number {
    let sum = 0;
    for (let at = 0; at < VIEWS.length; at += 1) {
      const seen = this.views.seen[at]!;
      const coder = this.coders[at]!;
      const rarity = this.rarities[at]!;
      const bits = coder.bits(seen, hour);
      // While the range is being made nothing has a length: counted as none, which steadies the first ranks.
      if (bits !== null) sum += rarity.of(bits);
      rarity.learn(bits ?? 0);
      coder.learn(seen, hour);
    }
    this.views.learn(value);
    return sum / VIEWS.length;
  }

  /** What all views that speak of the value itself expect; the plain value's when they do not agree. */
  private expected(hour: number): readonly [number, number] {
    const plain = this.coders[0]!.expected(hour);
    let [low, high] = plain;
    for (const at of [2, 3]) {
      const [from, to] = this.coders[at]!.expected(hour);
      low = Math.max(low, from + this.views.offsets[at]!);
      high = Math.min(high, to + this.views.offsets[at]!);
    }
    return low <= high ? [shorten(low), shorten(high)] : [shorten(plain[0]), shorten(plain[1])];
  }

  private parts() {
    return [this.views, ...this.coders, ...this.rarities, this.peaks];
  }
}

const scoreOf = (bits: number, share: number) => Math.round(((share * bits) / (bits + HALFWAY_BITS)) * 1e6) / 1e6;

/** Six significant digits: the edge of a bin says no more. */
const shorten = (value: number) => Number(value.toPrecision(6));

function readSettings(text: string): SeriesSettings {
  try {
    return JSON.parse(text) as SeriesSettings;
  } catch (error) {
    throw new RangeError('the settings in the snapshot are not JSON', { cause: error });
  }
}
