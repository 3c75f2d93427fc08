import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { Clock } from '../../platform/clock/clock.ts';
import { isConnectionLoss } from '../../platform/db/database.ts';
import type { Logger } from '../../platform/log/logger.ts';
import type { Alert } from './alert.ts';
import { type AlertIntake, createAlertIntake } from './alert-intake.ts';
import { type AlertLimits, checkSilenceLimits, createNameLimit, NO_LIMITS } from './alert-limits.ts';
import { type AlertMirror, openAlertMirror } from './alert-mirror.ts';
import type { AlertPlan } from './alert-plan.ts';
import { dropOld, markTold, readTold } from './alert-store.ts';
import { type Dispatcher, type DispatcherObserver, startDispatcher } from './dispatcher.ts';
import { leaveOffice, takeOffice } from './dispatcher-office.ts';
import { createInhibitor, type Inhibitor } from './inhibitor.ts';
import type { LabelSet } from './labels/label-set.ts';
import type { MatcherMode } from './matchers/parse-matchers.ts';
import { createNotificationStore, pruneNotifications } from './notification-store.ts';
import type { Notifier } from './notifier.ts';
import type { NotificationLog } from './notify-group.ts';
import { matchRoutes, type Route } from './route.ts';
import { changeSilence, expireSilence, type Silence, type SilenceRequest } from './silence.ts';

/** What a configuration says, ready to work with. */
export type AlertSetup = {
  readonly plan: AlertPlan;
  readonly notifiers: readonly Notifier[];
  readonly resolveTimeoutMs: number;
};

export type AlertEngine = {
  readonly mirror: AlertMirror;
  readonly mode: MatcherMode;
  readonly setup: AlertSetup;
  readonly inhibitor: Inhibitor;
  /** Whether this process tells receivers. */
  readonly dispatches: boolean;
  readonly groupCount: number;
  routesOf(alert: Alert): readonly Route[];
  /** The routes labels would take, of an alert or not. */
  routesFor(labels: LabelSet): readonly Route[];
  /** Stored when it resolves. */
  postAlerts(reports: readonly Alert[], nowMs: number): Promise<void>;
  /** @returns the id it has from now on; null when there is none with the request's id @throws SilenceError */
  setSilence(request: SilenceRequest): Promise<string | null>;
  /** @returns false when there is none with this id */
  expireSilence(id: string): Promise<boolean>;
  /** From now on this process tells receivers, whenever no other does. @param fromMs no group is flushed before */
  startDispatching(fromMs: number): Promise<void>;
  /** Another configuration: groups are made anew and flushed at once; what was told stays known. */
  reload(setup: AlertSetup): Promise<void>;
  stop(): Promise<void>;
};

export type AlertRetention = {
  /** How often what is over is dropped. */
  gcIntervalMs: number;
  /** How long silences that ended and the history of notifications are kept. */
  retentionMs: number;
};

/** While another process dispatches, this one asks this often whether the office is free. */
const OFFICE_POLL_MS = 1_000;
/** A resolved alert that nobody could be told of is kept this long. */
const KEEP_UNTOLD_MS = 5 * 24 * 3_600_000;

/**
 * Alerts from their receipt to what receivers are told: intake, mirror, silences, inhibition, and in one of the processes
 * on a database the dispatcher. It receives at once and tells nobody before `startDispatching`.
 */
