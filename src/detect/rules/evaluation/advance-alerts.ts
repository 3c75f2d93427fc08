import type { AlertRule } from '../rule.ts';
import type { RuleAlert, RuleAlerts } from './rule-alert.ts';

/** What a sample of the rule's expression comes to, with its texts rendered. */
export type ActiveSample = Pick<RuleAlert, 'fingerprint' | 'labels' | 'annotations' | 'value'>;
/** An evaluation, or why it counts for nothing. */
export type Advance = { alerts: RuleAlerts; error: string | null };

/**
 * One evaluation: pending alerts that have waited long enough fire, alerts whose sample is gone resolve (pending ones are
 * forgotten). As Prometheus does it.
 * @param nowMs the instant that was asked about
 * @param limit most alerts; 0 is none. More is an error, and ends them all: what they are is not known
 */
export function advanceAlerts(
  before: RuleAlerts,
  samples: readonly ActiveSample[],
  { rule, nowMs, limit }: { rule: Pick<AlertRule, 'forMs' | 'keepFiringForMs'>; nowMs: number; limit: number },
): Advance {
  const present = new Map<string, ActiveSample>();
  for (const sample of samples) {
    if (present.has(sample.fingerprint))
      return { alerts: before, error: 'vector contains metrics with the same labelset after applying alert labels' };
    present.set(sample.fingerprint, sample);
  }
  if (limit > 0 && countActive(before, present, { rule, nowMs }) > limit) {
    const alerts = endAll(before, nowMs);
    return { alerts, error: `exceeded limit of ${limit} with ${countActive(before, present, { rule, nowMs })} alerts` };
  }
  const alerts = new Map<string, RuleAlert>();
  for (const [fingerprint, sample] of present) {
    const known = before.get(fingerprint);
    alerts.set(fingerprint, advancePresent(known?.state === 'resolved' ? undefined : known, sample, rule, nowMs));
  }
  for (const [fingerprint, alert] of before) {
    if (present.has(fingerprint)) continue;
    const next = advanceAbsent(alert, rule, nowMs);
    if (next) alerts.set(fingerprint, next);
  }
  return { alerts, error: null };
}

/** Nobody knows any more what they are: those that fire end now. */
export function endAll(alerts: RuleAlerts, nowMs: number): RuleAlerts {
  const ended = [...alerts].flatMap(([fingerprint, alert]): [string, RuleAlert][] => {
    if (alert.state === 'pending') return [];
    if (alert.state === 'firing') return [[fingerprint, { ...alert, state: 'resolved', resolvedAtMs: nowMs }]];
    return isTold(alert.state, alert.resolvedAtMs, alert.sentAtMs) ? [] : [[fingerprint, alert]];
  });
  return new Map(ended);
}

/** No look for longer than this: what was pending then says nothing about now. */
const LONGEST_OUTAGE_MS = 3_600_000;

/**
 * What alerts are after nobody looked for a while: waiting goes on where it was, and the time nobody looked does not count.
 * @param lastMs the last evaluation before the gap
 */
export function resumeAlerts(
  alerts: RuleAlerts,
  { lastMs, nowMs, intervalMs }: { lastMs: number | null; nowMs: number; intervalMs: number },
): RuleAlerts {
  const gapMs = lastMs === null ? 0 : nowMs - lastMs - intervalMs;
  // A start takes a moment; one look missed is none.
  if (gapMs <= intervalMs) return alerts;
  return new Map(
    [...alerts].flatMap(([fingerprint, alert]): [string, RuleAlert][] => {
      if (alert.state !== 'pending') return [[fingerprint, alert]];
      return gapMs > LONGEST_OUTAGE_MS ? [] : [[fingerprint, { ...alert, activeAtMs: alert.activeAtMs + gapMs }]];
    }),
  );
}

function advancePresent(
  known: RuleAlert | undefined,
  sample: ActiveSample,
  rule: Pick<AlertRule, 'forMs'>,
  nowMs: number,
): RuleAlert {
  const alert: RuleAlert = known
    ? { ...known, annotations: sample.annotations, value: sample.value, goneSinceMs: null }
    : {
        ...sample,
        state: 'pending',
        activeAtMs: nowMs,
        firedAtMs: null,
        resolvedAtMs: null,
        goneSinceMs: null,
        sentAtMs: null,
      };
  return alert.state === 'pending' && nowMs - alert.activeAtMs >= rule.forMs
    ? { ...alert, state: 'firing', firedAtMs: nowMs }
    : alert;
}

function advanceAbsent(alert: RuleAlert, rule: Pick<AlertRule, 'keepFiringForMs'>, nowMs: number): RuleAlert | null {
  if (alert.state === 'pending') return null;
  if (alert.state === 'resolved') return isTold(alert.state, alert.resolvedAtMs, alert.sentAtMs) ? null : alert;
  if (rule.keepFiringForMs > 0) {
    const goneSinceMs = alert.goneSinceMs ?? nowMs;
    if (nowMs - goneSinceMs < rule.keepFiringForMs) return { ...alert, goneSinceMs };
  }
  return { ...alert, state: 'resolved', resolvedAtMs: nowMs };
}

/** Whether the end of an alert has been told. */
function isTold(state: RuleAlert['state'], resolvedAtMs: number | null, sentAtMs: number | null): boolean {
  return state === 'resolved' && sentAtMs !== null && resolvedAtMs !== null && sentAtMs >= resolvedAtMs;
}

function countActive(
  before: RuleAlerts,
  present: ReadonlyMap<string, ActiveSample>,
  { rule, nowMs }: { rule: Pick<AlertRule, 'forMs' | 'keepFiringForMs'>; nowMs: number },
): number {
  const kept = [...before.values()].filter(
    (alert) =>
      !present.has(alert.fingerprint) &&
      alert.state === 'firing' &&
      advanceAbsent(alert, rule, nowMs)?.state === 'firing',
  );
  return present.size + kept.length;
}

/** A firing alert is told again this often, so that its end is never guessed. */
export const RESEND_MS = 60_000;

/** Whether the alerts have to be told of it now. */
export function isDue(alert: RuleAlert, nowMs: number): boolean {
  if (alert.state === 'pending') return false;
  if (alert.sentAtMs === null) return alert.state === 'firing' || alert.firedAtMs !== null;
  if (alert.state === 'resolved') return !isTold(alert.state, alert.resolvedAtMs, alert.sentAtMs);
  return nowMs - alert.sentAtMs >= RESEND_MS;
}
