import { type Kysely, sql } from 'kysely';

/**
 * Telemetry by its streams. What is sent is first an entry of its stream's log, dense and in order, and only then
 * acknowledged; a model is what its log made of it, so a snapshot and the entries after it are the model again.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table streams (
      id text primary key, service text not null, kind text not null check (kind in ('logs', 'metrics', 'traces')),
      state text not null check (state in ('warming', 'active', 'paused', 'evicted')),
      settings jsonb not null, began_with jsonb not null, version integer not null default 1,
      epoch integer not null default 1, began_at bigint not null default 0, logged bigint not null default 0, judged bigint not null default 0,
      events bigint not null default 0, events_judged bigint not null default 0, anomalies bigint not null default 0,
      sampled_out bigint not null default 0, refused_paused bigint not null default 0,
      duplicates bigint not null default 0, redacted bigint not null default 0, series_evicted bigint not null default 0,
      warming_seen integer not null default 0, warming_needed integer not null default 0, memory_bytes bigint not null default 0,
      worker_id text, worker_epoch integer not null default 0, reason text,
      created_at timestamptz not null, last_at timestamptz not null, changed_at timestamptz not null, unique (service, kind))
      with (fillfactor = 70)`.execute(db);
  await sql`
    create table stream_log (
      stream_id text not null references streams (id) on delete cascade, seq bigint not null,
      kind text not null check (kind in ('records', 'feedback', 'settings', 'tick')), events integer not null,
      body bytea not null, at timestamptz not null, primary key (stream_id, seq))`.execute(db);
  // Packed already: PostgreSQL would try to compress it once more.
  await sql`alter table stream_log alter column body set storage external`.execute(db);
  await sql`
    create table stream_snapshots (
      stream_id text not null references streams (id) on delete cascade, epoch integer not null, seq bigint not null,
      events bigint not null, engine text not null, body bytea not null, at timestamptz not null default clock_timestamp(),
      primary key (stream_id, epoch, seq))`.execute(db);
  await sql`alter table stream_snapshots alter column body set storage external`.execute(db);
  await sql`
    create table stream_scores (
      stream_id text not null references streams (id) on delete cascade, epoch integer not null, first_n bigint not null,
      events integer not null, from_at timestamptz not null, to_at timestamptz not null, body bytea not null,
      primary key (stream_id, epoch, first_n))`.execute(db);
  await sql`alter table stream_scores alter column body set storage external`.execute(db);
  await sql`create index stream_scores_by_time on stream_scores (stream_id, to_at)`.execute(db);
  await sql`create index stream_scores_by_age on stream_scores (to_at)`.execute(db);
  await sql`
    create table anomalies (
      id text primary key, stream_id text not null references streams (id) on delete cascade, epoch integer not null,
      what text not null check (what in ('event', 'window', 'point', 'span', 'trace')), n bigint not null,
      at timestamptz not null, found_at timestamptz not null, severity integer not null check (severity between 1 and 4),
      score double precision not null, p double precision not null, cause text not null, summary text not null,
      detail jsonb not null, feedback text check (feedback in ('normal', 'confirmed')), feedback_by text,
      feedback_reason text, feedback_at timestamptz, unique (stream_id, epoch, what, n))`.execute(db);
  await sql`create index anomalies_of_stream on anomalies (stream_id, id)`.execute(db);
  await sql`create index anomalies_by_age on anomalies (found_at)`.execute(db);
  // A sender that heard no answer sends the same bytes again: this is how it is told apart from the same bytes said anew.
  await sql`
    create table intake_receipts (
      sender text not null, sha256 bytea not null, at timestamptz not null default clock_timestamp(), reply jsonb not null,
      primary key (sender, sha256))`.execute(db);
  await sql`create index intake_receipts_by_age on intake_receipts (at)`.execute(db);
}
