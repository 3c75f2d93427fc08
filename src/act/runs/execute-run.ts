import type { Plan, PlannedStep } from '../../contract/runbook.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import { approvalNeed } from './approval-policy.ts';
import { readGranted } from './approval-store.ts';
import { beginContainer } from './begin-container.ts';
import { decideMove, type Move } from './decide-move.ts';
import type { StepResult } from './executor.ts';
import { readLocks, releaseLock, takeLock } from './lock-store.ts';
import { createToken, findStep, moveStep, type OwnedRun, statusOf, takeOutputs } from './owned-run.ts';
import { recoverRun } from './recover-run.ts';
import { finishRun, parkRun } from './release-run.ts';
import { effectOf } from './resolve-effect.ts';
import { runAttempt } from './run-attempt.ts';
import type { WorkerContext } from './run-context.ts';
import { runLanes } from './run-lanes.ts';
import type { StepOutputs } from './run-rows.ts';
import { isSecretName } from './secret-names.ts';
import { runLost, type StepTransition } from './step-transition-store.ts';

/**
 * Carries an owned run on until it ends, needs a person or a timer, or is lost. A step's outcome and the intent of the
 * next one commit together; nothing takes effect before its intent is committed.
 * @throws HoldfastError conflict `run.lost` when another worker has the run; everything is left to that one
 */
export async function executeRun(context: WorkerContext, owned: OwnedRun): Promise<void> {
  await loadGrants(context, owned);
  if (usesLocks(owned.plan))
    for (const name of await readLocks(context.database, owned.claim.run.id)) owned.locks.add(name);
  if (owned.claim.takenOver || hasStepUnderWay(owned)) {
    await recoverRun(context, owned, (helper) => runHelper(context, owned, helper));
  }
  let outcome: StepTransition[] = [];
  for (;;) {
    if (owned.stop.signal.aborted && owned.stop.signal.reason !== 'cancel') throw runLost(owned.claim.run.id);
    if (owned.leaveAtNextStep) {
      // What is done is kept; the next worker goes on from there.
      if (outcome.length > 0) await context.transitions.advance(outcome);
      throw runLost(owned.claim.run.id);
    }
    const move = nextMove(owned);
    if (move.kind === 'execute') {
      outcome = await executeStep(context, owned, move.step, outcome);
      if (move.step.lock !== undefined) {
        await context.transitions.advance(outcome);
        outcome = [];
        await letGoOfLock(context, owned, move.step.lock);
      }
      if (statusOf(owned, move.step.id) !== 'pending') continue;
      // One statement moves a step once: the failure is on record before the next attempt is.
      if (outcome.length > 0) await context.transitions.advance(outcome);
      outcome = [];
      const { delayMs } = move.step.retry;
      // Tried again later: the delay is a durable timer, not a worker that waits.
      if (delayMs > 0 && (await parkRun(context, owned, { kind: 'retry-later', step: move.step, delayMs }))) return;
      continue;
    }
    if (outcome.length > 0) await context.transitions.advance(outcome);
    outcome = [];
    if (await carryOut(context, owned, move)) return;
  }
}

/** Wishes of people come between two steps; then the plan decides. */
function nextMove(owned: OwnedRun): Move | { kind: 'cancel' } | { kind: 'pause' } {
  if (owned.cancelRequestedBy !== null && !anyInDoubt(owned)) return { kind: 'cancel' };
  if (owned.pauseRequested) return { kind: 'pause' };
  return decideMove({
    status: owned.claim.run.status,
    dryRun: owned.claim.run.dryRun,
    locks: owned.locks,
    steps: owned.order,
    helpers: owned.helpers,
    statusOf: (stepId) => statusOf(owned, stepId),
    choices: owned.claim.run.choices,
    asked: owned.asked,
    approvalsLacking: (step) => approvalsLacking(owned, step),
  });
}

function anyInDoubt(owned: OwnedRun): boolean {
  return [...owned.steps.values()].some((step) => step.status === 'in-doubt');
}

function hasStepUnderWay(owned: OwnedRun): boolean {
  return [...owned.steps.values()].some((step) => step.status === 'running');
}

async function loadGrants(context: WorkerContext, owned: OwnedRun): Promise<void> {
  const asks = owned.plan.steps.some((step) => approvalNeed(step, owned.claim.run).needed > 0);
  if (!asks) return;
  for (const grant of await readGranted(context.database.db, owned.claim.run.id)) {
    if (grant.planHash !== owned.claim.run.planHash) continue;
    const effects = owned.granted.get(grant.stepId) ?? new Set();
    owned.granted.set(grant.stepId, effects.add(grant.effectSha256));
  }
}

