import { type Kysely, sql } from 'kysely';

/** Keys that may send alerts and events and nothing else; and by which foreign keys senders name what they sent. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table api_keys drop constraint api_keys_role_check`.execute(db);
  await sql`
    alter table api_keys add constraint api_keys_role_check
      check (role in ('sender', 'viewer', 'operator', 'approver', 'admin'))`.execute(db);
  // A sender names its event by a key of its own; the labels say which alert that was.
  await sql`
    create table sent_events (
      sender text not null, key text not null, labels jsonb not null, status text not null check (status in ('firing', 'resolved')),
      updated_at timestamptz not null default clock_timestamp(), primary key (sender, key))`.execute(db);
  await sql`
    create table heartbeats (
      name text primary key, every_ms bigint not null, grace_ms bigint not null, labels jsonb not null,
      last_at_ms bigint not null, missed boolean not null default false)`.execute(db);
}
