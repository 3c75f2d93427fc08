import type { Database } from '../db/database.ts';
import type { Logger } from '../log/logger.ts';
import { createDrainLoop } from '../work/drain-loop.ts';
import type { Wakeups } from './wakeups.ts';

const BATCH_EVENTS = 5_000;

/**
 * Stamps committed outbox rows with a dense `position`, which relays, streams and the audit chain follow. Reading below
 * the oldest running transaction would not do: that horizon is cluster-wide and one idle session elsewhere stops it.
 * Any number of replicas may run one: the row lock inside `stamp_outbox` makes them take turns.
 */
export function startSequencer(deps: { database: Database; wakeups: Wakeups; logger: Logger }): {
  stop(): Promise<void>;
} {
  const loop = createDrainLoop({
    name: 'sequencer',
    logger: deps.logger,
    pass: async () => {
      // Nothing to stamp is the common case of the poll: ask before taking the lock.
      const result = await deps.database.pool.query<{ stamped: number }>({
        name: 'stamp',
        text: `select case when exists (select from outbox where position is null) then stamp_outbox($1) else 0 end as stamped`,
        values: [BATCH_EVENTS],
      });
      const stamped = result.rows[0]?.stamped ?? 0;
      if (stamped > 0) deps.wakeups.kick('events');
      return stamped === BATCH_EVENTS;
    },
  });
  const off = deps.wakeups.on('outbox', loop.wake);
  loop.wake();
  return {
    async stop() {
      off();
      await loop.stop();
    },
  };
}
