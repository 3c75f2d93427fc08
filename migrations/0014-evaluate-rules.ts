import { type Kysely, sql } from 'kysely';

/**
 * Rules over metrics: what came of the last evaluation of each, and their alerts, so that a restart forgets neither what
 * fires nor how long something has been pending. Which rules there are stands in their files.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table rule_evaluations (
      rule_id text primary key, health text not null check (health in ('ok', 'err')), error text,
      evaluated_at_ms bigint not null, duration_ms double precision not null, missed integer not null default 0)`.execute(
    db,
  );
  await sql`
    create table rule_alerts (
      rule_id text not null, fingerprint text not null, labels jsonb not null, annotations jsonb not null,
      state text not null check (state in ('pending', 'firing', 'resolved')), value double precision not null,
      active_at_ms bigint not null, fired_at_ms bigint, resolved_at_ms bigint, gone_since_ms bigint, sent_at_ms bigint,
      primary key (rule_id, fingerprint)) with (fillfactor = 70)`.execute(db);
}
