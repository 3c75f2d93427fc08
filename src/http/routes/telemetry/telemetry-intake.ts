import type { DetectAnswer, TakenEvents } from '../../../contract/anomaly.ts';
import type { TelemetryFormat } from '../../../observe/intake/telemetry/index.ts';

/** A request as it came. */
export type TelemetryPost = {
  body: Uint8Array;
  format: TelemetryFormat;
  kind: 'logs' | 'metrics' | 'traces';
  encoding: string;
  /** The stream's name when a header gives one. */
  service: string | null;
  sender: string;
  /** Whether the same bytes within ten minutes are a retry. */
  retries: boolean;
  /** How the sender named the request (`Idempotency-Key`); the same name within ten minutes is a retry. */
  key: string | null;
};

/** What the intake does with it: composed in app, where streams are. */
export type TelemetryIntake = {
  /** Resolves once what it says is accepted is stored. @throws IntakeRefusal; HoldfastError throttled, unavailable */
  take(post: TelemetryPost): Promise<TakenEvents>;
  /** Stores and judges. @throws as `take` */
  detect(post: TelemetryPost, explain: 'anomalies' | 'always'): Promise<DetectAnswer>;
};
