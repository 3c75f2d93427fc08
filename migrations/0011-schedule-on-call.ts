import { type Kysely, sql } from 'kysely';

/** Who is told, when, and by which way: on-call definitions, overrides, contact methods, running escalations, feeds. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // Teams, schedules, policies, calendars and routes are documents people edit as a whole; what they mean is code.
  await sql`
    create table oncall_definitions (
      kind text not null check (kind in ('calendar', 'team', 'schedule', 'policy', 'routes')),
      name text not null,
      spec jsonb not null,
      version int not null default 1,
      changed_at timestamptz not null,
      changed_by text not null,
      primary key (kind, name)
    )`.execute(db);
  await sql`
    create table oncall_overrides (
      id text primary key,
      schedule text not null,
      user_name text not null,
      replaces text,
      layer text,
      starts_at timestamptz not null,
      ends_at timestamptz not null check (ends_at > starts_at),
      reason text,
      ical_uid text,
      created_by text not null,
      created_at timestamptz not null
    )`.execute(db);
  await sql`create index oncall_overrides_by_end on oncall_overrides (schedule, ends_at)`.execute(db);
  await sql`create unique index oncall_overrides_imported on oncall_overrides (schedule, ical_uid) where ical_uid is not null`.execute(
    db,
  );

  await sql`
    create table contact_methods (
      id text primary key,
      user_id text not null references users (id) on delete cascade,
      kind text not null,
      label text not null,
      address text not null,
      secret_box text,
      created_at timestamptz not null,
      verified_at timestamptz,
      code_sha256 text,
      code_expires_at timestamptz,
      code_tries int not null default 0
    )`.execute(db);
  await sql`create index contact_methods_by_user on contact_methods (user_id, id)`.execute(db);
  await sql`
    create table notification_rules (
      user_id text primary key references users (id) on delete cascade,
      rules jsonb not null,
      version int not null default 1
    )`.execute(db);

  // A running escalation keeps the policy it began with; what it did is a row each, what is left is computed from both.
  await sql`
    create table escalations (
      id text primary key,
      incident_id text not null references incidents (id),
      policy text not null,
      policy_version int not null,
      snapshot jsonb not null,
      started_at timestamptz not null,
      ended_at timestamptz,
      ended_because text
    )`.execute(db);
  await sql`create unique index escalations_one_running on escalations (incident_id) where ended_at is null`.execute(
    db,
  );
  await sql`create index escalations_by_incident on escalations (incident_id, id)`.execute(db);
  await sql`
    create table escalation_steps (
      escalation_id text not null references escalations (id),
      round int not null,
      step int not null,
      cause text not null,
      due_at timestamptz not null,
      fired_at timestamptz not null,
      told jsonb not null,
      primary key (escalation_id, round, step)
    )`.execute(db);

  await sql`
    create table calendar_feeds (
      id text primary key,
      token_sha256 text not null unique,
      about text not null check (about in ('schedule', 'user')),
      name text not null,
      created_by text not null,
      created_at timestamptz not null,
      revoked_at timestamptz
    )`.execute(db);

  await sql`alter table pages add column contact_method_id text`.execute(db);
  // Pages that an incident nobody resolved sends on after somebody acknowledged it: that acknowledgement stops them not.
  await sql`alter table pages add column after_ack boolean not null default false`.execute(db);
  await sql`alter table incidents add column respond_by timestamptz`.execute(db);
}
