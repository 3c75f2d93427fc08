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

const BATCH_EVENTS = 200;

/**
 * Hands events to `handle` in order, each exactly once for effects in this database: what the handler writes through
 * `tx` commits together with the new position. Replicas share a relay by its row: one works, the others pass.
 * @param options.kinds the event kinds wanted; all others are stepped over
 * @param options.handle must do its work through `tx` only; a throw rolls the batch back and it is tried again
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
  const loop = createDrainLoop({
    name: `relay ${options.name}`,
    logger: deps.logger,
    pass: async () => {
      const outcome = await deps.database.transact(async (tx) => {
        const mine = await sql<{ position: number; head: number }>`
          select r.position, s.position as head from relays r, sequencer s
          where r.name = ${options.name} and r.position < s.position for update of r skip locked`.execute(tx);
        const from = mine.rows[0];
        if (!from) return { handled: 0, more: false };
        const events = await sql<StampedEvent>`
          select position, kind, aggregate, body, actor, at, recorded_at as "recordedAt" from outbox
          where position > ${from.position} and position <= ${from.head} and kind = any(${[...options.kinds]}::text[])
          order by position limit ${BATCH_EVENTS}`.execute(tx);
        for (const event of events.rows) await options.handle(tx, event);
        const full = events.rows.length === BATCH_EVENTS;
        const reached = full ? (events.rows.at(-1)?.position ?? from.head) : from.head;
        await sql`update relays set position = ${reached} where name = ${options.name}`.execute(tx);
        return { handled: events.rows.length, more: full };
      });
      if (outcome.handled > 0) {
        deps.wakeups.kick('outbox');
        options.afterCommit?.();
      }
      return outcome.more;
    },
  });
  let off: () => void = () => {};
  const ready = deps.database.pool
    .query('insert into relays (name, position) values ($1, 0) on conflict do nothing', [options.name])
    .catch((thrown: unknown) => deps.logger.warn({ err: thrown, relay: options.name }, 'relay could not register'))
    .then(() => {
      off = deps.wakeups.on('events', loop.wake);
      loop.wake();
    });
  return {
    async stop() {
      await ready;
      off();
      await loop.stop();
    },
  };
}
