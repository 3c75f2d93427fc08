import type pg from 'pg';
import { outlastOutage } from '../../platform/db/outlast-outage.ts';
import { createBatchLane } from '../../platform/work/batch-lane.ts';
import type { NotificationLogEntry } from './decide-notification.ts';

/**
 * What receivers were told, and what is on its way to them. An intent is a row before anything is sent; the log entry
 * and the end of the intent are one transaction. All writes are guarded by the dispatcher's epoch.
 */
export type NotificationIntent = {
  readonly id: string;
  /** Group, receiver and integration (keyOfIntegration). */
  readonly key: string;
  readonly groupKey: string;
  readonly receiver: string;
  readonly integration: string;
  readonly dedupKey: string;
  readonly payload: unknown;
  readonly firing: readonly string[];
  readonly resolved: readonly string[];
  /** What the receiver may have heard fire, although nobody knows: it must hear of the end of it, too. */
  readonly maybeTold: readonly string[];
  readonly reason: string;
  readonly repeatIntervalMs: number;
  readonly createdAtMs: number;
};

/** An intent without an end: a crash came between, or the receiver did not take it in time. */
export type UnfinishedIntent = NotificationIntent & {
  /** False when every attempt was refused for certain. */
  readonly maybeArrived: boolean;
};

export type NotificationStore = {
  /** Rows of the log and unfinished intents, by key. */
  load(nowMs: number): Promise<{ log: Map<string, NotificationLogEntry>; unfinished: Map<string, UnfinishedIntent> }>;
  begin(intent: NotificationIntent): Promise<void>;
  /** The receiver took it: the intent ends and the log has its entry, together. */
  finish(intent: NotificationIntent, end: { attempts: number; atMs: number }): Promise<void>;
  /** The log has its entry although nothing was sent (a resolved group whose receiver does not want to hear of it). */
  record(entry: Omit<NotificationIntent, 'payload' | 'dedupKey' | 'maybeTold'>, atMs: number): Promise<void>;
  /** Not taken for now: the intent stays, with what was said. */
  note(intent: NotificationIntent, attempt: { attempts: number; error: string; maybeArrived: boolean }): Promise<void>;
  /** Given up for another one, or for good. */
  end(intent: NotificationIntent, state: 'superseded' | 'failed', atMs: number): Promise<void>;
};

/** This process is no longer the dispatcher: what it was about to write is another's to write. */
export class NotDispatcher extends Error {}

const HELD = `select from alert_dispatcher d join workers w on w.id = d.worker_id
  where d.worker_id = $1 and d.epoch = $2 and w.lease_expires_at > clock_timestamp()`;
/** The log keeps an entry for this many repeat intervals, and an intent's row is only history afterwards. */
const KEPT_REPEAT_INTERVALS = 2;

type EndRow = Omit<NotificationIntent, 'payload' | 'dedupKey' | 'maybeTold'> & {
  attempts: number;
  atMs: number;
  /** Null when there was no intent. */
  intentId: string | null;
};

