import { type Kysely, sql } from 'kysely';

/**
 * Records that wait in JetStream are read by partition: each has one owner, and the place up to which it was read moves
 * with what was stored of it, in one transaction.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table telemetry_partitions (
      partition integer primary key, log_id text, position bigint not null default 0, waiting bigint not null default 0,
      worker_id text, worker_epoch integer not null default 0, reason text,
      moved_at timestamptz)
      with (fillfactor = 50)`.execute(db);
  await sql`create table partition_workers (worker_id text primary key)`.execute(db);
  await sql`alter table streams add column partition integer`.execute(db);
}
