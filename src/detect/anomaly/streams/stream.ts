import type { StreamSettings } from '../../../contract/stream.ts';
import type { StreamKind } from '../../../observe/intake/telemetry/index.ts';

/** A stream as its row says. `seq` counts the entries of its log, events count within `epoch`. */
export type StreamRow = {
  id: string;
  service: string;
  kind: StreamKind;
  state: 'warming' | 'active' | 'paused' | 'evicted';
  reason: string | null;
  settings: StreamSettings;
  /** The settings its model began with; later ones stand in the log. */
  beganWith: StreamSettings;
  /** The entry of the log its model begins after. */
  beganAt: number;
  version: number;
  epoch: number;
  logged: number;
  judged: number;
  events: number;
  eventsJudged: number;
  anomalies: number;
  sampledOut: number;
  refusedPaused: number;
  duplicates: number;
  redacted: number;
  seriesEvicted: number;
  warmingSeen: number;
  warmingNeeded: number;
  memoryBytes: number;
  createdAt: Date;
  lastAt: Date;
};

/** What a log is made of; everything that changes what a model says stands in it, in order. */
export type LogEntryKind = 'records' | 'feedback' | 'settings' | 'tick';
/** `at` is when it was taken, milliseconds since 1970; a `tick` says nothing but that. */
export type LogEntry = { seq: number; kind: LogEntryKind; events: number; at: number; body: Uint8Array };

/** The body of an entry of kind `feedback`. */
export type FeedbackEntry = {
  n: number;
  isAnomaly: boolean;
  /** Of a point: which row of which series, as series are numbered each by itself. */
  point?: { series: string; row: number };
};

export const DEFAULT_STREAM_SETTINGS: StreamSettings = {
  profile: 'balanced',
  alpha: 0.01,
  window: null,
  tableBits: 16,
  calibrationSize: 1_500,
  sampling: 1,
  redaction: { keys: [], patterns: [] },
};

/** Settings that are built into a model: changing one begins it anew. */
export function needsNewModel(before: StreamSettings, after: StreamSettings): boolean {
  return (
    before.tableBits !== after.tableBits ||
    before.calibrationSize !== after.calibrationSize ||
    before.window?.events !== after.window?.events ||
    before.window?.hop !== after.window?.hop
  );
}