function approvalsLacking(owned: OwnedRun, step: PlannedStep): number {
  const need = approvalNeed(step, owned.claim.run);
  if (need.needed === 0) return 0;
  const { effectSha256 } = effectOf(owned, step);
  return owned.granted.get(step.id)?.has(effectSha256) ? 0 : need.needed;
}

async function letGoOfLock(context: WorkerContext, owned: OwnedRun, name: string): Promise<void> {
  // A lock taken by a step of its own is held to the end of the run.
  const heldOn = owned.order.some(
    (step) => step.action.kind === 'lock' && step.action.name === name && statusOf(owned, step.id) === 'succeeded',
  );
  if (heldOn) return;
  owned.locks.delete(name);
  await releaseLock(context.database, { name, runId: owned.claim.run.id });
  context.wakeups.kick('runs');
}

function usesLocks(plan: Plan): boolean {
  return plan.steps.some((step) => step.lock !== undefined || step.action.kind === 'lock');
}

/** @returns true when the run was let go of, false when its owner goes on with it */
async function carryOut(
  context: WorkerContext,
  owned: OwnedRun,
  move: Exclude<ReturnType<typeof nextMove>, { kind: 'execute' }>,
): Promise<boolean> {
  const at = context.clock.now();
  switch (move.kind) {
    case 'skip':
      await context.transitions.advance([
        moveStep(owned, move.step, 'skipped', { at, kind: 'step.skipped', reason: move.reason }),
      ]);
      return false;
    case 'pass':
      await context.transitions.advance([moveStep(owned, move.step, 'succeeded', { at, kind: 'step.succeeded' })]);
      if (move.step.lock !== undefined) await letGoOfLock(context, owned, move.step.lock);
      return false;
    case 'fail':
      await context.transitions.advance([
        moveStep(owned, move.step, 'failed', { at, kind: 'step.failed', reason: move.reason }),
      ]);
      return false;
    case 'take-lock': {
      const lock = { name: move.name, runId: owned.claim.run.id, stepId: move.step.id };
      const holder = await takeLock(context.database, lock);
      if (holder !== null) return parkRun(context, owned, { kind: 'queue-for-lock', step: move.step, ...lock, holder });
      owned.locks.add(move.name);
      return false;
    }
    case 'begin-container':
      try {
        await beginContainer(context, owned, move.step);
      } catch (thrown) {
        if (!(thrown instanceof HoldfastError) || thrown.kind !== 'invalid') throw thrown;
        await context.transitions.advance([
          moveStep(owned, move.step, 'failed', { at, kind: 'step.failed', reason: thrown.message }),
        ]);
      }
      return false;
    case 'execute-lanes': {
      const later = await runLanes(context, owned, move, async (step) => {
        await context.transitions.advance(await executeStep(context, owned, step, []));
      });
      return later === null ? false : parkRun(context, owned, { kind: 'retry-later', ...later });
    }
    case 'roll-back':
      await rollBackStep(context, owned, move.step, move.helper);
      return false;
    case 'finish':
    case 'cancel':
      return finishRun(context, owned, move);
    default:
      return parkRun(context, owned, move);
  }
}

/** Runs a step to its outcome. @returns the outcome's transition, not committed yet, or nothing when it is committed */
async function executeStep(
  context: WorkerContext,
  owned: OwnedRun,
  step: PlannedStep,
  before: readonly StepTransition[],
): Promise<StepTransition[]> {
  const attempt = { n: (owned.steps.get(step.id)?.attempts ?? 0) + 1, token: createToken() };
  await context.transitions.advance([
    ...before,
    moveStep(owned, step, 'running', {
      at: context.clock.now(),
      kind: 'step.started',
      attempt: { ...attempt, status: 'running' },
    }),
  ]);
  let result = await runAttempt(context, owned, step, attempt);
  abandonUnlessCancelled(owned, result);
  if (result.outcome === 'succeeded' && step.verify) result = await verifyStep(context, owned, step, result);
  return [judgeOutcome(context, owned, step, attempt, result)];
}

/** After a lost lease or at shutdown nothing is written: the next owner finds the attempt under way and settles it. */
function abandonUnlessCancelled(owned: OwnedRun, result: StepResult): void {
  if (result.outcome === 'cancelled' && owned.stop.signal.reason !== 'cancel') throw runLost(owned.claim.run.id);
}