export async function openAlertEngine(
  deps: {
    pool: pg.Pool;
    clock: Clock;
    logger: Logger;
    workerId: string;
    observer: Omit<DispatcherObserver, 'told'> & {
      /** Alerts that were left out, for there are too many of their name. */
      limited?(alerts: number): void;
    };
    wakeups: { kick(topic: 'alerts'): void; on(topic: 'alerts', listener: () => void): () => void };
  },
  options: {
    setup: AlertSetup;
    mode: MatcherMode;
    retention: AlertRetention;
    limits?: AlertLimits;
  },
): Promise<AlertEngine> {
  const { pool, clock, logger, workerId } = deps;
  const mirror = await openAlertMirror(pool);
  const intake: AlertIntake = createAlertIntake({ pool, mirror, afterCommit: () => deps.wakeups.kick('alerts') });
  let { setup } = options;
  const { limits = NO_LIMITS } = options;
  const limitNames = createNameLimit(limits.alertsPerName);
  let inhibitor = createInhibitor(setup.plan.inhibitRules);
  let routes = new Map<string, readonly Route[]>();
  let office: { epoch: number; dispatcher: Dispatcher; log: NotificationLog } | null = null;
  let dispatchFromMs: number | null = null;
  let stopped = false;
  const timers: NodeJS.Timeout[] = [];

  const routesOf = (alert: Alert): readonly Route[] => {
    let matched = routes.get(alert.fingerprint);
    if (!matched) {
      matched = matchRoutes(setup.plan.root, alert.labels);
      routes.set(alert.fingerprint, matched);
    }
    return matched;
  };
  for (const alert of mirror.alerts.values()) inhibitor.noteAlert(alert);
  mirror.follow({
    stored(alerts) {
      for (const alert of alerts) inhibitor.noteAlert(alert);
      office?.dispatcher.route(alerts);
    },
    dropped(fingerprints) {
      for (const fingerprint of fingerprints) {
        inhibitor.forget(fingerprint);
        routes.delete(fingerprint);
      }
    },
  });

  const beginDispatching = (log: NotificationLog, startAtMs: number, told: ReadonlySet<string>): Dispatcher => {
    const notifiers = Map.groupBy(setup.notifiers, (notifier) => notifier.receiver);
    const dispatcher = startDispatcher(
      {
        clock,
        logger,
        mirror,
        inhibitor,
        log,
        routesOf,
        notifiersOf: (receiver) => notifiers.get(receiver) ?? [],
        observer: {
          ...deps.observer,
          told: (alerts) => {
            markTold(pool, alerts, clock.now().getTime()).catch((thrown: unknown) =>
              logger.warn({ err: thrown }, 'could not remember that resolved alerts were told'),
            );
          },
        },
        onLost: () => void loseOffice(),
      },
      { plan: setup.plan, startAtMs },
    );
    dispatcher.route([...mirror.alerts.values()].filter((alert) => !told.has(alert.fingerprint)));
    return dispatcher;
  };
  const seekOffice = async () => {
    if (office || stopped || dispatchFromMs === null) return;
    const epoch = await takeOffice(pool, workerId);
    if (epoch === null) return;
    await mirror.catchUp();
    const store = createNotificationStore({ pool, workerId, epoch });
    const { log: entries, unfinished } = await store.load(clock.now().getTime());
    const log = { store, entries, unfinished };
    const told = await readTold(pool);
    if (stopped) return;
    office = { epoch, log, dispatcher: beginDispatching(log, dispatchFromMs, told) };
    logger.debug({ epoch }, 'dispatching alerts');
  };
  const loseOffice = async () => {
    const lost = office;
    if (!lost) return;
    office = null;
    logger.warn({ epoch: lost.epoch }, 'another process dispatches alerts now');
    await lost.dispatcher.stop();
  };
  let seeking: Promise<void> | null = null;
  const trySeekOffice = () => {
    seeking ??= seekOffice()
      .catch((thrown: unknown) => {
        // Nobody is told of alerts meanwhile; a restarting database is the usual and passing reason.
        const level = isConnectionLoss(thrown) ? 'debug' : 'error';
        logger[level]({ err: thrown }, 'could not take over dispatching, trying again');
      })
      .finally(() => {
        seeking = null;
      });
    return seeking;
  };
  const collectGarbage = async () => {
    const nowMs = clock.now().getTime();
    const endedMs = nowMs - options.retention.gcIntervalMs;
    const gone = await dropOld(pool, {
      alertsEndedMs: endedMs,
      untoldEndedMs: nowMs - KEEP_UNTOLD_MS,
      silencesEndedMs: nowMs - options.retention.retentionMs,
    });
    // Other processes drop rows too: what is over goes by its time.
    const over = [...mirror.alerts.values()].filter((alert) => alert.endsAtMs < endedMs);
    mirror.drop({ alerts: over.map((alert) => alert.fingerprint), silences: gone.silences });
    await pruneNotifications(pool, nowMs, options.retention.retentionMs);
  };

  const offWake = deps.wakeups.on('alerts', () => {
    mirror.catchUp().catch((thrown: unknown) => logger.debug({ err: thrown }, 'could not look for changed alerts'));
  });
  const every = (ms: number, work: () => Promise<void>, what: string) => {
    const timer = setInterval(() => {
      work().catch((thrown: unknown) => logger.debug({ err: thrown }, `${what} failed, will be tried again`));
    }, ms);
    timer.unref();
    timers.push(timer);
  };
  every(OFFICE_POLL_MS, trySeekOffice, 'taking over dispatching');
  every(options.retention.gcIntervalMs, collectGarbage, 'dropping old alerts');

  const newestSilence = (id: string): Silence | undefined => (id === '' ? undefined : mirror.silences.get(id));
  return {
    mirror,
    mode: options.mode,
    get setup() {
      return setup;
    },
    get inhibitor() {
      return inhibitor;
    },
    get dispatches() {
      return office !== null;
    },
    get groupCount() {
      return office?.dispatcher.groupCount ?? 0;
    },
    routesOf,
    routesFor: (labels) => matchRoutes(setup.plan.root, labels),
    postAlerts(reports, nowMs) {
      const taken = limitNames(reports, nowMs);
      if (taken.length < reports.length) deps.observer.limited?.(reports.length - taken.length);
      return intake.postAlerts(taken, nowMs);
    },
    setSilence: (request) =>
      intake.changeSilences<string | null>(() => {
        const known = newestSilence(request.id);
        if (request.id !== '' && !known) return { silences: [], result: null };
        const nowMs = clock.now().getTime();
        const change = changeSilence(known, request, { nowMs, mode: options.mode, newId: randomUUID });
        const isNew = mirror.silences.get(change.silence.id) === undefined;
        checkSilenceLimits(change.silence, isNew, [...mirror.silences.all()].length, limits);
        return {
          silences: change.expired ? [change.expired, change.silence] : [change.silence],
          result: change.silence.id,
        };
      }),
    expireSilence: (id) =>
      intake.changeSilences(() => {
        const known = newestSilence(id);
        if (!known) return { silences: [], result: false };
        const expired = expireSilence(known, clock.now().getTime());
        return { silences: expired === known ? [] : [expired], result: true };
      }),
    startDispatching(fromMs) {
      dispatchFromMs = fromMs;
      return trySeekOffice();
    },
    async reload(next) {
      setup = next;
      routes = new Map();
      inhibitor = createInhibitor(next.plan.inhibitRules);
      for (const alert of mirror.alerts.values()) inhibitor.noteAlert(alert);
      const current = office;
      if (!current) return;
      // The old groups end first: two of them must not tell the same receiver at once.
      await current.dispatcher.stop();
      const told = await readTold(pool);
      if (stopped || office !== current) return;
      office = { ...current, dispatcher: beginDispatching(current.log, dispatchFromMs ?? 0, told) };
    },
    async stop() {
      stopped = true;
      offWake();
      for (const timer of timers) clearInterval(timer);
      await seeking;
      const held = office;
      office = null;
      if (!held) return;
      await held.dispatcher.stop();
      await leaveOffice(pool, workerId, held.epoch).catch(() => {});
    },
  };
}
