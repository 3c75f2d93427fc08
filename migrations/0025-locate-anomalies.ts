import { type Kysely, sql } from 'kysely';

/**
 * Up to which entry of its stream's log an anomaly was judged: from a model before it, it can be judged again. Traces are
 * numbered by themselves, so their number does not say where in the log they are.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table anomalies add column log_seq bigint`.execute(db);
}
