import { sql } from 'kysely';
import type { Queryable, Tx } from '../../../platform/db/database.ts';
import type { LogEntry, StreamRow } from './stream.ts';

/** A stream that this worker judges, and at which claim of it. */
export type ClaimedStream = Pick<StreamRow, 'id' | 'service' | 'kind' | 'epoch' | 'beganWith' | 'logged' | 'judged'> & {
  workerEpoch: number;
  /** The entry its model begins after. */
  beganAt: number;
  /** Through which its records come; null where nothing is partitioned. */
  partition: number | null;
};

const CLAIMED = sql.raw(`
  id, service, kind, epoch, began_with as "beganWith", logged, judged, worker_epoch as "workerEpoch", began_at as "beganAt", partition`);

/**
 * Takes streams with work that nobody who lives judges.
 * @param options.partitions those this worker owns, where streams are partitioned: the others' are left to their owners
 */
export async function claimStreams(
  db: Queryable,
  workerId: string,
  { limit, partitions }: { limit: number; partitions: readonly number[] | null },
): Promise<ClaimedStream[]> {
  const claimed = await sql<ClaimedStream>`
    update streams s set worker_id = ${workerId}, worker_epoch = worker_epoch + 1
    where s.id in (
      select id from streams c where c.state not in ('evicted', 'paused') and c.judged < c.logged and (c.worker_id is null or not exists (
        select from workers w where w.id = c.worker_id and w.lease_expires_at > clock_timestamp()))
        and (${partitions === null} or c.partition is null or c.partition = any(${partitions ?? []}::int[]))
      order by c.last_at limit ${limit} for update skip locked)
    returning ${CLAIMED}`.execute(db);
  return claimed.rows;
}

/** How far the logs of this worker's streams are, where that is further than what is judged. */
export async function readBehind(db: Queryable, workerId: string): Promise<ClaimedStream[]> {
  const behind = await sql<ClaimedStream>`
    select ${CLAIMED} from streams where worker_id = ${workerId} and judged < logged`.execute(db);
  return behind.rows;
}

/** Events stored and not judged yet, everywhere. */
export async function countBacklog(db: Queryable): Promise<number> {
  const found = await sql<{ events: number }>`
    select coalesce(sum(events - events_judged), 0)::float8 as events from streams where judged < logged`.execute(db);
  return found.rows[0]?.events ?? 0;
}

/** Entries of a log in order, as many as fit. */
export async function readEntries(
  db: Queryable,
  streamId: string,
  range: { after: number; to: number; mostBytes: number },
): Promise<LogEntry[]> {
  const found = await sql<LogEntry>`
    select seq, kind, events, round(extract(epoch from at) * 1000)::float8 as at, body from (
      select seq, kind, events, at, body, sum(octet_length(body)) over (order by seq) - octet_length(body) as before
      from (select * from stream_log where stream_id = ${streamId} and seq > ${range.after} and seq <= ${range.to}
            order by seq limit 500) next) fitting
    where before < ${range.mostBytes} order by seq`.execute(db);
  return found.rows;
}

export type StoredSnapshot = { seq: number; events: number; engine: string; body: Buffer };

/** The newest snapshot of a stream's model, at most at an entry or an event. */
export async function readSnapshot(
  db: Queryable,
  stream: { id: string; epoch: number },
  bound: { seq?: number; beforeEvent?: number } = {},
): Promise<StoredSnapshot | null> {
  const found = await sql<StoredSnapshot>`
    select seq, events, engine, body from stream_snapshots where stream_id = ${stream.id} and epoch = ${stream.epoch}
      and (${bound.seq ?? null}::bigint is null or seq <= ${bound.seq ?? null})
      and (${bound.beforeEvent ?? null}::bigint is null or events < ${bound.beforeEvent ?? null})
    order by seq desc limit 1`.execute(db);
  return found.rows[0] ?? null;
}

/**
 * Keeps a snapshot, if the worker still has the stream. Of those before it the ones stay that lie so many events apart:
 * from each, what came after can be judged again.
 */
