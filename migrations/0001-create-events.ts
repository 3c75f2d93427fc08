import { type Kysely, sql } from 'kysely';

/** The machinery every stage stands on: outbox with dense positions, relays, audit chain, timers, workers, idempotency. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table outbox (
      id bigint generated always as identity primary key,
      position bigint,
      kind text not null,
      aggregate text not null,
      body jsonb not null,
      actor text not null,
      at timestamptz not null,
      recorded_at timestamptz not null default clock_timestamp()
    ) with (fillfactor = 90)`.execute(db);
  await sql`create unique index outbox_by_position on outbox (position) where position is not null`.execute(db);
  await sql`create index outbox_unstamped on outbox (id) where position is null`.execute(db);

  await sql`create table sequencer (only_row boolean primary key default true check (only_row), position bigint not null)`.execute(
    db,
  );
  await sql`insert into sequencer (position) values (0)`.execute(db);

  // One round trip, entirely in the server: a client frozen in the middle of it holds no lock.
  // Two statements inside, because the second must see what the previous holder of the lock committed.
  await sql`
    create function stamp_outbox(most int) returns int language plpgsql as $$
    declare last bigint; stamped int;
    begin
      select position into last from sequencer for update;
      with batch as (
        select id, last + row_number() over (order by id) as place
        from (select id from outbox where position is null order by id limit most) waiting
      )
      update outbox o set position = batch.place from batch where o.id = batch.id;
      get diagnostics stamped = row_count;
      if stamped > 0 then update sequencer set position = last + stamped; end if;
      return stamped;
    end $$`.execute(db);

  await sql`create table relays (name text primary key, position bigint not null)`.execute(db);

  await sql`
    create table audit_entries (
      seq bigint primary key,
      position bigint not null unique,
      entry text not null,
      previous_hash text not null,
      hash text not null
    )`.execute(db);

  // The chain is hashed where the rows are: each entry covers the hash of the one before it.
  await sql`
    create function chain_audit(audited text[], most int) returns int language plpgsql as $$
    declare
      follows bigint; reached bigint; seq_no bigint; previous text; line text; chained int := 0; event record;
    begin
      select position into follows from relays where name = 'audit' for update;
      if follows is null then
        insert into relays (name, position) values ('audit', 0) on conflict do nothing;
        select position into follows from relays where name = 'audit' for update;
      end if;
      reached := follows;
      select seq, hash into seq_no, previous from audit_entries order by seq desc limit 1;
      seq_no := coalesce(seq_no, 0);
      previous := coalesce(previous, repeat('0', 64));
      for event in
        select * from outbox where position > follows order by position limit most
      loop
        reached := event.position;
        if event.kind = any(audited) then
          seq_no := seq_no + 1;
          line := jsonb_build_object(
            'seq', seq_no, 'position', event.position, 'kind', event.kind, 'aggregate', event.aggregate,
            'actor', event.actor,
            'at', to_char(event.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
            'recordedAt', to_char(event.recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
            'body', event.body)::text;
          insert into audit_entries (seq, position, entry, previous_hash, hash)
          values (seq_no, event.position, line, previous,
                  encode(sha256(convert_to(previous || E'\n' || line, 'UTF8')), 'hex'))
          returning hash into previous;
        end if;
        chained := chained + 1;
      end loop;
      if reached > follows then update relays set position = reached where name = 'audit'; end if;
      return chained;
    end $$`.execute(db);

  await sql`
    create table timers (
      kind text not null,
      subject text not null,
      due_at timestamptz not null,
      primary key (kind, subject)
    )`.execute(db);
  await sql`create index timers_by_due on timers (due_at)`.execute(db);

  await sql`
    create table workers (
      id text primary key,
      host text not null,
      boot_id text not null,
      pid int not null,
      pid_started text not null,
      version text not null,
      started_at timestamptz not null default clock_timestamp(),
      lease_expires_at timestamptz not null
    )`.execute(db);

  await sql`
    create table idempotency_keys (
      caller text not null,
      route text not null,
      key text not null,
      body_sha256 text not null,
      status int,
      response jsonb,
      created_at timestamptz not null default clock_timestamp(),
      primary key (caller, route, key)
    )`.execute(db);
  await sql`create index idempotency_keys_by_age on idempotency_keys (created_at)`.execute(db);
}
