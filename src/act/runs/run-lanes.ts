import type { PlannedStep } from '../../contract/runbook.ts';
import { reasonToSkip } from './decide-move.ts';
import { moveStep, type OwnedRun, statusOf } from './owned-run.ts';
import type { WorkerContext } from './run-context.ts';

/** A member that failed and is tried again later: nobody waits for it meanwhile. */
export type Later = { step: PlannedStep; delayMs: number };

/**
 * Carries out lanes of steps, `atOnce` of them at a time. After a failure, a doubt or a person's wish no further step is
 * begun, but those under way are waited for: none is cut off because another went wrong.
 * @param execute runs one step to its outcome and commits it
 * @returns the soonest of the members to be tried again later, if any
 */
export async function runLanes(
  context: WorkerContext,
  owned: OwnedRun,
  work: { lanes: readonly (readonly PlannedStep[])[]; atOnce: number },
  execute: (step: PlannedStep) => Promise<void>,
): Promise<Later | null> {
  const waiting = [...work.lanes];
  let later: Later | null = null;
  let halted = false;
  const mayGoOn = () => !halted && !owned.pauseRequested && !owned.leaveAtNextStep && owned.cancelRequestedBy === null;

  const runLane = async (lane: readonly PlannedStep[]) => {
    for (const step of lane) {
      if (!mayGoOn()) return;
      const skipped = reasonToSkip({ ...owned.claim.run, asked: owned.asked }, step);
      if (skipped !== null) {
        const at = context.clock.now();
        await context.transitions.advance([
          moveStep(owned, step, 'skipped', { at, kind: 'step.skipped', reason: skipped }),
        ]);
        continue;
      }
      do await execute(step);
      while (statusOf(owned, step.id) === 'pending' && step.retry.delayMs === 0 && mayGoOn());
      const status = statusOf(owned, step.id);
      if (status === 'succeeded') continue;
      if (status !== 'pending') halted = true;
      else if (later === null || step.retry.delayMs < later.delayMs) later = { step, delayMs: step.retry.delayMs };
      return;
    }
  };
  const worker = async () => {
    for (let lane = waiting.shift(); lane !== undefined && mayGoOn(); lane = waiting.shift()) {
      try {
        await runLane(lane);
      } catch (thrown) {
        halted = true;
        throw thrown;
      }
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: Math.min(work.atOnce, work.lanes.length) }, worker));
  const broken = ends.find((end) => end.status === 'rejected');
  if (broken) throw broken.reason;
  return halted ? null : later;
}