export function createNotificationStore(deps: { pool: pg.Pool; workerId: string; epoch: number }): NotificationStore {
  const { pool, workerId, epoch } = deps;

  const write = (name: string, text: string, values: unknown[]) =>
    outlastOutage(() => pool.query({ name, text, values: [workerId, epoch, ...values] }));
  const guarded = async (name: string, text: string, values: unknown[]) => {
    const { rowCount } = await write(name, text, values);
    if (rowCount === 0) throw new NotDispatcher();
  };

  const beginLane = createBatchLane<NotificationIntent, void>({
    largestBatch: 500,
    lanes: 2,
    work: async (intents) => {
      await guarded(
        'begin-notifications',
        `insert into notifications (id, key, group_key, receiver, integration, dedup_key, payload, firing, resolved,
           maybe_told, reason, repeat_interval_ms, state, created_at_ms)
         select i.id, i.key, i."groupKey", i.receiver, i.integration, i."dedupKey", i.payload,
           array(select jsonb_array_elements_text(i.firing)), array(select jsonb_array_elements_text(i.resolved)),
           array(select jsonb_array_elements_text(i."maybeTold")), i.reason, i."repeatIntervalMs", 'sending', i."createdAtMs"
         from jsonb_to_recordset($3::jsonb) as i(id text, key text, "groupKey" text, receiver text, integration text,
           "dedupKey" text, payload jsonb, firing jsonb, resolved jsonb, "maybeTold" jsonb, reason text, "repeatIntervalMs" bigint,
           "createdAtMs" bigint)
         where exists (${HELD})
         on conflict (id) do update set state = 'sending'`,
        [JSON.stringify(intents)],
      );
      return intents.map(() => undefined);
    },
  });

  const endLane = createBatchLane<EndRow, void>({
    largestBatch: 500,
    lanes: 2,
    work: async (rows) => {
      // The last word about a key counts: two of one batch would meet in the same row.
      const last = new Map(rows.map((row) => [row.key, row]));
      await guarded(
        'finish-notifications',
        `with held as (${HELD}),
         entries as (
           select e.* from held, jsonb_to_recordset($3::jsonb) as e(key text, "groupKey" text, receiver text, integration text,
             firing jsonb, resolved jsonb, reason text, "repeatIntervalMs" bigint, "atMs" bigint)
         ), ended as (
           update notifications n set state = 'sent', attempts = i.attempts, ended_at_ms = i."atMs", error = null
           from held, jsonb_to_recordset($4::jsonb) as i("intentId" text, attempts int, "atMs" bigint)
           where n.id = i."intentId" and n.state = 'sending'
         )
         insert into notification_log (key, group_key, receiver, integration, firing, resolved, reason, notified_at_ms, expires_at_ms)
         select key, "groupKey", receiver, integration, array(select jsonb_array_elements_text(firing)),
           array(select jsonb_array_elements_text(resolved)), reason, "atMs", "atMs" + ${KEPT_REPEAT_INTERVALS} * "repeatIntervalMs"
         from entries
         on conflict (key) do update set firing = excluded.firing, resolved = excluded.resolved, reason = excluded.reason,
           notified_at_ms = excluded.notified_at_ms, expires_at_ms = excluded.expires_at_ms`,
        [JSON.stringify([...last.values()]), JSON.stringify(rows.filter((row) => row.intentId !== null))],
      );
      return rows.map(() => undefined);
    },
  });

  return {
    async load(nowMs) {
      const log = await pool.query<{ key: string; firing: string[]; resolved: string[]; notifiedAtMs: number }>(
        `select key, firing, resolved, notified_at_ms as "notifiedAtMs" from notification_log where expires_at_ms > $1`,
        [nowMs],
      );
      const unfinished = await pool.query<UnfinishedIntent>(
        `select id, key, group_key as "groupKey", receiver, integration, dedup_key as "dedupKey", payload, firing, resolved,
           maybe_told as "maybeTold", reason, repeat_interval_ms as "repeatIntervalMs", created_at_ms as "createdAtMs", maybe_arrived as "maybeArrived"
         from notifications where state = 'sending' order by created_at_ms`,
      );
      return {
        log: new Map(
          log.rows.map((row) => [
            row.key,
            { firing: new Set(row.firing), resolved: new Set(row.resolved), notifiedAtMs: row.notifiedAtMs },
          ]),
        ),
        unfinished: new Map(unfinished.rows.map((row) => [row.key, row])),
      };
    },
    begin: (intent) => beginLane.submit(intent),
    finish: ({ payload: _payload, dedupKey: _dedupKey, maybeTold: _maybeTold, ...intent }, end) =>
      endLane.submit({ ...intent, ...end, intentId: intent.id }),
    record: (entry, atMs) => endLane.submit({ ...entry, attempts: 0, atMs, intentId: null }),
    note: async (intent, attempt) => {
      await write(
        'note-notification',
        `update notifications set attempts = attempts + $4, error = $5, maybe_arrived = $6
         where id = $3 and state = 'sending' and exists (${HELD})`,
        [intent.id, attempt.attempts, attempt.error, attempt.maybeArrived],
      );
    },
    end: async (intent, state, atMs) => {
      await write(
        'end-notification',
        `update notifications set state = $4, ended_at_ms = $5 where id = $3 and state = 'sending' and exists (${HELD})`,
        [intent.id, state, atMs],
      );
    },
  };
}

/** Deletes history older than this, and log entries that have expired. */
export async function pruneNotifications(pool: pg.Pool, nowMs: number, keepMs: number): Promise<void> {
  await pool.query('delete from notification_log where expires_at_ms < $1', [nowMs]);
  await pool.query(`delete from notifications where created_at_ms < $1 and state <> 'sending'`, [nowMs - keepMs]);
}
