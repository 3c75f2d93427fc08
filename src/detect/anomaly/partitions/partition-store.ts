import { sql } from 'kysely';
import type { Queryable, Tx } from '../../../platform/db/database.ts';

/** A partition this worker reads, at which claim of it, and up to where it was read. */
export type ClaimedPartition = { partition: number; workerEpoch: number; logId: string | null; position: number };

const CLAIMED = sql.raw('partition, worker_epoch as "workerEpoch", log_id as "logId", position');
const LIVES = sql.raw('w.lease_expires_at > clock_timestamp()');

/** Says that this worker takes partitions. @returns how many workers do that now */
export async function joinWorkers(db: Queryable, workerId: string): Promise<number> {
  await sql`insert into partition_workers (worker_id) values (${workerId}) on conflict do nothing`.execute(db);
  await sql`
    delete from partition_workers p where not exists (
      select from workers w where w.id = p.worker_id and ${LIVES})`.execute(db);
  const found = await sql<{ count: number }>`
    select count(*) from partition_workers p join workers w on w.id = p.worker_id where ${LIVES}`.execute(db);
  return found.rows[0]?.count ?? 1;
}

export async function leaveWorkers(db: Queryable, workerId: string): Promise<void> {
  await sql`delete from partition_workers where worker_id = ${workerId}`.execute(db);
}

/** Partitions are rows before anybody owns them. @returns how many there are, of whatever process */
export async function createPartitions(db: Queryable, partitions: number): Promise<number> {
  await sql`
    insert into telemetry_partitions (partition) select generate_series(0, ${partitions}::int - 1) on conflict do nothing`.execute(
    db,
  );
  const found = await sql<{ count: number }>`select count(*) from telemetry_partitions`.execute(db);
  return found.rows[0]?.count ?? partitions;
}

/** Takes partitions that nobody who lives reads. */
export async function claimPartitions(db: Queryable, workerId: string, limit: number): Promise<ClaimedPartition[]> {
  const claimed = await sql<ClaimedPartition>`
    update telemetry_partitions t set worker_id = ${workerId}, worker_epoch = worker_epoch + 1
    where t.partition in (
      select partition from telemetry_partitions c where c.worker_id is null or not exists (
        select from workers w where w.id = c.worker_id and ${LIVES})
      order by partition limit ${limit} for update skip locked)
    returning ${CLAIMED}`.execute(db);
  return claimed.rows;
}

/** Those that are still this worker's. */
export async function readOwnPartitions(db: Queryable, workerId: string): Promise<ClaimedPartition[]> {
  return (
    await sql<ClaimedPartition>`select ${CLAIMED} from telemetry_partitions where worker_id = ${workerId}`.execute(db)
  ).rows;
}

/**
 * Moves the place up to which a partition was read, in the transaction that stores what was read.
 * @returns false when the worker does not own it any more, or somebody moved it: then nothing of it may be stored
 */
export async function movePartition(
  tx: Tx,
  { partition, workerEpoch, position }: ClaimedPartition,
  move: { workerId: string; to: number; waiting: number; logId: string },
): Promise<boolean> {
  const moved = await sql`
    update telemetry_partitions set position = ${move.to}, log_id = ${move.logId}, waiting = ${move.waiting}, reason = null,
      moved_at = clock_timestamp()
    where partition = ${partition} and worker_id = ${move.workerId} and worker_epoch = ${workerEpoch}
      and position = ${position}`.execute(tx);
  return moved.numAffectedRows === 1n;
}

/** Another stream under the same name: its positions begin anew. @returns false when the worker does not own it any more */
export async function restartPartition(
  db: Queryable,
  { partition, workerEpoch }: ClaimedPartition,
  { workerId, logId }: { workerId: string; logId: string },
): Promise<boolean> {
  const begun = await sql`
    update telemetry_partitions set position = 0, log_id = ${logId}, waiting = 0
    where partition = ${partition} and worker_id = ${workerId} and worker_epoch = ${workerEpoch}`.execute(db);
  return begun.numAffectedRows === 1n;
}

/** Why it does not move, in sight of everybody. */
export async function notePartition(
  db: Queryable,
  { partition, workerEpoch }: ClaimedPartition,
  reason: string,
): Promise<void> {
  await sql`
    update telemetry_partitions set reason = ${reason}
    where partition = ${partition} and worker_epoch = ${workerEpoch}`.execute(db);
}

export async function releasePartition(
  db: Queryable,
  { partition, workerEpoch }: ClaimedPartition,
  workerId: string,
): Promise<void> {
  await sql`
    update telemetry_partitions set worker_id = null
    where partition = ${partition} and worker_id = ${workerId} and worker_epoch = ${workerEpoch}`.execute(db);
}

export type PartitionRow = {
  partition: number;
  worker: string | null;
  host: string | null;
  pid: number | null;
  alive: boolean;
  position: number;
  waiting: number;
  reason: string | null;
  movedAt: Date | null;
  streams: number;
};

/** Every partition, with who reads it. */
export async function listPartitions(db: Queryable): Promise<PartitionRow[]> {
  const found = await sql<PartitionRow>`
    select t.partition, t.worker_id as worker, w.host, w.pid, coalesce(${LIVES}, false) as alive, t.position, t.waiting,
      t.reason, t.moved_at as "movedAt",
      (select count(*) from streams s where s.partition = t.partition and s.state <> 'evicted') as streams
    from telemetry_partitions t left join workers w on w.id = t.worker_id order by t.partition`.execute(db);
  return found.rows;
}
