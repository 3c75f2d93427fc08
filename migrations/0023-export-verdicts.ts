import { type Kysely, sql } from 'kysely';

/** Anomalies on their way to an OTLP receiver: a row goes once the receiver has it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table anomaly_exports (
      anomaly_id text primary key references anomalies (id) on delete cascade,
      attempts integer not null default 0, next_attempt_at timestamptz, sending_until timestamptz, reason text)`.execute(
    db,
  );
  await sql`create index anomaly_exports_due on anomaly_exports (next_attempt_at)`.execute(db);
}
