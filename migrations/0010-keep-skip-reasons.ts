import { type Kysely, sql } from 'kysely';

/** Why a step was left out, beside the step: its event is told once and may be gone when somebody asks. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table run_steps add column skip_reason text`.execute(db);
  // As before, and a step that is skipped keeps why.
  await sql`
    create or replace function advance_steps(
      worker text, ords int[], run_ids text[], epochs int[], step_ids text[], froms text[], tos text[], ats timestamptz[],
      ns int[], tokens text[], attempt_statuses text[], exit_codes int[], reasons text[], kinds text[], bodies jsonb[],
      actors text[], step_outputs jsonb[]
    ) returns setof int language plpgsql as $$
    declare done int[]; last bigint; waiting int; told int;
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

      select position into last from sequencer for update;
      with batch as (
        select id, last + row_number() over (order by id) as place from (select id from outbox where position is null order by id) unstamped
      )
      update outbox o set position = batch.place from batch where o.id = batch.id;
      get diagnostics waiting = row_count;
      insert into outbox (position, kind, aggregate, body, actor, at)
      select last + waiting + row_number() over (order by t.ord), t.kind, 'run:' || t.run_id, t.body, t.actor, t.at
      from unnest(ords, run_ids, kinds, bodies, actors, ats) as t(ord, run_id, kind, body, actor, at)
      where t.ord = any(done) order by t.ord;
      get diagnostics told = row_count;
      update sequencer set position = last + waiting + told;
      return query select unnest(done);
    end $$`.execute(db);
}
