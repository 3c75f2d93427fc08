import { type Kysely, sql } from 'kysely';

/**
 * Events get their positions by their keys, whatever the statistics say: while many waited the planner read the whole
 * outbox for each handful. The chain is written by one statement a pass instead of one an entry.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create or replace function stamp_outbox(most int) returns int language plpgsql as $$
    declare last bigint; waiting bigint[];
    begin
      select position into last from sequencer for update;
      -- A statement of its own: it must see what the previous holder of the lock committed.
      waiting := array(select id from outbox where position is null order by id limit most);
      if cardinality(waiting) > 0 then
        update outbox o set position = last + t.place from unnest(waiting) with ordinality as t(id, place) where o.id = t.id;
        update sequencer set position = last + cardinality(waiting);
      end if;
      return cardinality(waiting);
    end $$`.execute(db);

  // As before, with the positions from above.
  await sql`
    create or replace function advance_steps(
      worker text, ords int[], run_ids text[], epochs int[], step_ids text[], froms text[], tos text[], ats timestamptz[],
      ns int[], tokens text[], attempt_statuses text[], exit_codes int[], reasons text[], kinds text[], bodies jsonb[],
      actors text[], step_outputs jsonb[]
    ) returns setof int language plpgsql as $$
    declare done int[]; last bigint; told int;
    begin
      with inp as (
        select * from unnest(ords, run_ids, epochs, step_ids, froms, tos, ats, ns, tokens, attempt_statuses, exit_codes, reasons, step_outputs)
          as t(ord, run_id, epoch, step_id, from_status, to_status, at, n, token, attempt_status, exit_code, reason, outputs)
      ), held as (
        select r.id from runs r join (select distinct i.run_id, i.epoch from inp i) i on i.run_id = r.id
        where r.lease_epoch = i.epoch and r.worker_id = worker and r.status in ('running', 'cancelling', 'rolling-back')
          and exists (select from workers w where w.id = worker and w.lease_expires_at > clock_timestamp())
        order by r.id for share of r
      ), moved as (
        update run_steps s
        set status = i.to_status,
            attempts = greatest(s.attempts, coalesce(i.n, 0)),
            outputs = coalesce(i.outputs, s.outputs),
            skip_reason = case when i.to_status = 'skipped' then i.reason else s.skip_reason end,
            started_at = case when i.to_status in ('running', 'waiting') and s.status = 'pending' then i.at else s.started_at end,
            ended_at = case when i.to_status in ('running', 'waiting', 'pending', 'rolling-back', 'in-doubt') then null else i.at end
        from inp i join held h on h.id = i.run_id
        where s.run_id = i.run_id and s.id = i.step_id and s.status = i.from_status
        returning i.ord
      ), begun as (
        insert into step_attempts (run_id, step_id, n, status, worker_id, host, boot_id, token, started_at)
        select i.run_id, i.step_id, i.n, 'running', worker, w.host, w.boot_id, i.token, i.at
        from inp i join moved m on m.ord = i.ord join workers w on w.id = worker
        where i.attempt_status = 'running'
      ), ended as (
        update step_attempts a set status = i.attempt_status, ended_at = i.at, exit_code = i.exit_code, reason = i.reason
        from inp i join moved m on m.ord = i.ord
        where i.attempt_status <> 'running' and a.run_id = i.run_id and a.step_id = i.step_id and a.n = i.n
      )
      select array_agg(ord order by ord) into done from moved;
      if done is null then return; end if;

      perform stamp_outbox(null);
      select position into last from sequencer;
      insert into outbox (position, kind, aggregate, body, actor, at)
      select last + row_number() over (order by t.ord), t.kind, 'run:' || t.run_id, t.body, t.actor, t.at
      from unnest(ords, run_ids, kinds, bodies, actors, ats) as t(ord, run_id, kind, body, actor, at)
      where t.ord = any(done) order by t.ord;
      get diagnostics told = row_count;
      update sequencer set position = last + told;
      return query select unnest(done);
    end $$`.execute(db);

  await sql`
    create or replace function chain_audit(audited text[], most int) returns int language plpgsql as $$
    declare
      follows bigint; reached bigint; chained int; seq_no bigint; first_previous text;
      previous text; line text; positions bigint[]; lines text[]; hashes text[];
    begin
      select position into follows from relays where name = 'audit' for update;
      if follows is null then
        insert into relays (name, position) values ('audit', 0) on conflict do nothing;
        select position into follows from relays where name = 'audit' for update;
      end if;
      select max(position), count(*) into reached, chained
      from (select position from outbox where position > follows order by position limit most) t;
      if chained = 0 then return 0; end if;
      select seq, hash into seq_no, first_previous from audit_entries order by seq desc limit 1;
      seq_no := coalesce(seq_no, 0);
      first_previous := coalesce(first_previous, repeat('0', 64));
      select array_agg(e.position order by e.position), array_agg(e.line order by e.position) into positions, lines
      from (
        select position, jsonb_build_object(
          'seq', seq_no + row_number() over (order by position), 'position', position, 'kind', kind,
          'aggregate', aggregate, 'actor', actor,
          'at', to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
          'recordedAt', to_char(recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
          'body', body)::text as line
        from outbox where position > follows and position <= reached and kind = any(audited)
      ) e;
      if lines is not null then
        previous := first_previous;
        foreach line in array lines loop
          previous := encode(sha256(convert_to(previous || E'\\n' || line, 'UTF8')), 'hex');
          hashes := array_append(hashes, previous);
        end loop;
        insert into audit_entries (seq, position, entry, previous_hash, hash)
        select seq_no + t.place, t.position, t.line, lag(t.hash, 1, first_previous) over (order by t.place), t.hash
        from unnest(positions, lines, hashes) with ordinality as t(position, line, hash, place);
      end if;
      update relays set position = reached where name = 'audit';
      return chained;
    end $$`.execute(db);
}
