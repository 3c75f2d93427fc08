import { type Kysely, sql } from 'kysely';

/** Steps for many items, values handed from step to step, locks between runs, dry runs, environments. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table runs
      add column dry_run boolean not null default false,
      add column environment text`.execute(db);
  // Which item of a foreach a step is for, and what a step handed on: {"open": {name: value}, "sealed": text | null}.
  await sql`
    alter table run_steps
      add column item_index int,
      add column item text,
      add column outputs jsonb`.execute(db);

  await sql`
    create table run_locks (
      name text primary key,
      run_id text not null references runs (id) on delete cascade,
      step_id text not null,
      acquired_at timestamptz not null default clock_timestamp()
    )`.execute(db);
  await sql`create index run_locks_by_run on run_locks (run_id)`.execute(db);
  await sql`
    create table run_lock_waits (
      name text not null,
      run_id text not null references runs (id) on delete cascade,
      step_id text not null,
      since bigint generated always as identity,
      primary key (name, run_id)
    )`.execute(db);
  await sql`create index run_lock_waits_in_order on run_lock_waits (name, since)`.execute(db);

  // A free lock goes straight to whoever has waited longest: nobody can slip in between. A run that is being changed at
  // this moment is passed over rather than waited for (it may be the one that waits for us); the workers ask again soon.
  await sql`
    create function grant_run_lock(lock_name text) returns boolean language plpgsql as $$
    declare next record;
    begin
      select w.run_id, w.step_id into next from run_lock_waits w join runs r on r.id = w.run_id
        where w.name = lock_name and r.status in ('waiting', 'paused')
        order by w.since limit 1 for update of r skip locked;
      if next.run_id is null then return false; end if;
      insert into run_locks (name, run_id, step_id) values (lock_name, next.run_id, next.step_id)
        on conflict do nothing;
      if not found then return false; end if;
      delete from run_lock_waits where name = lock_name and run_id = next.run_id;
      update run_steps set status = 'pending' where run_id = next.run_id and id = next.step_id and status = 'waiting';
      update runs set status = 'queued', waiting_for = null, reason = null
        where id = next.run_id and status = 'waiting';
      return true;
    end $$`.execute(db);
  // However a run ends, by a worker, a person or a timer, its locks are free in the same transaction.
  await sql`
    create function free_locks_of_ended_run() returns trigger language plpgsql as $$
    declare held record;
    begin
      delete from run_lock_waits where run_id = new.id;
      for held in delete from run_locks where run_id = new.id returning name loop
        perform grant_run_lock(held.name);
      end loop;
      return null;
    end $$`.execute(db);
  await sql`
    create trigger free_locks after update of status on runs for each row
    when (new.ended_at is not null and old.ended_at is null)
    execute function free_locks_of_ended_run()`.execute(db);
}
