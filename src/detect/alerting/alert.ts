import { compareLabelSets, compareText, type LabelSet, labelValue } from './labels/label-set.ts';

/** One alert as it was last reported; its identity is its label set. Times in milliseconds since 1970, UTC. */
export type Alert = {
  /** Sixteen hexadecimal digits (labels/fingerprint.ts). */
  readonly fingerprint: string;
  readonly labels: LabelSet;
  readonly annotations: LabelSet;
  readonly generatorUrl: string;
  readonly startsAtMs: number;
  /** Always set: a report without an end ends `resolve_timeout` after its receipt. */
  readonly endsAtMs: number;
  /** True when the end was not reported but follows from the resolve timeout. */
  readonly timeout: boolean;
  readonly updatedAtMs: number;
  /** When this firing was first received: `group_wait` counts from here, also over a restart. */
  readonly receivedAtMs: number;
};

/** Whether its end has come by then. */
export function isResolvedAt(alert: Pick<Alert, 'endsAtMs'>, nowMs: number): boolean {
  return alert.endsAtMs <= nowMs;
}

const FIRST_BY = ['job', 'instance'];

/** The order of alerts in a notification: by job, by instance, then by all labels. */
export function compareAlerts(left: Pick<Alert, 'labels'>, right: Pick<Alert, 'labels'>): number {
  for (const name of FIRST_BY) {
    // Intake drops empty labels, so an empty value means that there is none: such alerts come last.
    const a = labelValue(left.labels, name);
    const b = labelValue(right.labels, name);
    if (a !== b) return a === '' ? 1 : b === '' ? -1 : compareText(a, b);
  }
  return compareLabelSets(left.labels, right.labels);
}