export async function keepSnapshot(
  tx: Queryable,
  stream: ClaimedStream,
  snapshot: { seq: number; events: number; engine: string; body: Uint8Array },
  options: { workerId: string; eventsApart: number },
): Promise<void> {
  await sql`
    insert into stream_snapshots (stream_id, epoch, seq, events, engine, body)
    select id, epoch, ${snapshot.seq}, ${snapshot.events}, ${snapshot.engine}, ${Buffer.from(snapshot.body)} from streams
    where id = ${stream.id} and worker_id = ${options.workerId} and worker_epoch = ${stream.workerEpoch}
    on conflict do nothing`.execute(tx);
  await sql`
    delete from stream_snapshots s where s.stream_id = ${stream.id} and s.epoch = ${stream.epoch} and s.seq < ${snapshot.seq}
      and exists (select from stream_snapshots n where n.stream_id = s.stream_id and n.epoch = s.epoch and n.seq = ${snapshot.seq})
      and exists (select from stream_snapshots o where o.stream_id = s.stream_id and o.epoch = s.epoch and o.seq < s.seq
        and s.events - o.events < ${options.eventsApart})`.execute(tx);
}

/**
 * A model of another engine cannot go on: it begins anew with what is not judged yet.
 * @returns the stream as it is then; null when this worker has it no more
 */
export async function beginEpoch(tx: Tx, stream: ClaimedStream, workerId: string): Promise<ClaimedStream | null> {
  const begun = await sql<ClaimedStream>`
    update streams set epoch = epoch + 1, began_with = settings, began_at = judged, events = events - events_judged,
      events_judged = 0, anomalies = 0, warming_seen = 0, state = case when state = 'active' then 'warming' else state end
    where id = ${stream.id} and worker_id = ${workerId} and worker_epoch = ${stream.workerEpoch} returning ${CLAIMED}`.execute(
    tx,
  );
  if (begun.rows.length > 0) {
    await sql`delete from stream_snapshots where stream_id = ${stream.id}`.execute(tx);
    await sql`delete from stream_log where stream_id = ${stream.id} and seq <= ${stream.judged}`.execute(tx);
  }
  return begun.rows[0] ?? null;
}

/** Lets others take the stream at once. */
export async function releaseStream(db: Queryable, stream: ClaimedStream, workerId: string): Promise<void> {
  await sql`
    update streams set worker_id = null
    where id = ${stream.id} and worker_id = ${workerId} and worker_epoch = ${stream.workerEpoch}`.execute(db);
}

/** An entry that cannot be judged stops its stream, in sight of everybody, instead of being left out. */
export async function stopStream(db: Queryable, stream: ClaimedStream, reason: string): Promise<void> {
  await sql`
    update streams set state = 'paused', reason = ${reason}, worker_id = null, version = version + 1
    where id = ${stream.id} and worker_epoch = ${stream.workerEpoch}`.execute(db);
}

/** Forgets what no answer needs any more: entries and snapshots of long ago, as long as a newer snapshot is there. */
export async function pruneLogs(db: Queryable, keepMs: number): Promise<{ entries: number; snapshots: number }> {
  const seconds = keepMs / 1_000;
  const snapshots = await sql`
    delete from stream_snapshots o where o.at < clock_timestamp() - make_interval(secs => ${seconds}) and exists (
      select from stream_snapshots n where n.stream_id = o.stream_id and n.epoch = o.epoch and n.seq > o.seq
        and n.at < clock_timestamp() - make_interval(secs => ${seconds}))`.execute(db);
  const entries = await sql`
    delete from stream_log l using (select stream_id, min(seq) as seq from stream_snapshots group by stream_id) s
    where l.stream_id = s.stream_id and l.seq <= s.seq and l.at < clock_timestamp() - make_interval(secs => ${seconds})`.execute(
    db,
  );
  return { entries: Number(entries.numAffectedRows ?? 0), snapshots: Number(snapshots.numAffectedRows ?? 0) };
}
