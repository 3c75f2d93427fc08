import type { Clock } from '../../platform/clock/clock.ts';
import type { Database } from '../../platform/db/database.ts';
import type { Wakeups } from '../../platform/events/wakeups.ts';
import type { Logger } from '../../platform/log/logger.ts';
import { createDrainLoop } from '../../platform/work/drain-loop.ts';
import type { ProbeSpec } from './probe-spec.ts';
import { claimDueProbes, nextProbeDue, recordAnswer } from './probe-store.ts';
import type { RunCheck } from './run-check.ts';

/** Probes looked at by one process at once. */
const CHECKS_AT_ONCE = 32;

export type Prober = { stop(): Promise<void> };

/** Looks at due probes. Replicas share them: a probe is looked at by one of them each interval. */
export function startProber(deps: {
  database: Database;
  clock: Clock;
  wakeups: Wakeups;
  logger: Logger;
  runCheck: RunCheck;
}): Prober {
  const underWay = new Set<Promise<void>>();
  const stop = new AbortController();
  let cancelWake: () => void = () => {};

  const look = async (spec: ProbeSpec) => {
    const answer = await deps.runCheck(spec, stop.signal);
    if (stop.signal.aborted) return;
    const verdict = await recordAnswer(deps.database, spec, answer, deps.clock.now());
    if (verdict === 'failed' || verdict === 'recovered') {
      deps.logger.info({ probe: spec.name, verdict, reason: answer.reason }, `probe ${spec.name} ${verdict}`);
      deps.wakeups.kick('outbox');
    }
  };
  const loop = createDrainLoop({
    name: 'prober',
    logger: deps.logger,
    pass: async () => {
      const room = CHECKS_AT_ONCE - underWay.size;
      const due = room > 0 ? await claimDueProbes(deps.database, deps.clock.now(), room) : [];
      for (const spec of due) {
        const check = look(spec)
          .catch((thrown: unknown) => deps.logger.warn({ err: thrown, probe: spec.name }, 'probe answer not recorded'))
          .finally(() => {
            underWay.delete(check);
            loop.wake();
          });
        underWay.add(check);
      }
      cancelWake();
      const next = await nextProbeDue(deps.database);
      // With every place taken, the end of a check is what wakes.
      if (next && due.length < room) cancelWake = deps.clock.wakeAt(next, loop.wake);
      return false;
    },
  });
  const off = deps.wakeups.on('probes', loop.wake);
  loop.wake();
  return {
    async stop() {
      off();
      cancelWake();
      stop.abort();
      await loop.stop();
      await Promise.all(underWay);
    },
  };
}
