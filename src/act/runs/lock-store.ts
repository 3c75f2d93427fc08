import { sql } from 'kysely';
import type { Database, Tx } from '../../platform/db/database.ts';

/**
 * Takes a lock for a run, unless another run has it or has waited for it longer. Taking it again changes nothing.
 * @returns null when the run has it now, else the run that is in the way
 */
export async function takeLock(
  database: Database,
  lock: { name: string; runId: string; stepId: string },
): Promise<string | null> {
  const taken = await database.pool.query<{ holder: string }>(
    `with taken as (
       insert into run_locks (name, run_id, step_id)
       select $1, $2, $3 where not exists (select from run_lock_waits w where w.name = $1 and w.run_id <> $2)
       on conflict (name) do nothing returning run_id
     )
     select run_id as holder from taken
     union all select run_id from run_locks where name = $1
     union all (select run_id from run_lock_waits where name = $1 order by since limit 1)
     limit 1`,
    [lock.name, lock.runId, lock.stepId],
  );
  // Nobody seen: another run took it in this very moment.
  const holder = taken.rows[0]?.holder ?? 'another run';
  return holder === lock.runId ? null : holder;
}

/** Puts a run in the queue for a lock, in the transaction that lets go of the run. */
export async function queueForLock(tx: Tx, wait: { name: string; runId: string; stepId: string }): Promise<void> {
  await sql`
    insert into run_lock_waits (name, run_id, step_id) values (${wait.name}, ${wait.runId}, ${wait.stepId})
    on conflict (name, run_id) do update set step_id = excluded.step_id`.execute(tx);
}

/** Lets go of a lock before the run's end; the longest waiting run gets it in the same statement. */
export async function releaseLock(database: Database, lock: { name: string; runId: string }): Promise<void> {
  await database.transact(async (tx) => {
    const freed = await sql`delete from run_locks where name = ${lock.name} and run_id = ${lock.runId}`.execute(tx);
    if (freed.numAffectedRows === 1n) await sql`select grant_run_lock(${lock.name})`.execute(tx);
  });
}

/** The locks a run holds. */
export async function readLocks(database: Database, runId: string): Promise<string[]> {
  const held = await database.pool.query<{ name: string }>('select name from run_locks where run_id = $1', [runId]);
  return held.rows.map((row) => row.name);
}

/**
 * Gives locks that nobody holds to the runs that wait for them: the net under hand-overs that passed a busy run over.
 * @returns how many runs may go on
 */
export async function grantFreeLocks(database: Database): Promise<number> {
  const granted = await database.pool.query<{ granted: boolean }>(
    `select grant_run_lock(name) as granted from (
       select distinct name from run_lock_waits w where not exists (select from run_locks l where l.name = w.name)) free`,
  );
  return granted.rows.filter((row) => row.granted).length;
}
