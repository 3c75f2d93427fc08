import { hostname } from 'node:os';
import type { PlannedStep } from '../../contract/runbook.ts';
import { readBootId } from '../../platform/process/process-identity.ts';
import { readRunningAttempts } from './claim-store.ts';
import { decideRecovery } from './decide-recovery.ts';
import { executorFor } from './executor.ts';
import { environmentOf, findStep, inputsOf, moveStep, type OwnedRun } from './owned-run.ts';
import { resolveTargetName } from './resolve-effect.ts';
import type { WorkerContext } from './run-context.ts';
import type { AttemptRow } from './run-rows.ts';

/** Runs a helper step to its end; true when it succeeded. */
export type RunHelper = (helper: PlannedStep) => Promise<{ succeeded: boolean; reason: string | null }>;

/**
 * Settles what the former worker left under way: first ends its processes, then reruns, verifies or marks in doubt.
 * Afterwards no step of the run is `running`.
 */
export async function recoverRun(context: WorkerContext, owned: OwnedRun, runHelper: RunHelper): Promise<void> {
  const left = await readRunningAttempts(context.database, owned.claim.run.id);
  const mayRunOn = new Map<AttemptRow, string | null>();
  for (const attempt of left) mayRunOn.set(attempt, await endLeftovers(context, owned, attempt));
  // Helpers first: the step they were run for is judged by a fresh run of them.
  const helpersFirst = left.toSorted((a, b) => Number(isHelper(owned, b.stepId)) - Number(isHelper(owned, a.stepId)));
  for (const attempt of helpersFirst)
    await settleAttempt(context, owned, attempt, mayRunOn.get(attempt) ?? null, runHelper);
}

function isHelper(owned: OwnedRun, stepId: string): boolean {
  return owned.helpers.some((helper) => helper.id === stepId);
}

/** @returns the host on which it may still be running, because that could not be looked at from here */
async function endLeftovers(context: WorkerContext, owned: OwnedRun, attempt: AttemptRow): Promise<string | null> {
  const step = findStep(owned, attempt.stepId);
  const sameBoot = attempt.host === hostname() && attempt.bootId === readBootId();
  const targetName = step ? resolveTargetName(step.target, inputsOf(owned, step)) : null;
  const target =
    targetName === null ? null : context.resolveTarget(targetName, step ? environmentOf(owned, step) : null);
  const unseen = await executorFor(context.executors, step?.action.kind ?? 'shell')?.stopLeftovers({
    token: attempt.token,
    process:
      sameBoot && attempt.pid !== null && attempt.pidStarted !== null
        ? { pid: attempt.pid, startedAt: attempt.pidStarted }
        : null,
    target,
  });
  // What ran over SSH was ended where it ran, whichever machine its worker was on.
  if (target?.kind === 'ssh') return unseen ?? null;
  return attempt.host === hostname() ? null : attempt.host;
}

async function settleAttempt(
  context: WorkerContext,
  owned: OwnedRun,
  attempt: AttemptRow,
  otherHost: string | null,
  runHelper: RunHelper,
): Promise<void> {
  const step = findStep(owned, attempt.stepId);
  if (!step) return;
  const recovery = decideRecovery(step, { otherHost });
  const at = context.clock.now();
  const ended = { n: attempt.n, token: attempt.token, exitCode: null };
  if (recovery.kind === 'rerun') {
    await context.transitions.advance([
      moveStep(owned, step, 'pending', {
        at,
        kind: 'step.retrying',
        actor: 'system',
        reason: `its worker was lost; ${recovery.reason}`,
        attempt: { ...ended, status: 'lost' },
      }),
    ]);
    return;
  }
  let doubt = recovery.kind === 'in-doubt' ? recovery.reason : '';
  if (recovery.kind === 'verify') {
    const helper = findStep(owned, recovery.helperId);
    const verdict = helper ? await runHelper(helper) : { succeeded: false, reason: 'its verify step is missing' };
    if (verdict.succeeded) {
      await context.transitions.advance([
        moveStep(owned, step, 'succeeded', {
          at: context.clock.now(),
          kind: 'step.succeeded',
          actor: 'system',
          reason: `its worker was lost, but "${helper?.title}" shows that it took effect`,
          attempt: { ...ended, status: 'succeeded' },
        }),
      ]);
      return;
    }
    doubt = `its worker was lost while it was under way, and "${helper?.title ?? recovery.helperId}" does not show that it took effect`;
  }
  await context.transitions.advance([
    moveStep(owned, step, 'in-doubt', {
      at: context.clock.now(),
      kind: 'step.in-doubt',
      actor: 'system',
      reason: doubt,
      attempt: { ...ended, status: 'in-doubt' },
    }),
  ]);
}
