import { type Kysely, sql } from 'kysely';

/** Where people talk about an incident outside of Holdfast, and how far its timeline was told there. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table incident_rooms (
      incident_id text primary key references incidents (id) on delete cascade, name text not null,
      place text, thread text, told_seq int not null default 0,
      state text not null default 'following' check (state in ('following', 'over', 'failed')),
      attempts int not null default 0, next_attempt_at timestamptz, busy_until timestamptz, reason text,
      opened_at timestamptz not null)`.execute(db);
  await sql`create index incident_rooms_following on incident_rooms (opened_at) where state = 'following'`.execute(db);
}
