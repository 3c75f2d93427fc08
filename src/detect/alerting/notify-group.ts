import { createHash } from 'node:crypto';
import type { Clock } from '../../platform/clock/clock.ts';
import { createId } from '../../platform/identity/prefixed-id.ts';
import { type Alert, isResolvedAt } from './alert.ts';
import { decideNotification, type NotificationLogEntry } from './decide-notification.ts';
import type { LabelSet } from './labels/label-set.ts';
import type { NotificationIntent, NotificationStore, UnfinishedIntent } from './notification-store.ts';
import type { NotifiedAlert, Notifier } from './notifier.ts';
import type { Route } from './route.ts';
import { type SendReport, sendWithRetries } from './send-with-retries.ts';

/** The notification log of the dispatcher: what the rows say, at hand. */
export type NotificationLog = {
  readonly store: NotificationStore;
  readonly entries: Map<string, NotificationLogEntry>;
  readonly unfinished: Map<string, UnfinishedIntent>;
};

export type NotifyObserver = {
  /** An attempt failed and will be made again. */
  attemptFailed(notifier: Notifier, attempts: number, reason: string): void;
  /** A notification ended: sent, refused, given up. */
  ended(notifier: Notifier, report: SendReport, durationMs: number): void;
};

export type GroupToNotify = { route: Route; groupKey: string; groupLabels: LabelSet };

/**
 * Tells one integration of a group, if it is to be told: decides by the log, keeps the intent, sends, keeps that it was
 * sent. What was on its way when a process died or a receiver hung is sent again with its old key while it still says
 * the truth, so that a receiver which honours the key sees it once.
 * @param alerts not muted, in order
 * @returns false when it should have been told and was not
 */
export async function notifyIntegration(
  deps: { log: NotificationLog; clock: Clock; observer: NotifyObserver },
  notifier: Notifier,
  group: GroupToNotify,
  alerts: readonly Alert[],
  when: { tickMs: number; deadlineMs: number; stop: AbortSignal },
): Promise<boolean> {
  const { log, clock } = deps;
  const nowMs = clock.now().getTime();
  const integration = `${notifier.kind}/${notifier.index}`;
  const key = keyOfIntegration(group.groupKey, notifier.receiver, integration);
  const notified = alerts.map((alert) => toNotified(alert, nowMs));
  const firing = notified.filter((alert) => alert.status === 'firing').map((alert) => alert.fingerprint);
  const resolved = notified.filter((alert) => alert.status === 'resolved').map((alert) => alert.fingerprint);
  const unfinished = log.unfinished.get(key);
  const isStillTrue = unfinished && isSame(unfinished.firing, firing) && isSame(unfinished.resolved, resolved);
  const heard = whatMayBeHeard(log.entries.get(key), unfinished);

  const decision = isStillTrue
    ? ({ notify: true, reason: unfinished.reason } as const)
    : decideNotification({
        entry: heard,
        firing: new Set(firing),
        resolved: new Set(resolved),
        sendResolved: notifier.sendResolved,
        repeatIntervalMs: group.route.repeatIntervalMs,
        tickMs: when.tickMs,
      });
  const sent = notifier.sendResolved ? notified : notified.filter((alert) => alert.status === 'firing');
  const drop = async () => {
    if (!unfinished) return;
    log.unfinished.delete(key);
    await log.store.end(unfinished, 'superseded', nowMs);
  };
  if (!decision.notify) {
    await drop();
    return true;
  }
  const about = {
    key,
    groupKey: group.groupKey,
    receiver: notifier.receiver,
    integration,
    firing,
    resolved,
    reason: decision.reason,
    repeatIntervalMs: group.route.repeatIntervalMs,
    createdAtMs: nowMs,
  };
  const remember = (atMs: number) =>
    log.entries.set(key, { firing: new Set(firing), resolved: new Set(resolved), notifiedAtMs: atMs });
  if (sent.length === 0) {
    await drop();
    await log.store.record({ ...about, id: createId('ntf', nowMs) }, nowMs);
    remember(nowMs);
    return true;
  }
  let intent: NotificationIntent;
  if (isStillTrue) intent = unfinished;
  else {
    await drop();
    const payload = await notifier.prepare({
      receiver: notifier.receiver,
      groupKey: group.groupKey,
      groupLabels: group.groupLabels,
      alerts: sent,
      reason: decision.reason,
      nowMs,
    });
    const id = createId('ntf', nowMs);
    const maybeTold = unfinished?.maybeArrived ? [...(heard?.firing ?? [])] : [];
    intent = { ...about, id, dedupKey: id, payload, maybeTold };
    await log.store.begin(intent);
    log.unfinished.set(key, { ...intent, maybeArrived: true });
  }
  const beganAtMs = performance.now();
  const report = await sendWithRetries({
    attempt: (signal) => notifier.send(intent.payload, intent.dedupKey, signal),
    clock,
    deadlineMs: when.deadlineMs,
    stop: when.stop,
    onFailure: (attempts, reason) => deps.observer.attemptFailed(notifier, attempts, reason),
  });
  deps.observer.ended(notifier, report, performance.now() - beganAtMs);
  if (report.kind === 'sent') {
    const atMs = clock.now().getTime();
    await log.store.finish(intent, { attempts: report.attempts, atMs });
    log.unfinished.delete(key);
    remember(atMs);
    return true;
  }
  const maybeArrived = report.maybeArrived || (unfinished?.maybeArrived === true && intent === unfinished);
  log.unfinished.set(key, { ...intent, maybeArrived });
  await log.store.note(intent, { attempts: report.attempts, error: report.error, maybeArrived });
  return false;
}

/**
 * What the receiver knows: what was told it, and where something may have arrived without our knowing, that too. It is
 * then long ago, so that whatever holds now is told at once.
 */
function whatMayBeHeard(
  entry: NotificationLogEntry | undefined,
  unfinished: UnfinishedIntent | undefined,
): NotificationLogEntry | undefined {
  if (!unfinished?.maybeArrived) return entry;
  const firing = new Set([...(entry?.firing ?? []), ...unfinished.firing, ...unfinished.maybeTold]);
  if (!entry && firing.size === 0) return undefined;
  return { firing, resolved: entry?.resolved ?? new Set(), notifiedAtMs: Number.NEGATIVE_INFINITY };
}

function toNotified(alert: Alert, nowMs: number): NotifiedAlert {
  const over = isResolvedAt(alert, nowMs);
  return {
    fingerprint: alert.fingerprint,
    labels: alert.labels,
    annotations: alert.annotations,
    generatorUrl: alert.generatorUrl,
    startsAtMs: alert.startsAtMs,
    status: over ? 'resolved' : 'firing',
    endsAtMs: over ? alert.endsAtMs : null,
  };
}

function isSame(left: readonly string[], right: readonly string[]): boolean {
  if (left.length !== right.length) return false;
  const members = new Set(left);
  return right.every((member) => members.has(member));
}

/** The name of a group's integration in the log. */
export function keyOfIntegration(groupKey: string, receiver: string, integration: string): string {
  return createHash('sha256').update([groupKey, receiver, integration].join('\0')).digest('hex');
}
