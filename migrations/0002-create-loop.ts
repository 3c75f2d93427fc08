import { type Kysely, sql } from 'kysely';

/** What was observed, what it means, who handles it: probes, findings, incidents, pages. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table probes (
      name text primary key,
      spec jsonb not null,
      active boolean not null default true,
      state text not null default 'unknown',
      since timestamptz,
      consecutive_failures int not null default 0,
      consecutive_successes int not null default 0,
      last_checked_at timestamptz,
      last_reason text,
      last_duration_ms double precision,
      next_check_at timestamptz not null,
      checking_until timestamptz
    ) with (fillfactor = 70)`.execute(db);
  await sql`create index probes_by_due on probes (next_check_at) where active`.execute(db);
  await sql`
    create table probe_samples (
      probe text not null,
      at timestamptz not null,
      healthy boolean not null,
      reason text not null,
      duration_ms double precision not null
    )`.execute(db);
  await sql`create index probe_samples_by_probe on probe_samples (probe, at desc)`.execute(db);
  await sql`create index probe_samples_by_age on probe_samples using brin (at)`.execute(db);

  await sql`
    create table findings (
      id text primary key,
      fingerprint text not null,
      kind text not null,
      title text not null,
      severity int not null check (severity between 1 and 4),
      status text not null,
      labels jsonb not null,
      evidence jsonb not null,
      opened_at timestamptz not null,
      last_seen_at timestamptz not null,
      fixed_at timestamptz,
      occurrences int not null default 1,
      incident_id text,
      reason text
    )`.execute(db);
  await sql`create unique index findings_one_unfixed on findings (fingerprint) where status <> 'fixed'`.execute(db);
  await sql`create index findings_by_incident on findings (incident_id) where incident_id is not null`.execute(db);
  await sql`create index findings_by_time on findings (opened_at desc, id desc)`.execute(db);

  await sql`create table incident_counters (day date primary key, last int not null)`.execute(db);
  await sql`
    create table incidents (
      id text primary key,
      number text not null unique,
      title text not null,
      status text not null,
      severity int not null check (severity between 1 and 4),
      scheme text not null,
      cause text,
      opened_at timestamptz not null,
      acknowledged_at timestamptz,
      acknowledged_by text,
      resolved_at timestamptz,
      roles jsonb not null default '{}'
    ) with (fillfactor = 80)`.execute(db);
  await sql`create index incidents_by_time on incidents (opened_at desc, id desc)`.execute(db);
  await sql`create unique index incidents_one_open_per_cause on incidents (cause) where cause is not null and status not in ('resolved', 'closed')`.execute(
    db,
  );
  await sql`
    create table timeline_entries (
      incident_id text not null references incidents (id),
      seq int not null,
      at timestamptz not null,
      recorded_at timestamptz not null default clock_timestamp(),
      kind text not null,
      actor text not null,
      text text not null,
      ref text,
      primary key (incident_id, seq)
    )`.execute(db);
  // The record is append-only for everyone, Holdfast included.
  await sql`
    create function refuse_change() returns trigger language plpgsql as $$
    begin raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation'; end $$`.execute(db);
  await sql`create trigger timeline_append_only before update or delete on timeline_entries for each row execute function refuse_change()`.execute(
    db,
  );

  await sql`
    create table pages (
      id text primary key,
      incident_id text not null references incidents (id),
      recipient text not null,
      channel text not null,
      state text not null,
      dedup_key text not null unique,
      message jsonb not null,
      attempts int not null default 0,
      reason text,
      queued_at timestamptz not null,
      next_attempt_at timestamptz,
      sending_by text,
      sending_until timestamptz,
      changed_at timestamptz not null
    )`.execute(db);
  await sql`create index pages_by_incident on pages (incident_id)`.execute(db);
  await sql`create index pages_to_send on pages (next_attempt_at) where state in ('queued', 'sending', 'uncertain')`.execute(
    db,
  );
  await sql`
    create table inbox_messages (
      dedup_key text primary key,
      incident_id text,
      title text not null,
      text text not null,
      at timestamptz not null,
      read_at timestamptz
    )`.execute(db);
}
