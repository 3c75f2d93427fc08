import { messageOf } from '../../platform/errors/holdfast-error.ts';
import { createDrainLoop } from '../../platform/work/drain-loop.ts';
import { claimRuns, readControls } from './claim-store.ts';
import { executeRun } from './execute-run.ts';
import { grantFreeLocks } from './lock-store.ts';
import { type OwnedRun, type StopReason, takeRun } from './owned-run.ts';
import type { WorkerContext } from './run-context.ts';
import { isRunLost } from './step-transition-store.ts';

/** At a stop, steps under way get this long to end by themselves; after it the next worker settles them. */
export const DRAIN_MS = 5_000;
/** A run that failed by a fault of ours is not claimed again at once. */
const BACK_OFF_MS = 1_000;

export type RunWorker = {
  /** Runs in this worker's hands. */
  active(): number;
  stop(): Promise<void>;
};

/**
 * Claims runs and carries them out, `concurrency` at once. Looks again on every wake-up of 'runs' and by the poll, which
 * also finds the runs of workers whose lease has ended.
 */
export function startRunWorker(context: WorkerContext, options: { concurrency: number }): RunWorker {
  const active = new Map<string, { owned: OwnedRun; done: Promise<void> }>();
  let stopping = false;

  const stopRun = (owned: OwnedRun, reason: StopReason) => owned.stop.abort(reason);

  const begin = (owned: OwnedRun) => {
    const runId = owned.claim.run.id;
    const done = executeRun(context, owned)
      .catch(async (thrown: unknown) => {
        // Where the row still names this worker, the next claim takes the run up again and settles what is under way.
        if (isRunLost(thrown)) return context.logger.info({ runId }, 'run let fall: it, or a step of it, was moved');
        context.logger.error({ err: thrown, runId }, `run broke off: ${messageOf(thrown)}`);
        await new Promise((resolve) => setTimeout(resolve, BACK_OFF_MS).unref());
      })
      .finally(() => {
        // It may have been let go, answered and claimed again meanwhile.
        if (active.get(runId)?.owned === owned) active.delete(runId);
        claims.wake();
      });
    active.set(runId, { owned, done });
  };

  const claims = createDrainLoop({
    name: 'claim runs',
    logger: context.logger,
    pass: async () => {
      const most = options.concurrency - active.size;
      if (stopping || most <= 0 || !context.lease.isFresh()) return false;
      const claimed = await claimRuns(context.database, {
        id: context.lease.id,
        now: context.clock.now(),
        most,
        active: [...active.keys()],
      });
      for (const claim of claimed) begin(takeRun(context, claim));
      if (claimed.length > 0) context.wakeups.kick('outbox');
      return claimed.length === most;
    },
  });

  const locks = createDrainLoop({
    name: 'run locks',
    logger: context.logger,
    pass: async () => {
      if (!stopping && (await grantFreeLocks(context.database)) > 0) context.wakeups.kick('runs');
      return false;
    },
  });

  const controls = createDrainLoop({
    name: 'run controls',
    logger: context.logger,
    pass: async () => {
      if (active.size === 0) return false;
      const asked = new Map([...active].map(([id, entry]) => [id, entry.owned]));
      const current = new Map((await readControls(context.database, context.lease.id)).map((row) => [row.id, row]));
      for (const [id, owned] of asked) {
        const control = current.get(id);
        if (!active.has(id)) continue;
        if (!control || control.leaseEpoch !== owned.claim.run.leaseEpoch) {
          // Released a moment ago, or taken over: in both cases nothing of it may go on here.
          if (active.get(id)?.owned === owned) stopRun(owned, 'lost');
          continue;
        }
        owned.pauseRequested = control.pauseRequested;
        owned.pauseReason = control.reason;
        if (control.cancelRequestedBy !== null && owned.cancelRequestedBy === null) {
          owned.cancelRequestedBy = control.cancelRequestedBy;
          stopRun(owned, 'cancel');
        }
      }
      return false;
    },
  });

  const offs = [claims, controls, locks].map((loop) => context.wakeups.on('runs', loop.wake));
  claims.wake();
  return {
    active: () => active.size,
    async stop() {
      stopping = true;
      for (const off of offs) off();
      await Promise.all([claims.stop(), controls.stop(), locks.stop()]);
      const all = Promise.all([...active.values()].map((entry) => entry.done));
      for (const { owned } of active.values()) owned.leaveAtNextStep = true;
      let timer: NodeJS.Timeout | undefined;
      await Promise.race([
        all,
        new Promise((resolve) => {
          timer = setTimeout(resolve, DRAIN_MS);
        }),
      ]);
      clearTimeout(timer);
      for (const { owned } of active.values()) stopRun(owned, 'shutdown');
      await all;
    },
  };
}
