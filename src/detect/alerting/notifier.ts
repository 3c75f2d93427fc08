import type { Alert } from './alert.ts';
import type { LabelSet } from './labels/label-set.ts';

/** One integration of a receiver: `ops/webhook[0]`. */
export type Notifier = {
  readonly receiver: string;
  /** `webhook`, `slack`, … */
  readonly kind: string;
  /** Its place among the integrations of its kind in its receiver. */
  readonly index: number;
  /** Whether it hears of resolved alerts. */
  readonly sendResolved: boolean;
  /**
   * Renders what will be sent. Kept before it is sent, so that a repetition after a crash sends the same.
   * @returns JSON
   * @throws when a template fails: the group is tried again at its next tick
   */
  prepare(notification: GroupNotification): Promise<unknown>;
  /** One attempt. @param dedupKey the same for every attempt at the same notification */
  send(payload: unknown, dedupKey: string, signal: AbortSignal): Promise<SendOutcome>;
};

/** How an attempt ended. A reply that was lost is `uncertain`: it is sent again with the same dedup key. */
export type SendOutcome =
  | { kind: 'sent' }
  | { kind: 'uncertain'; reason: string }
  | { kind: 'refused'; reason: string }
  | { kind: 'try-later'; reason: string; afterMs: number | null };

/** What a receiver is told of a group. */
export type GroupNotification = {
  readonly receiver: string;
  readonly groupKey: string;
  readonly groupLabels: LabelSet;
  /** In the order they are shown. */
  readonly alerts: readonly NotifiedAlert[];
  readonly reason: string;
  readonly nowMs: number;
};

/** An alert as a receiver sees it: one that fires has no end. */
export type NotifiedAlert = Pick<Alert, 'fingerprint' | 'labels' | 'annotations' | 'generatorUrl' | 'startsAtMs'> & {
  readonly status: 'firing' | 'resolved';
  readonly endsAtMs: number | null;
};
