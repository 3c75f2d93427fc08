import { sql } from 'kysely';
import type pg from 'pg';
import type { StreamSettings } from '../../../contract/stream.ts';
import type { StreamKind } from '../../../observe/intake/telemetry/index.ts';
import type { Queryable, Tx } from '../../../platform/db/database.ts';
import { publish } from '../../../platform/events/publish.ts';
import { createId } from '../../../platform/identity/prefixed-id.ts';
import { DEFAULT_STREAM_SETTINGS, type LogEntryKind, type StreamRow } from './stream.ts';

const COLUMNS = sql.raw(`
  id, service, kind, state, reason, settings, began_with as "beganWith", began_at as "beganAt", version, epoch, logged, judged, events, events_judged as "eventsJudged", anomalies,
  sampled_out as "sampledOut", refused_paused as "refusedPaused", duplicates, redacted, series_evicted as "seriesEvicted",
  warming_seen as "warmingSeen", warming_needed as "warmingNeeded", memory_bytes as "memoryBytes", created_at as "createdAt",
  last_at as "lastAt"`);

export async function readStream(tx: Queryable, id: string): Promise<StreamRow | null> {
  return (await sql<StreamRow>`select ${COLUMNS} from streams where id = ${id}`.execute(tx)).rows[0] ?? null;
}

/** With its row locked until the end of the transaction. */
export async function lockStream(tx: Tx, id: string): Promise<StreamRow | null> {
  return (await sql<StreamRow>`select ${COLUMNS} from streams where id = ${id} for update`.execute(tx)).rows[0] ?? null;
}

export type StreamFilter = { kind?: string | undefined; state?: string | undefined; service?: string | undefined };

/** Newest first by id. */
export async function listStreams(
  tx: Queryable,
  filter: StreamFilter & { limit: number; before?: string | undefined },
): Promise<StreamRow[]> {
  const found = await sql<StreamRow>`
    select ${COLUMNS} from streams
    where (${filter.kind ?? null}::text is null or kind = ${filter.kind ?? null})
      and (${filter.state ?? null}::text is null or state = ${filter.state ?? null})
      and (${filter.service ?? null}::text is null or service = ${filter.service ?? null})
      and (${filter.before ?? null}::text is null or id < ${filter.before ?? null})
    order by id desc limit ${filter.limit}`.execute(tx);
  return found.rows;
}

/** Streams with rules of their own for what is stored: few, and asked for with every change. */
export async function listOwnRules(
  tx: Queryable,
): Promise<{ service: string; kind: StreamKind; settings: StreamSettings }[]> {
  const found = await sql<{ service: string; kind: StreamKind; settings: StreamSettings }>`
    select service, kind, settings from streams
    where (settings->>'sampling')::float8 < 1 or jsonb_array_length(settings->'redaction'->'keys') > 0
       or jsonb_array_length(settings->'redaction'->'patterns') > 0`.execute(tx);
  return found.rows;
}

/** What one request adds to one stream. */
export type StreamAddition = {
  service: string;
  kind: StreamKind;
  count: number;
  redacted: number;
  sampledOut: number;
  body: Uint8Array;
};
/** Where it is now; null where nothing was stored, because the stream is paused or nothing was left. */
export type StoredAddition = {
  streamId: string;
  seq: number | null;
  /** Number of the first of these events within its epoch. */
  firstN: number;
  epoch: number;
  refusedPaused: number;
  began: 'created' | 'again' | null;
};

/**
 * Appends records to a stream's log, under the lock of its row: so a log has no gaps, and what is seen is committed in
 * order. A stream nobody has seen is created, one that was evicted begins anew.
 * @returns null when there may be no more streams
 */
