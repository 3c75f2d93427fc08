import { type Kysely, sql } from 'kysely';

/**
 * Alerts, silences and what receivers were told. Every process keeps a copy of alerts and silences in memory and follows
 * the changes by their revision; revisions are given under the lock of one row, so their order is the order of commits.
 * Times are milliseconds since 1970: they come from other machines and are only compared here.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table alert_clock (only_row boolean primary key default true check (only_row), revision bigint not null)`.execute(
    db,
  );
  await sql`insert into alert_clock (revision) values (0)`.execute(db);
  await sql`
    create table alert_changes (
      revision bigint primary key, alerts text[] not null, silences text[] not null,
      recorded_at timestamptz not null default clock_timestamp())`.execute(db);
  // Refreshes change three numbers: room on the page keeps them from writing the index anew.
  await sql`
    create table alerts (
      fingerprint text primary key, labels jsonb not null, annotations jsonb not null, generator_url text not null,
      starts_at_ms bigint not null, ends_at_ms bigint not null, timed_out boolean not null,
      updated_at_ms bigint not null, received_at_ms bigint not null, told_at_ms bigint) with (fillfactor = 70)`.execute(
    db,
  );
  await sql`
    create table silences (
      id text primary key, matchers jsonb not null, starts_at_ms bigint not null, ends_at_ms bigint not null,
      updated_at_ms bigint not null, created_by text not null, comment text not null, annotations jsonb not null)`.execute(
    db,
  );
  await sql`
    create table alert_dispatcher (
      only_row boolean primary key default true check (only_row), worker_id text, epoch integer not null default 0)`.execute(
    db,
  );
  await sql`insert into alert_dispatcher default values`.execute(db);
  await sql`
    create table notification_log (
      key text primary key, group_key text not null, receiver text not null, integration text not null,
      firing text[] not null, resolved text[] not null, reason text not null,
      notified_at_ms bigint not null, expires_at_ms bigint not null)`.execute(db);
  await sql`
    create table notifications (
      id text primary key, key text not null, group_key text not null, receiver text not null, integration text not null,
      dedup_key text not null, payload jsonb not null, firing text[] not null, resolved text[] not null, maybe_told text[] not null,
      reason text not null, repeat_interval_ms bigint not null,
      state text not null check (state in ('sending', 'sent', 'failed', 'superseded')), attempts integer not null default 0,
      error text, maybe_arrived boolean not null default true, created_at_ms bigint not null, ended_at_ms bigint) with (fillfactor = 80)`.execute(
    db,
  );
  await sql`create index notifications_unfinished on notifications (key) where state = 'sending'`.execute(db);
  await sql`create index notifications_by_age on notifications (created_at_ms)`.execute(db);

  // One call: the lock, the check that the caller has seen all, the writes and the revision are one round trip.
  await sql`
    create function store_alerts(
      expected bigint, fingerprints text[], label_sets jsonb[], annotation_sets jsonb[], urls text[],
      starts bigint[], ends bigint[], timeouts boolean[], updates bigint[], receipts bigint[],
      refreshed text[], refreshed_starts bigint[], refreshed_ends bigint[], refreshed_timeouts boolean[],
      refreshed_updates bigint[], refreshed_receipts bigint[]
    ) returns bigint language plpgsql as $$
    declare seen bigint; written int;
    begin
      select revision into seen from alert_clock for update;
      if seen <> expected then return -1; end if;
      insert into alerts as a
        (fingerprint, labels, annotations, generator_url, starts_at_ms, ends_at_ms, timed_out, updated_at_ms, received_at_ms)
      select * from unnest(fingerprints, label_sets, annotation_sets, urls, starts, ends, timeouts, updates, receipts)
      on conflict (fingerprint) do update set
        annotations = excluded.annotations, generator_url = excluded.generator_url, starts_at_ms = excluded.starts_at_ms,
        ends_at_ms = excluded.ends_at_ms, timed_out = excluded.timed_out, updated_at_ms = excluded.updated_at_ms,
        received_at_ms = excluded.received_at_ms, told_at_ms = null;
      update alerts a set starts_at_ms = r.starts, ends_at_ms = r.ends, timed_out = r.timeout, updated_at_ms = r.updated,
        received_at_ms = r.received, told_at_ms = null
      from unnest(refreshed, refreshed_starts, refreshed_ends, refreshed_timeouts, refreshed_updates, refreshed_receipts)
        as r(fingerprint, starts, ends, timeout, updated, received)
      where a.fingerprint = r.fingerprint;
      get diagnostics written = row_count;
      -- One of them was dropped meanwhile: the caller writes it whole.
      if written <> cardinality(refreshed) then raise exception 'alert gone' using errcode = 'HF001'; end if;
      insert into alert_changes (revision, alerts, silences) values (seen + 1, fingerprints || refreshed, '{}');
      update alert_clock set revision = seen + 1;
      return seen + 1;
    end $$`.execute(db);
}
