import { sql } from 'kysely';
import type { Clock } from '../clock/clock.ts';
import { type Database, isConnectionLoss, type Queryable, type Tx } from '../db/database.ts';
import type { Wakeups } from '../events/wakeups.ts';
import type { Logger } from '../log/logger.ts';
import { createDrainLoop } from '../work/drain-loop.ts';

/** Called once the timer is due, in the transaction that removes it; a throw undoes its work and keeps the timer. */
export type TimerHandler = (tx: Tx, timer: { subject: string; dueAt: Date }) => Promise<void>;

const BATCH_TIMERS = 100;

/** Sets (or moves) the timer of `kind` for `subject`. Kick 'timers' after the commit. */
export async function setTimer(tx: Queryable, timer: { kind: string; subject: string; dueAt: Date }): Promise<void> {
  await sql`
    insert into timers (kind, subject, due_at) values (${timer.kind}, ${timer.subject}, ${timer.dueAt})
    on conflict (kind, subject) do update set due_at = excluded.due_at`.execute(tx);
}

/** Removes a timer that is no longer wanted; none there is fine. */
export async function clearTimer(tx: Queryable, timer: { kind: string; subject: string }): Promise<void> {
  await sql`delete from timers where kind = ${timer.kind} and subject = ${timer.subject}`.execute(tx);
}

/**
 * Fires due timers. They are rows, so they outlive restarts; due is domain time; never early.
 * @param handlers by timer kind; a row of an unknown kind stays (a newer replica will know it)
 */
export function startTimerService(
  deps: { database: Database; wakeups: Wakeups; clock: Clock; logger: Logger },
  handlers: Readonly<Record<string, TimerHandler>>,
): { stop(): Promise<void> } {
  const kinds = Object.keys(handlers);
  let cancelWake: () => void = () => {};
  const fireDue = () =>
    deps.database.transact(async (tx) => {
      const due = await sql<{ kind: string; subject: string; dueAt: Date }>`
        delete from timers where (kind, subject) in (
          select kind, subject from timers where due_at <= ${deps.clock.now()} and kind = any(${kinds}::text[])
          order by due_at limit ${BATCH_TIMERS} for update skip locked)
        returning kind, subject, due_at as "dueAt"`.execute(tx);
      let failed: { thrown: unknown } | null = null;
      for (const timer of due.rows.sort((a, b) => a.dueAt.getTime() - b.dueAt.getTime())) {
        await sql`savepoint one_timer`.execute(tx);
        try {
          await handlers[timer.kind]?.(tx, timer);
          await sql`release savepoint one_timer`.execute(tx);
        } catch (thrown) {
          if (isConnectionLoss(thrown)) throw thrown;
          await sql`rollback to savepoint one_timer`.execute(tx);
          await setTimer(tx, timer);
          failed = { thrown };
        }
      }
      return { fired: due.rows.length, failed };
    });
  const loop = createDrainLoop({
    name: 'timers',
    logger: deps.logger,
    pass: async () => {
      const { fired, failed } = await fireDue();
      if (fired > 0) {
        deps.wakeups.kick('outbox');
        deps.wakeups.kick('runs');
        deps.wakeups.kick('pages');
        // One that fails again and again must not starve the others: they were fired, now it may be told.
        if (failed) throw failed.thrown;
        return true;
      }
      cancelWake();
      const next = await deps.database.pool.query<{ dueAt: Date | null }>({
        name: 'next-timer',
        text: 'select min(due_at) as "dueAt" from timers where kind = any($1::text[])',
        values: [kinds],
      });
      const dueAt = next.rows[0]?.dueAt;
      if (dueAt && dueAt.getTime() > deps.clock.now().getTime()) cancelWake = deps.clock.wakeAt(dueAt, loop.wake);
      return false;
    },
  });
  const off = deps.wakeups.on('timers', loop.wake);
  loop.wake();
  return {
    async stop() {
      off();
      cancelWake();
      await loop.stop();
    },
  };
}