export async function appendRecords(
  tx: Tx,
  addition: StreamAddition,
  options: { at: Date; mostStreams: number; partition?: number },
): Promise<StoredAddition | null> {
  const { service, kind, count, redacted, sampledOut } = addition;
  const stored = await sql<{ id: string; seq: number; state: string; events: number; epoch: number }>`
    update streams set
      logged = logged + case when state = 'paused' or ${count} = 0 then 0 else 1 end,
      events = events + case when state = 'paused' then 0 else ${count} end,
      refused_paused = refused_paused + case when state = 'paused' then ${count} else 0 end,
      sampled_out = sampled_out + ${sampledOut}, redacted = redacted + case when state = 'paused' then 0 else ${redacted} end,
      last_at = ${options.at}, partition = coalesce(${options.partition ?? null}, partition)
    where service = ${service} and kind = ${kind} and state <> 'evicted' returning id, logged as seq, state, events, epoch`.execute(
    tx,
  );
  const row = stored.rows[0];
  if (!row) {
    const began = await beginStream(tx, { service, kind }, options);
    if (began === null) return null;
    const again = await appendRecords(tx, addition, options);
    return again && { ...again, began };
  }
  const place = {
    streamId: row.id,
    firstN: row.events - count + 1,
    epoch: row.epoch,
    refusedPaused: 0,
    began: null,
  };
  if (row.state === 'paused') return { ...place, seq: null, refusedPaused: count };
  if (count === 0) return { ...place, seq: null };
  await insertEntry(tx, row.id, { seq: row.seq, kind: 'records', events: count, body: addition.body, at: options.at });
  return { ...place, seq: row.seq };
}

async function insertEntry(
  tx: Tx,
  streamId: string,
  entry: { seq: number; kind: LogEntryKind; events: number; body: Uint8Array; at: Date },
): Promise<void> {
  await sql`
    insert into stream_log (stream_id, seq, kind, events, body, at)
    values (${streamId}, ${entry.seq}, ${entry.kind}, ${entry.events}, ${Buffer.from(entry.body)}, ${entry.at})`.execute(
    tx,
  );
}

/**
 * The same in one statement, for the one thing that happens nearly always: records of a stream that is there and takes
 * them. Its commit is all a sender waits for.
 * @returns null when it is not that simple; then nothing was stored
 */
export async function appendAtOnce(
  pool: pg.Pool,
  { service, kind, count, redacted, body }: StreamAddition,
  at: Date,
): Promise<(Pick<StoredAddition, 'streamId' | 'firstN' | 'epoch'> & { seq: number }) | null> {
  const stored = await pool.query<{ streamId: string; seq: number; events: number; epoch: number }>({
    name: 'append-records',
    text: `
      with moved as (
        update streams set logged = logged + 1, events = events + $3, redacted = redacted + $4, last_at = $5
        where service = $1 and kind = $2 and state in ('warming', 'active') returning id, logged, events, epoch),
      kept as (
        insert into stream_log (stream_id, seq, kind, events, body, at)
        select id, logged, 'records', $3, $6, $5 from moved)
      select id as "streamId", logged as seq, events, epoch from moved`,
    values: [service, kind, count, redacted, at, Buffer.from(body.buffer, body.byteOffset, body.byteLength)],
  });
  const row = stored.rows[0];
  return row ? { streamId: row.streamId, seq: row.seq, firstN: row.events - count + 1, epoch: row.epoch } : null;
}

/** Locks the rows of streams that are there, in one order. */
export async function lockStreams(tx: Tx, streams: readonly { service: string; kind: string }[]): Promise<void> {
  const names = JSON.stringify(streams.map(({ service, kind }) => ({ service, kind })));
  await sql`
    select from streams s where exists (
      select from jsonb_to_recordset(${names}::jsonb) as n(service text, kind text) where n.service = s.service and n.kind = s.kind)
    order by s.id for update`.execute(tx);
}

/** Appends what is no record: a word of feedback, new settings. @returns its place in the log */
export async function appendEntry(
  tx: Tx,
  streamId: string,
  entry: { kind: Exclude<LogEntryKind, 'records'>; body: object; at: Date },
): Promise<number> {
  const moved = await sql<{ seq: number }>`
    update streams set logged = logged + 1 where id = ${streamId} returning logged as seq`.execute(tx);
  const seq = moved.rows[0]?.seq ?? 0;
  await insertEntry(tx, streamId, { ...entry, seq, events: 0, body: Buffer.from(JSON.stringify(entry.body)) });
  return seq;
}

