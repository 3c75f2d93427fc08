/** What the detectors say of an event, a window of events and a point of a series. */

/** `warming`: not enough history for a p-value yet. A stream never falls back to it. */
export type DetectorState = 'warming' | 'active';

/** One stretch of the event's text and what it cost. Offsets are UTF-16, `to` exclusive. */
export interface SurprisingSpan {
  readonly from: number;
  readonly to: number;
  /** Bits this stretch adds to the event's `bits`; all spans together sum to it. */
  readonly bits: number;
  readonly text: string;
}

/** A value that was unlike the values seen in its place so far. */
export interface UnusualValue {
  readonly from: number;
  readonly to: number;
  readonly text: string;
  /** Bits above what this place costs on average. */
  readonly excessBits: number;
  /** The lengths (characters) that were usual in this place, in words. */
  readonly expected: string;
}

/** Why an event was scored as it was. */
export interface Explanation {
  /** Sorted by bits, largest first; they do not overlap. */
  readonly spans: readonly SurprisingSpan[];
  /** The event's own template: literal words, `<num>`, `<hex>`, `<id>` for what varies. */
  readonly template: string;
  /** The known template most like it and an event that had it, null when none is known. */
  readonly nearest: { readonly template: string; readonly example: string } | null;
  readonly values: readonly UnusualValue[];
}

/** The judgement of one event, made before the event was learned. */
export interface EventVerdict {
  /** 1 for the stream's first event. */
  readonly n: number;
  /** Code length of the event for a model that has only seen the stream's past. */
  readonly bits: number;
  /** Orders events: higher is stranger. */
  readonly score: number;
  /** Share of the calibration history at least as strange, (k+1)/(n+1); null while warming. */
  readonly p: number | null;
  readonly state: DetectorState;
  /** Exactly `state === "active" && p <= alpha`. */
  readonly anomaly: boolean;
  /** Null unless asked for. */
  readonly explanation: Explanation | null;
}

/** The judgement of one window of events, by four channels with a p-value each. */
export interface WindowVerdict {
  readonly n: number;
  /** Numbers of the first and the last event of the window, both inside. */
  readonly from: number;
  readonly to: number;
  readonly score: number;
  /** The smallest channel p, corrected for four looks; null while warming. */
  readonly p: number | null;
  readonly channels: {
    readonly novelty: number;
    readonly top: number;
    readonly frequency: number;
    readonly values: number;
  } | null;
  /** The channel with the smallest p. */
  readonly fired: 'novelty' | 'top' | 'frequency' | 'values' | null;
  /** Reported, never decided by; see `figures.ts` for what they mean. */
  readonly ncd: number;
  readonly ratio: number;
  readonly entropy: number;
}
