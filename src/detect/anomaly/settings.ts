/** How readily a stream calls an event an anomaly: the share of false alarms one is ready to look at. */
export const PROFILES = { sensitive: 0.02, balanced: 0.01, strict: 0.002 } as const;

export type Profile = keyof typeof PROFILES;

export interface DetectorSettings {
  /** An event is an anomaly when its p-value is at most this. */
  readonly alpha: number;
  /** 15, 16 or 17: 0.8, 1.6 or 3.2 megabytes of memory for the stream. */
  readonly tableBits: number;
  /** Windows of so many events, a new one every `hop` events; null for none. */
  readonly window: { readonly events: number; readonly hop: number } | null;
  /** Scores the p-value is ranked among. */
  readonly calibrationSize: number;
}

export const MIN_TABLE_BITS = 15;
export const MAX_TABLE_BITS = 17;

export const defaultSettings: DetectorSettings = {
  alpha: PROFILES.balanced,
  tableBits: 16,
  window: null,
  calibrationSize: 1500,
};

/** Scores before this event are those of a model that knows nothing yet; they are not ranked among. */
export const FIRST_CALIBRATED_EVENT = 151;
/** From this event on a stream has p-values. */
export const FIRST_JUDGED_EVENT = 450;
