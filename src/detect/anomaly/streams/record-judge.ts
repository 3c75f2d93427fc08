import type { StreamSettings } from '../../../contract/stream.ts';
import type { StreamKind, TelemetryRecord } from '../../../observe/intake/telemetry/index.ts';
import type { Proof } from '../index.ts';
import type { BeforeTrace } from '../traces/index.ts';
import type { FoundAnomaly } from './found-anomaly.ts';
import { LOG_JUDGE } from './log-judge.ts';
import { SERIES_JUDGE } from './series-judge.ts';
import type { FeedbackEntry } from './stream.ts';
import { TRACE_JUDGE } from './trace-judge.ts';

/** One judgement: of a record, or of what several records make together. */
export type Judgement = {
  /** Of what was judged, milliseconds since 1970. */
  at: number;
  score: number;
  p: number | null;
  active: boolean;
  anomaly: boolean;
  /** Of an anomaly, or of any when asked to explain: what is known of it. */
  found: Omit<FoundAnomaly, 'severity' | 'burst'> | null;
};

/** How much is to be said: of anomalies only, or of every record (`/v1/detect?explain=always`). */
export type ExplainWhich = 'anomalies' | 'always';

/** The detector of one kind of stream, as streams use it. */
export interface RecordJudge {
  /**
   * Judges a record by what came before it, then learns it.
   * @param nowMs when it was taken; never runs backwards
   * @returns null when it says nothing by itself: see `takeLater`
   */
  judge(record: TelemetryRecord, n: number, explain: ExplainWhich, nowMs: number): Judgement | null;
  /** What it takes to judge a record again, as long as it was not judged; null where it says nothing by itself. */
  proofOf(record: TelemetryRecord): Proof | null;
  /**
   * Judgements of what is whole now.
   * @param before told of each before it is judged
   */
  takeLater(nowMs: number, before?: BeforeTrace): Judgement[];
  /** Anomalies of windows that ended since this was asked last. */
  takeWindows(at: number): Omit<FoundAnomaly, 'severity' | 'burst'>[];
  /** A person said that it was an anomaly: it counts no longer as something usual. */
  takeOut(confirmed: FeedbackEntry): void;
  setAlpha(alpha: number): void;
  readonly warming: { readonly seen: number; readonly needed: number };
  readonly memoryBytes: number;
  /** What waits to be whole; time has to be told to it. */
  readonly open: number;
  /** Parts given up because a table was full. */
  readonly evictions: number;
  snapshot(): Uint8Array;
}

/** How a kind of stream gets its detector. `engine` changes whenever its snapshots would be read or go on differently. */
export type JudgeKind = {
  engine: string;
  create(settings: StreamSettings): RecordJudge;
  restore(bytes: Uint8Array, settings: StreamSettings): RecordJudge;
};

export const JUDGES: Readonly<Record<StreamKind, JudgeKind>> = {
  logs: LOG_JUDGE,
  metrics: SERIES_JUDGE,
  traces: TRACE_JUDGE,
};
