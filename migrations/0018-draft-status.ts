import { type Kysely, sql } from 'kysely';

/** What an escalation wrote for the public and a person has to look at first. Never read for the public page. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table status_drafts (
      id text primary key, incident_id text not null unique references incidents (id) on delete cascade,
      name text not null, impact text not null, message text not null, created_at timestamptz not null)`.execute(db);
}
