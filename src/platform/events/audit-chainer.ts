import type { Database } from '../db/database.ts';
import type { Logger } from '../log/logger.ts';
import { createDrainLoop } from '../work/drain-loop.ts';
import type { Wakeups } from './wakeups.ts';

const BATCH_EVENTS = 1_000;
// The chain may lag by a second; a pass for every commit would cost more than the entries do.
const GAP_MS = 100;

/**
 * Appends audited events to the hash chain in the order of their positions, entirely in the server (`chain_audit`).
 * @param options.kinds the kinds the chain keeps
 */
export function startAuditChainer(
  deps: { database: Database; wakeups: Wakeups; logger: Logger },
  options: { kinds: readonly string[] },
): { stop(): Promise<void> } {
  const loop = createDrainLoop({
    name: 'audit chainer',
    logger: deps.logger,
    gapMs: GAP_MS,
    pass: async () => {
      const result = await deps.database.pool.query<{ chained: number }>({
        name: 'chain',
        text: `select case when (select position from sequencer) > coalesce((select position from relays where name = 'audit'), -1)
                 then chain_audit($1::text[], $2) else 0 end as chained`,
        values: [options.kinds, BATCH_EVENTS],
      });
      return result.rows[0]?.chained === BATCH_EVENTS;
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
