import { createHash, randomBytes } from 'node:crypto';
import { type AlertEngine, groupKeyOf, groupLabelsOf, readPostedAlerts } from '../../detect/alerting/index.ts';
import type { EventIntake } from '../../http/routes/intake/events.ts';
import {
  type EventMapping,
  type Heartbeat,
  keepSentEvent,
  listHeartbeats,
  markMissed,
  noteBeat,
  readAlertmanagerWebhook,
  readMappedEvents,
  readPagerdutyEvent,
  removeHeartbeat,
  type SentAlert,
  takeSentEvent,
  UnreadableEvent,
} from '../../observe/intake/index.ts';
import type { Clock } from '../../platform/clock/clock.ts';
import type { Database, Tx } from '../../platform/db/database.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import type { Wakeups } from '../../platform/events/wakeups.ts';
import { clearTimer, setTimer, type TimerHandler } from '../../platform/timers/timer-service.ts';

type IntakeDeps = {
  database: Database;
  clock: Clock;
  wakeups: Pick<Wakeups, 'kick'>;
  engine: AlertEngine;
  mappings: Readonly<Record<string, EventMapping>>;
  /** Somebody has the incident of a group of alerts. */
  acknowledge: (groupKey: string, actor: string) => Promise<void>;
};

/** An event without an end fires until its sender says that it is over. */
const OPEN_END_MS = 100 * 365 * 86_400_000;
const TIMER_KIND = 'heartbeat';

/**
 * Makes alerts of events. Their senders name them by keys of their own; an event that comes again with other labels
 * (a worse severity) ends the alert it was before.
 */
export function createEventIntake(deps: IntakeDeps): EventIntake {
  const { database, clock, engine } = deps;

  const post = async (sent: readonly SentAlert[]) => {
    const nowMs = clock.now().getTime();
    const { alerts, errors } = readPostedAlerts(sent, {
      nowMs,
      resolveTimeoutMs: engine.setup.resolveTimeoutMs,
      mode: engine.mode,
    });
    if (errors.length > 0) throw new UnreadableEvent(errors);
    await engine.postAlerts(alerts, nowMs);
  };
  const now = () => clock.now().toISOString();
  const openEnd = () => new Date(clock.now().getTime() + OPEN_END_MS).toISOString();

  /** Stored before the key is: a crash between the two leaves an alert that the sender's next event finds again. */
  const trigger = async (tx: Tx, sender: string, key: string, alert: SentAlert) => {
    const before = await takeSentEvent(tx, sender, key);
    const ended = before && !isSame(before, alert.labels) ? [{ labels: before, annotations: {}, endsAt: now() }] : [];
    await post([...ended, { ...alert, endsAt: openEnd() }]);
    await keepSentEvent(tx, { sender, key, labels: alert.labels, status: 'firing' });
  };
  const resolve = async (tx: Tx, sender: string, key: string) => {
    const labels = await takeSentEvent(tx, sender, key);
    if (!labels) return;
    await post([{ labels, annotations: {}, endsAt: now() }]);
    await keepSentEvent(tx, { sender, key, labels, status: 'resolved' });
  };

  return {
    async takePagerdutyEvent(body, sender) {
      const event = readPagerdutyEvent(body);
      const key = event.dedupKey ?? randomBytes(16).toString('hex');
      await database.transact(async (tx) => {
        if (event.alert) {
          const labels = { ...event.alert.labels, dedup_key: shortKey(key) };
          await trigger(tx, sender.name, key, { ...event.alert, labels });
        } else if (event.action === 'resolve') await resolve(tx, sender.name, key);
        else {
          const labels = await takeSentEvent(tx, sender.name, key);
          if (!labels) return;
          const alert = { labels, fingerprint: '' };
          for (const route of engine.routesFor(labels))
            await deps.acknowledge(groupKeyOf(route, groupLabelsOf(route, alert)), sender.actor);
        }
      });
      return key;
    },
    async takeAlertmanagerWebhook(body) {
      const alerts = readAlertmanagerWebhook(body);
      // What is in front repeats what fires; until then it fires.
      await post(alerts.map((alert) => ({ ...alert, endsAt: alert.endsAt ?? openEnd() })));
      return alerts.length;
    },
    async takeMappedEvents(name, body, sender) {
      const mapping = deps.mappings[name];
      if (!mapping) {
        throw new HoldfastError({
          code: 'intake.no-mapping',
          kind: 'missing',
          message: `there is no mapping called ${name}`,
          hint: 'Mappings are named under `events` in the configuration.',
        });
      }
      const events = readMappedEvents(body, mapping);
      await database.transact(async (tx) => {
        for (const { key, resolved, alert } of events) {
          if (key === null) await post([resolved ? { ...alert, endsAt: now() } : alert]);
          else if (resolved) await resolve(tx, `${name} ${sender.name}`, key);
          else await trigger(tx, `${name} ${sender.name}`, key, alert);
        }
      });
      return events.length;
    },
    async beat(beat) {
      const nowMs = clock.now().getTime();
      await database.transact(async (tx) => {
        const before = await noteBeat(tx, { ...beat, lastAtMs: nowMs });
        await setTimer(tx, { kind: TIMER_KIND, subject: beat.name, dueAt: dueAt({ ...beat, lastAtMs: nowMs }) });
        if (before?.missed) await post([missedAlert(before, now())]);
      });
      deps.wakeups.kick('timers');
    },
    listHeartbeats: () => listHeartbeats(database.db),
    removeHeartbeat: (name) =>
      database.transact(async (tx) => {
        const removed = await removeHeartbeat(tx, name);
        await clearTimer(tx, { kind: TIMER_KIND, subject: name });
        if (removed?.missed) await post([missedAlert(removed, now())]);
        return removed !== null;
      }),
  };
}

/** The timer of a heartbeat: nothing was heard of it for too long. */
export function heartbeatTimers(deps: { engine: AlertEngine; clock: Clock }): Record<string, TimerHandler> {
  return {
    [TIMER_KIND]: async (tx, timer) => {
      const nowMs = deps.clock.now().getTime();
      const missed = await markMissed(tx, timer.subject, nowMs);
      if (!missed) return;
      const { alerts } = readPostedAlerts([missedAlert(missed, new Date(nowMs + OPEN_END_MS).toISOString())], {
        nowMs,
        resolveTimeoutMs: deps.engine.setup.resolveTimeoutMs,
        mode: deps.engine.mode,
      });
      await deps.engine.postAlerts(alerts, nowMs);
    },
  };
}

function missedAlert(heartbeat: Heartbeat, endsAt: string): SentAlert {
  return {
    labels: { alertname: 'HeartbeatMissed', heartbeat: heartbeat.name, ...heartbeat.labels },
    annotations: {
      summary: `${heartbeat.name} gave no sign of life since ${new Date(heartbeat.lastAtMs).toISOString()}`,
    },
    endsAt,
  };
}

const dueAt = (beat: Pick<Heartbeat, 'lastAtMs' | 'everyMs' | 'graceMs'>) =>
  new Date(beat.lastAtMs + beat.everyMs + beat.graceMs);

/** As a label it is only there to tell events apart. */
function shortKey(key: string): string {
  return key.length <= 100 ? key : createHash('sha256').update(key).digest('hex').slice(0, 32);
}

function isSame(left: Record<string, string>, right: Record<string, string>): boolean {
  const names = Object.keys(left);
  return names.length === Object.keys(right).length && names.every((name) => left[name] === right[name]);
}
