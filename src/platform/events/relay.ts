import { sql } from 'kysely';
import type { Database, Tx } from '../db/database.ts';
import type { Logger } from '../log/logger.ts';
import { createDrainLoop } from '../work/drain-loop.ts';
import type { Wakeups } from './wakeups.ts';

/** An event as a relay reads it, in the order of `position`. */
export type StampedEvent<Body = Record<string, unknown>> = {
  position: number;
  kind: string;
  aggregate: string;
  body: Body;
  actor: string;
  at: Date;
  recordedAt: Date;
};

const LARGEST_BATCH = 200;

/**
 * Steps over what has come when none of it is wanted: most events mean nothing to most relays, and this is one statement
 * where a batch is a transaction of five. Nobody waits for a relay that another replica is working on.
 */
const STEP_OVER = `
  with mine as (
    select r.name, r.position, s.position as head from relays r, sequencer s
    where r.name = $1 and r.position < s.position for update of r skip locked
  ), wanted as (
    select exists (select from outbox o, mine m
                   where o.position > m.position and o.position <= m.head and o.kind = any($2::text[])) as any
  ), passed as (
    update relays r set position = m.head from mine m, wanted w where r.name = m.name and not w.any returning r.name
  )
  select exists (select from mine) and not exists (select from passed) as waiting`;

/**
 * Hands events to `handle` in order, each exactly once for effects in this database: what the handler writes through
 * `tx` commits together with the new position. Replicas share a relay by its row: one works, the others pass.
 * @param options.kinds the event kinds wanted; all others are stepped over
 * @param options.handle must do its work through `tx` only; a throw rolls the batch back and it is tried again, in
 *   smaller batches, so that one event that cannot be handled holds up those after it but not those before it
 */
export function startRelay(
  deps: { database: Database; wakeups: Wakeups; logger: Logger },
  options: {
    name: string;
    kinds: readonly string[];
    handle: (tx: Tx, event: StampedEvent) => Promise<void>;
    afterCommit?: () => void;
  },
): { stop(): Promise<void> } {
  let registered = false;
  let batchEvents = LARGEST_BATCH;
  const handleBatch = () =>
    deps.database.transact(async (tx) => {
      const mine = await sql<{ position: number; head: number }>`
          select r.position, s.position as head from relays r, sequencer s
          where r.name = ${options.name} and r.position < s.position for update of r skip locked`.execute(tx);
      const from = mine.rows[0];
      if (!from) return { handled: 0, more: false };
      const events = await sql<StampedEvent>`
          select position, kind, aggregate, body, actor, at, recorded_at as "recordedAt" from outbox
          where position > ${from.position} and position <= ${from.head} and kind = any(${[...options.kinds]}::text[])
          order by position limit ${batchEvents}`.execute(tx);
      for (const event of events.rows) await options.handle(tx, event);
      const full = events.rows.length === batchEvents;
      const reached = full ? (events.rows.at(-1)?.position ?? from.head) : from.head;
      await sql`update relays set position = ${reached} where name = ${options.name}`.execute(tx);
      return { handled: events.rows.length, more: full };
    });
  const loop = createDrainLoop({
    name: `relay ${options.name}`,
    logger: deps.logger,
    pass: async () => {
      if (!registered) {
        await deps.database.pool.query('insert into relays (name, position) values ($1, 0) on conflict do nothing', [
          options.name,
        ]);
        registered = true;
      }
      const look = await deps.database.pool.query<{ waiting: boolean }>({
        name: 'relay-step-over',
        text: STEP_OVER,
        values: [options.name, options.kinds],
      });
      if (!look.rows[0]?.waiting) return false;
      const outcome = await handleBatch().catch((thrown: unknown) => {
        batchEvents = 1;
        throw thrown;
      });
      batchEvents = Math.min(batchEvents * 2, LARGEST_BATCH);
      if (outcome.handled > 0) {
        deps.wakeups.kick('outbox');
        options.afterCommit?.();
      }
      return outcome.more;
    },
  });
  const off = deps.wakeups.on('events', loop.wake);
  loop.wake();
  return {
    async stop() {
      off();
      await loop.stop();
    },
  };
}
