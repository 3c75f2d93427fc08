import { type Kysely, sql } from 'kysely';

/**
 * What the public is told. These tables hold nothing that is not meant for everybody, except the one column named
 * private: the incident a notice is about.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table status_components (
      id text primary key, name text not null unique, description text not null default '', group_name text,
      place integer not null, status text not null default 'operational' check (status in
        ('operational', 'degraded_performance', 'partial_outage', 'major_outage', 'under_maintenance')),
      showcase boolean not null default true, created_at timestamptz not null, updated_at timestamptz not null)`.execute(
    db,
  );
  await sql`
    create table status_component_changes (
      component_id text not null references status_components (id) on delete cascade, at timestamptz not null,
      status text not null)`.execute(db);
  await sql`create index status_component_changes_by_time on status_component_changes (component_id, at)`.execute(db);
  await sql`
    create table status_notices (
      id text primary key, kind text not null check (kind in ('incident', 'maintenance')), name text not null,
      impact text not null check (impact in ('none', 'minor', 'major', 'critical', 'maintenance')), status text not null,
      private_incident_id text, scheduled_for timestamptz, scheduled_until timestamptz, auto_close boolean not null default true,
      started_at timestamptz not null, monitoring_at timestamptz, resolved_at timestamptz, next_update_at timestamptz,
      created_at timestamptz not null, updated_at timestamptz not null)`.execute(db);
  await sql`create index status_notices_open on status_notices (created_at) where resolved_at is null`.execute(db);
  await sql`
    create table status_updates (
      id text primary key, notice_id text not null references status_notices (id) on delete cascade, status text not null,
      body text not null, affected jsonb not null default '[]', at timestamptz not null)`.execute(db);
  await sql`create index status_updates_of_notice on status_updates (notice_id, at)`.execute(db);
}
