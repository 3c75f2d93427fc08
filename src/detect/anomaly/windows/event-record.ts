/** What a window's channels need to know of an event, taken before the event was learned. */
export interface EventRecord {
  /** Hundredths of a bit: all of what is above the usual. */
  readonly novelty: number;
  /** Hundredths of a bit: the event's score. */
  readonly score: number;
  /** Hundredths of a bit: what values are above the usual. */
  readonly values: number;
  /** The template's hash, or NEW_TEMPLATE when the model did not know it. */
  readonly template: number;
}

/** All templates the model did not know are one for the frequency channel. */
export const NEW_TEMPLATE = -1;
