import { sql } from 'kysely';
import type { Queryable, Tx } from '../../../platform/db/database.ts';
import { publish } from '../../../platform/events/publish.ts';
import { createId } from '../../../platform/identity/prefixed-id.ts';
import type { FoundAnomaly } from './found-anomaly.ts';
import type { JudgedBlock } from './judge-worker.ts';
import type { ModelFigures } from './judged-stream.ts';
import type { LogEntry, StreamRow } from './stream.ts';

/** A stream that this worker judges, and at which claim of it. */
export type ClaimedStream = Pick<StreamRow, 'id' | 'service' | 'kind' | 'epoch' | 'beganWith' | 'logged' | 'judged'> & {
  workerEpoch: number;
  /** The entry its model begins after. */
  beganAt: number;
};

const CLAIMED = sql.raw(`
  id, service, kind, epoch, began_with as "beganWith", logged, judged, worker_epoch as "workerEpoch", began_at as "beganAt"`);

/** Takes streams with work that nobody who lives judges. */
export async function claimStreams(db: Queryable, workerId: string, limit: number): Promise<ClaimedStream[]> {
  const claimed = await sql<ClaimedStream>`
    update streams s set worker_id = ${workerId}, worker_epoch = worker_epoch + 1
    where s.id in (
      select id from streams c where c.state not in ('evicted', 'paused') and c.judged < c.logged and (c.worker_id is null or not exists (
        select from workers w where w.id = c.worker_id and w.lease_expires_at > clock_timestamp()))
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

/** What a worker judged, up to an entry of the log. */
export type JudgedPart = {
  stream: ClaimedStream;
  seq: number;
  block: JudgedBlock;
  figures: ModelFigures;
  anomalies: (FoundAnomaly & { id: string })[];
};

/**
 * Keeps verdicts and the place up to which the log is judged, together, if the worker still has the stream.
 * @returns false when it has not: then nothing is kept, and whoever has it judges the same again
 */
export async function keepVerdicts(tx: Tx, part: JudgedPart, workerId: string, at: Date): Promise<boolean> {
  const { stream, block, figures } = part;
  const kept = await sql`
    update streams set judged = ${part.seq}, events_judged = events_judged + ${block.records},
      anomalies = anomalies + ${block.anomalies}, duplicates = duplicates + ${block.duplicates},
      series_evicted = case when kind = 'metrics' then greatest(series_evicted, ${figures.evictions}) else series_evicted end,
      warming_seen = ${figures.warming.seen}, warming_needed = ${figures.warming.needed}, memory_bytes = ${figures.memoryBytes},
      state = case when state = 'warming' and ${figures.state === 'active'} then 'active' else state end
    where id = ${stream.id} and worker_id = ${workerId} and worker_epoch = ${stream.workerEpoch} and judged < ${part.seq}`.execute(
    tx,
  );
  if (kept.numAffectedRows !== 1n) return false;
  if (block.events > 0) {
    await sql`
      insert into stream_scores (stream_id, epoch, first_n, events, from_at, to_at, body)
      values (${stream.id}, ${stream.epoch}, ${block.firstN}, ${block.events}, ${new Date(block.fromAt)}, ${new Date(block.toAt)},
              ${Buffer.from(block.packed)})`.execute(tx);
  }
  if (part.anomalies.length > 0) {
    await insertAnomalies(tx, stream, part.anomalies, at);
    await tellOfAnomalies(tx, stream, part.anomalies, at);
  }
  return true;
}

async function insertAnomalies(
  tx: Tx,
  stream: ClaimedStream,
  anomalies: JudgedPart['anomalies'],
  foundAt: Date,
): Promise<void> {
  const rows = anomalies.map(({ at, burst: _burst, ...anomaly }) => ({ ...anomaly, at: new Date(at).toISOString() }));
  await sql`
    insert into anomalies (id, stream_id, epoch, what, n, at, found_at, severity, score, p, cause, summary, detail)
    select id, ${stream.id}, ${stream.epoch}, what, n, at, ${foundAt}, severity, score, p, cause, summary, detail
    from jsonb_to_recordset(${storable(rows)}::jsonb) as a(id text, what text, n bigint, at timestamptz, severity integer,
      score float8, p float8, cause text, summary text, detail jsonb)
    on conflict do nothing`.execute(tx);
}

/** Text of jsonb: PostgreSQL keeps neither NUL nor half a character, and a span may begin in the middle of one. */
function storable(value: unknown): string {
  return JSON.stringify(value, (_name, each: unknown) =>
    typeof each === 'string' ? each.toWellFormed().replaceAll('\0', '\ufffd') : each,
  );
}

/** One event for all anomalies of a cause: a burst is one thing to look at. */
async function tellOfAnomalies(
  tx: Tx,
  stream: ClaimedStream,
  anomalies: JudgedPart['anomalies'],
  at: Date,
): Promise<void> {
  const byCause = new Map<
    string,
    { first: JudgedPart['anomalies'][number]; count: number; burst: FoundAnomaly['burst'] }
  >();
  for (const anomaly of anomalies) {
    const key = anomaly.burst === null ? anomaly.cause : 'burst';
    const known = byCause.get(key);
    if (!known) byCause.set(key, { first: anomaly, count: 1, burst: anomaly.burst });
    else {
      known.count += 1;
      if ((anomaly.burst?.anomalies ?? 0) > (known.burst?.anomalies ?? 0)) known.burst = anomaly.burst;
      if (anomaly.severity < known.first.severity) known.first = anomaly;
    }
  }
  await publish(
    tx,
    [...byCause].map(([, { first, count, burst }]) => ({
      kind: 'anomaly.found',
      aggregate: `stream:${stream.id}`,
      actor: 'system',
      at,
      body: {
        streamId: stream.id,
        service: stream.service,
        streamKind: stream.kind,
        anomalyId: first.id,
        count,
        severity: first.severity,
        cause: first.cause,
        summary: first.summary.toWellFormed(),
        burst,
      },
    })),
  );
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

/** Names anomalies before they are kept, so that an answer can name them at once. */
export function nameAnomalies(found: readonly FoundAnomaly[]): (FoundAnomaly & { id: string })[] {
  // Lists go by id: those that were found together stay in the order of their events.
  const ids = found.map(() => createId('anm')).sort();
  return found.map((anomaly, index) => ({ ...anomaly, id: ids[index]! }));
}