/** Creates a stream or lets an evicted one begin anew. One at a time, so that the cap holds. */
async function beginStream(
  tx: Tx,
  stream: { service: string; kind: StreamKind },
  options: { at: Date; mostStreams: number },
): Promise<'created' | 'again' | null> {
  await sql`select pg_advisory_xact_lock(hashtextextended('streams', 17))`.execute(tx);
  const live = await sql<{ count: number; there: boolean; evicted: boolean }>`
    select count(*) filter (where state <> 'evicted') as count,
      bool_or(service = ${stream.service} and kind = ${stream.kind} and state <> 'evicted') as there,
      bool_or(service = ${stream.service} and kind = ${stream.kind} and state = 'evicted') as evicted
    from streams`.execute(tx);
  const { count = 0, there = false, evicted = false } = live.rows[0] ?? {};
  // Somebody else was faster.
  if (there) return 'again';
  if (count >= options.mostStreams && !(await evictIdlest(tx, options))) return null;
  if (evicted) {
    await sql`
      update streams set state = 'warming', reason = null, changed_at = ${options.at}, last_at = ${options.at}
      where service = ${stream.service} and kind = ${stream.kind}`.execute(tx);
    return 'again';
  }
  await sql`
    insert into streams (id, service, kind, state, settings, began_with, created_at, last_at, changed_at)
    values (${createId('str', options.at.getTime())}, ${stream.service}, ${stream.kind}, 'warming',
            ${JSON.stringify(DEFAULT_STREAM_SETTINGS)}::jsonb, ${JSON.stringify(DEFAULT_STREAM_SETTINGS)}::jsonb, ${options.at}, ${options.at}, ${options.at})`.execute(
    tx,
  );
  return 'created';
}

/** Makes room: of the streams with nothing left to judge, the one nobody has heard of for longest gives up its model. */
async function evictIdlest(tx: Tx, { at, mostStreams }: { at: Date; mostStreams: number }): Promise<boolean> {
  const found = await sql<{ id: string }>`
    select id from streams where state <> 'evicted' and judged = logged order by last_at limit 1 for update`.execute(
    tx,
  );
  const id = found.rows[0]?.id;
  if (id === undefined) return false;
  await evictStream(tx, id, { at, reason: `more than ${mostStreams} streams; it was quiet for longest` });
  return true;
}

/** Gives up a stream's model, log and scores; its anomalies and what was counted stay. */
export async function evictStream(tx: Tx, id: string, { at, reason }: { at: Date; reason: string }): Promise<void> {
  await forgetModel(tx, id);
  const gone = await sql<{ service: string; kind: string }>`
    update streams set state = 'evicted', reason = ${reason}, changed_at = ${at} where id = ${id} returning service, kind`.execute(
    tx,
  );
  await publish(
    tx,
    gone.rows.map(({ service, kind }) => ({
      kind: 'stream.changed',
      aggregate: `stream:${id}`,
      actor: 'system',
      at,
      body: { streamId: id, service, streamKind: kind, change: 'evicted', detail: reason },
    })),
  );
}

/** The model begins anew: what follows in the log is its whole past. */
export async function forgetModel(tx: Tx, id: string): Promise<void> {
  await sql`delete from stream_log where stream_id = ${id}`.execute(tx);
  await sql`delete from stream_snapshots where stream_id = ${id}`.execute(tx);
  await sql`delete from stream_scores where stream_id = ${id}`.execute(tx);
  await sql`
    update streams set epoch = epoch + 1, began_with = settings, began_at = logged, judged = logged, events = 0, events_judged = 0, anomalies = 0, warming_seen = 0,
      memory_bytes = 0, worker_id = null, worker_epoch = worker_epoch + 1 where id = ${id}`.execute(tx);
}

/** Takes a person's edit. @returns the row after it */
export async function updateStream(
  tx: Tx,
  id: string,
  change: { settings?: StreamSettings; state?: StreamRow['state']; reason?: string | null; at: Date },
): Promise<StreamRow | null> {
  const changed = await sql<StreamRow>`
    update streams set version = version + 1, changed_at = ${change.at},
      settings = coalesce(${change.settings ? JSON.stringify(change.settings) : null}::jsonb, settings),
      state = coalesce(${change.state ?? null}::text, state),
      reason = case when ${change.reason === undefined} then reason else ${change.reason ?? null}::text end
    where id = ${id} returning ${COLUMNS}`.execute(tx);
  return changed.rows[0] ?? null;
}