function judgeOutcome(
  context: WorkerContext,
  owned: OwnedRun,
  step: PlannedStep,
  attempt: { n: number; token: string },
  result: StepResult,
): StepTransition {
  const at = context.clock.now();
  const ended = { ...attempt, exitCode: result.exitCode };
  const { reason } = result;
  switch (result.outcome) {
    case 'succeeded':
      return moveStep(owned, step, 'succeeded', {
        at,
        kind: 'step.succeeded',
        reason,
        attempt: { ...ended, status: 'succeeded' },
        outputs: keepOutputs(context, owned, step, result.outputs),
      });
    case 'cancelled':
      return moveStep(owned, step, 'cancelled', {
        at,
        kind: 'step.cancelled',
        reason: reason ?? 'ended while under way',
        attempt: { ...ended, status: 'cancelled' },
      });
    default: {
      const repeatable = step.idempotent || step.risk === 'read' || step.risk === 'check';
      if (result.uncertain && !repeatable) {
        return moveStep(owned, step, 'in-doubt', {
          at,
          kind: 'step.in-doubt',
          reason,
          attempt: { ...ended, status: 'in-doubt' },
        });
      }
      const retry = attempt.n < step.retry.attempts;
      return retry
        ? moveStep(owned, step, 'pending', {
            at,
            kind: 'step.retrying',
            reason,
            attempt: { ...ended, status: 'failed' },
          })
        : moveStep(owned, step, 'failed', { at, kind: 'step.failed', reason, attempt: { ...ended, status: 'failed' } });
    }
  }
}

/**
 * Takes up what a step hands on. Values that are secret by their name, or hold one of the run's secrets, are sealed for
 * the database.
 */
function keepOutputs(
  context: WorkerContext,
  owned: OwnedRun,
  step: PlannedStep,
  outputs: Readonly<Record<string, string>> = {},
): StepOutputs | null {
  const entries = Object.entries(outputs);
  if (entries.length === 0) return null;
  const isSecret = ([name, value]: [string, string]) =>
    isSecretName(name) || owned.secrets.some((secret) => secret.length > 0 && value.includes(secret));
  const sealed = Object.fromEntries(entries.filter((entry) => isSecret(entry) && entry[1] !== ''));
  const open = Object.fromEntries(entries.filter((entry) => !isSecret(entry)));
  takeOutputs(owned, step.id, open, sealed);
  const hasSealed = Object.keys(sealed).length > 0;
  return { open, sealed: hasSealed ? context.sealSecrets(sealed, owned.claim.run.id) : null };
}

/** Runs a verify or rollback step, which has attempts of its own, to its end. */
async function runHelper(
  context: WorkerContext,
  owned: OwnedRun,
  helper: PlannedStep,
  before: readonly StepTransition[] = [],
): Promise<{ succeeded: boolean; reason: string | null }> {
  const attempt = { n: (owned.steps.get(helper.id)?.attempts ?? 0) + 1, token: createToken() };
  await context.transitions.advance([
    ...before,
    moveStep(owned, helper, 'running', {
      at: context.clock.now(),
      kind: 'step.started',
      attempt: { ...attempt, status: 'running' },
    }),
  ]);
  const result = await runAttempt(context, owned, helper, attempt);
  abandonUnlessCancelled(owned, result);
  await context.transitions.advance([
    judgeOutcome(context, owned, { ...helper, retry: { attempts: 1, delayMs: 0 } }, attempt, result),
  ]);
  return { succeeded: result.outcome === 'succeeded', reason: result.reason };
}

async function verifyStep(
  context: WorkerContext,
  owned: OwnedRun,
  step: PlannedStep,
  result: StepResult,
): Promise<StepResult> {
  const helper = step.verify ? findStep(owned, step.verify) : undefined;
  if (!helper) return result;
  const verdict = await runHelper(context, owned, helper);
  if (verdict.succeeded) return result;
  return {
    ...result,
    outcome: 'failed',
    reason: `it ran, but "${helper.title}" failed${verdict.reason ? `: ${verdict.reason}` : ''}`,
  };
}

async function rollBackStep(
  context: WorkerContext,
  owned: OwnedRun,
  step: PlannedStep,
  helper: PlannedStep,
): Promise<void> {
  // The undo's beginning and its helper's commit together: a step found `rolling-back` with a helper that succeeded was
  // undone by that very helper (before a crash, or by a person's word), not by an undo of another step.
  const begun = statusOf(owned, step.id) === 'rolling-back';
  const verdict =
    begun && statusOf(owned, helper.id) === 'succeeded'
      ? { succeeded: true, reason: null }
      : await runHelper(
          context,
          owned,
          helper,
          begun
            ? []
            : [
                moveStep(owned, step, 'rolling-back', {
                  at: context.clock.now(),
                  kind: 'step.decided',
                  actor: 'system',
                  reason: `undoing it with "${helper.title}"`,
                }),
              ],
        );
  if (statusOf(owned, helper.id) === 'in-doubt') return;
  await context.transitions.advance([
    moveStep(owned, step, verdict.succeeded ? 'rolled-back' : 'rollback-failed', {
      at: context.clock.now(),
      kind: verdict.succeeded ? 'step.rolled-back' : 'step.rollback-failed',
      actor: 'system',
      reason: verdict.reason,
    }),
  ]);
}
