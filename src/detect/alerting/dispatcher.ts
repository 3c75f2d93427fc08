import type { Clock } from '../../platform/clock/clock.ts';
import type { Logger } from '../../platform/log/logger.ts';
import { type Alert, compareAlerts, isResolvedAt } from './alert.ts';
import type { AlertMirror } from './alert-mirror.ts';
import { type AlertPlan, mutedByTime } from './alert-plan.ts';
import type { Inhibitor } from './inhibitor.ts';
import { formatLabelSet, type LabelSet } from './labels/label-set.ts';
import { NotDispatcher } from './notification-store.ts';
import type { Notifier } from './notifier.ts';
import { type NotificationLog, type NotifyObserver, notifyIntegration } from './notify-group.ts';
import { groupKeyOf, groupLabelsOf, type Route } from './route.ts';

/** A flush may last this long at least, however short the group interval. */
const SHORTEST_FLUSH_MS = 10_000;

export type SuppressedReason = 'inhibition' | 'silence' | 'mute_time_interval' | 'active_time_interval';

export type DispatcherObserver = NotifyObserver & {
  suppressed(reason: SuppressedReason, alerts: number): void;
  /** Resolved alerts whose end every group they were in has told. */
  told(alerts: readonly Alert[]): void;
  /** What a group has to tell at this tick, before anybody is told: for who follows groups (incidents). */
  flushing?(group: FlushedGroup): void;
};

/** A group at a tick. */
export type FlushedGroup = {
  groupKey: string;
  groupLabels: LabelSet;
  receiver: string;
  /** Those that fire and are silenced, inhibited or out of hours. */
  muted: number;
  /** Not muted. */
  firing: readonly Alert[];
  resolved: readonly Alert[];
  atMs: number;
};

export type Dispatcher = {
  /** Puts alerts into their groups. */
  route(alerts: readonly Alert[]): void;
  readonly groupCount: number;
  /** No flush begins any more, sends under way are broken off; resolves when all have ended. */
  stop(): Promise<void>;
};

type Group = {
  readonly id: string;
  readonly route: Route;
  readonly labels: LabelSet;
  readonly groupKey: string;
  readonly alerts: Map<string, Alert>;
  /** When it is looked at next. */
  tickMs: number;
  cancel: () => void;
};

/**
 * Groups alerts by route and labels and flushes each group at its ticks: `group_wait` after the first alert's receipt,
 * then every `group_interval`, counted from tick to tick so that slow flushes do not make it drift.
 * @param options.startAtMs no group flushes before
 */
