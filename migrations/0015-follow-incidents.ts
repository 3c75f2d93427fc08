import { type Kysely, sql } from 'kysely';

/** Incidents that became one or came apart, and what people write about them afterwards. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table incidents add column merged_into text references incidents (id)`.execute(db);
  await sql`create index incidents_merged on incidents (merged_into) where merged_into is not null`.execute(db);
  // Causes that lead to an incident besides the one it was opened by: of those merged into it, and of split findings.
  await sql`
    create table incident_causes (cause text primary key, incident_id text not null references incidents (id))`.execute(
    db,
  );
  await sql`create index incident_causes_by_incident on incident_causes (incident_id)`.execute(db);
  await sql`
    create table postmortem_versions (
      incident_id text not null references incidents (id),
      version int not null,
      body jsonb not null,
      written_at timestamptz not null,
      written_by text not null,
      primary key (incident_id, version)
    )`.execute(db);
}