export function startDispatcher(
  deps: {
    clock: Clock;
    logger: Logger;
    mirror: AlertMirror;
    inhibitor: Inhibitor;
    log: NotificationLog;
    notifiersOf: (receiver: string) => readonly Notifier[];
    routesOf: (alert: Alert) => readonly Route[];
    observer: DispatcherObserver;
    /** Another process took over. */
    onLost: () => void;
  },
  options: { plan: AlertPlan; startAtMs: number },
): Dispatcher {
  const { clock, mirror, logger } = deps;
  const groups = new Map<string, Group>();
  /** In how many groups a resolved alert is still to be told. */
  const memberships = new Map<string, number>();
  const stopping = new AbortController();
  const flushes = new Set<Promise<void>>();

  const insert = (alert: Alert, route: Route, nowMs: number) => {
    const labels = groupLabelsOf(route, alert);
    const id = `${route.id}\0${formatLabelSet(labels)}`;
    let group = groups.get(id);
    if (!group) {
      group = {
        id,
        route,
        labels,
        groupKey: groupKeyOf(route, labels),
        alerts: new Map(),
        tickMs: firstTick(alert, route, nowMs),
        cancel: () => {},
      };
      groups.set(id, group);
      arm(group);
    }
    if (!group.alerts.has(alert.fingerprint))
      memberships.set(alert.fingerprint, (memberships.get(alert.fingerprint) ?? 0) + 1);
    group.alerts.set(alert.fingerprint, alert);
  };

  const firstTick = (alert: Alert, route: Route, nowMs: number) => {
    // One that began long ago has waited enough.
    const dueMs = alert.startsAtMs + route.groupWaitMs < nowMs ? nowMs : alert.receivedAtMs + route.groupWaitMs;
    return Math.max(dueMs, nowMs, options.startAtMs);
  };

  const arm = (group: Group) => {
    group.cancel = clock.wakeAt(new Date(group.tickMs), () => {
      const flush = tick(group).finally(() => flushes.delete(flush));
      flushes.add(flush);
    });
  };

  const tick = async (group: Group): Promise<void> => {
    const { tickMs } = group;
    const told = await flush(group, tickMs).catch((thrown: unknown) => {
      if (thrown instanceof NotDispatcher) deps.onLost();
      else if (!stopping.signal.aborted)
        logger.error({ err: thrown, groupKey: group.groupKey }, 'flushing a group of alerts failed');
      return null;
    });
    if (told) settle(group, told);
    if (stopping.signal.aborted) return;
    if (group.alerts.size === 0) {
      groups.delete(group.id);
      return;
    }
    const nowMs = clock.now().getTime();
    const { groupIntervalMs } = group.route;
    const missed = Math.floor((nowMs - tickMs) / groupIntervalMs);
    // Ticks that passed during a long flush come as one.
    group.tickMs = tickMs + Math.max(missed, 1) * groupIntervalMs;
    arm(group);
  };

  /** @returns the resolved alerts that were told, null when something was not told */
  const flush = async (group: Group, tickMs: number): Promise<Alert[] | null> => {
    const nowMs = clock.now().getTime();
    const alerts = [...group.alerts.values()].sort(compareAlerts);
    const resolved = alerts.filter((alert) => isResolvedAt(alert, nowMs));
    const audible = withoutMuted(group, alerts, tickMs, nowMs);
    // Before receivers are told: one that does not answer must not keep an incident from being opened.
    const firing = audible.filter((alert) => !isResolvedAt(alert, nowMs));
    deps.observer.flushing?.({
      groupKey: group.groupKey,
      groupLabels: group.labels,
      receiver: group.route.receiver,
      muted: alerts.length - resolved.length - firing.length,
      firing,
      resolved: audible.filter((alert) => isResolvedAt(alert, nowMs)),
      atMs: nowMs,
    });
    const deadlineMs = nowMs + Math.max(group.route.groupIntervalMs, SHORTEST_FLUSH_MS);
    if (audible.length > 0) {
      const told = await Promise.all(
        deps
          .notifiersOf(group.route.receiver)
          .map((notifier) =>
            notifyIntegration(
              { log: deps.log, clock, observer: deps.observer },
              notifier,
              { route: group.route, groupKey: group.groupKey, groupLabels: group.labels },
              audible,
              { tickMs, deadlineMs, stop: stopping.signal },
            ),
          ),
      );
      if (told.includes(false)) return null;
    }
    return resolved;
  };

  const withoutMuted = (group: Group, alerts: readonly Alert[], tickMs: number, nowMs: number): Alert[] => {
    const { observer } = deps;
    const uninhibited = alerts.filter((alert) => deps.inhibitor.inhibitedBy(alert.labels, nowMs) === null);
    if (uninhibited.length < alerts.length) observer.suppressed('inhibition', alerts.length - uninhibited.length);
    if (uninhibited.length === 0) return [];
    const muting = mutedByTime(options.plan, group.route, tickMs);
    if (muting.length > 0) {
      const byMute = group.route.muteTimeIntervals.includes(muting[0] ?? '');
      observer.suppressed(byMute ? 'mute_time_interval' : 'active_time_interval', uninhibited.length);
      return [];
    }
    const audible = uninhibited.filter(
      (alert) => mirror.silences.silencedBy(alert.fingerprint, alert.labels, nowMs).length === 0,
    );
    if (audible.length < uninhibited.length) observer.suppressed('silence', uninhibited.length - audible.length);
    return audible;
  };

  /** Resolved ones leave the group once told, unless they fire again by now. */
  const settle = (group: Group, resolved: readonly Alert[]) => {
    const done: Alert[] = [];
    for (const alert of resolved) {
      if (group.alerts.get(alert.fingerprint) !== alert) continue;
      group.alerts.delete(alert.fingerprint);
      const left = (memberships.get(alert.fingerprint) ?? 1) - 1;
      if (left > 0) memberships.set(alert.fingerprint, left);
      else {
        memberships.delete(alert.fingerprint);
        done.push(alert);
      }
    }
    if (done.length > 0) deps.observer.told(done);
  };

  return {
    route(alerts) {
      if (stopping.signal.aborted) return;
      const nowMs = clock.now().getTime();
      for (const alert of alerts) for (const route of deps.routesOf(alert)) insert(alert, route, nowMs);
    },
    get groupCount() {
      return groups.size;
    },
    async stop() {
      stopping.abort();
      for (const group of groups.values()) group.cancel();
      await Promise.allSettled(flushes);
    },
  };
}
