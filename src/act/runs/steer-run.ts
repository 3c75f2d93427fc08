import { sql } from 'kysely';
import type { Tx } from '../../platform/db/database.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import { publish } from '../../platform/events/publish.ts';
import { clearTimer } from '../../platform/timers/timer-service.ts';
import { APPROVAL_TIMER } from './approval-store.ts';
import {
  changeRun,
  type LockedRun,
  type RunCommandDeps,
  runConflict,
  setRunStatus,
  setStepStatus,
} from './change-run.ts';
import { runEventBody } from './claim-store.ts';
import { STEP_TIMER } from './release-run.ts';
import { instancesOf } from './step-instances.ts';
import { isEnded } from './transitions.ts';

type By = { actor: string; reason?: string | undefined };

/** Ends a run: at once where no worker has it, else its worker ends the step under way first. */
export async function cancelRun(deps: RunCommandDeps, runId: string, by: By): Promise<void> {
  await changeRun(deps, runId, async (tx, { run }) => {
    const at = deps.clock.now();
    switch (run.status) {
      case 'queued':
      case 'waiting':
      case 'paused':
        await withdrawQuestions(tx, runId);
        await clearStepTimers(tx, runId);
        await sql`update run_steps set status = 'cancelled', ended_at = ${at} where run_id = ${runId} and not helper and status in ('pending', 'waiting', 'running')`.execute(
          tx,
        );
        await setRunStatus(
          tx,
          run,
          { status: 'cancelled', reason: `cancelled by ${by.actor}`, event: 'run.cancelled' },
          { at, actor: by.actor, reason: by.reason ?? null },
        );
        return;
      case 'running':
        await sql`update runs set status = 'cancelling', cancel_requested_by = ${by.actor} where id = ${runId}`.execute(
          tx,
        );
        await publish(tx, [
          {
            kind: 'run.cancelling',
            aggregate: `run:${runId}`,
            actor: by.actor,
            at,
            body: runEventBody(run, by.reason ?? null),
          },
        ]);
        return;
      case 'cancelling':
        return;
      case 'in-doubt':
        throw runConflict(run, 'cancelled', 'Decide the step in doubt first: `holdfast run decide`.');
      default:
        throw runConflict(run, 'cancelled', 'Only a run that has not ended can be cancelled.');
    }
  });
}

/** Lets a run stop at the next border between two steps. */
export async function pauseRun(deps: RunCommandDeps, runId: string, by: By): Promise<void> {
  await changeRun(deps, runId, async (tx, { run }) => {
    const at = deps.clock.now();
    switch (run.status) {
      case 'running':
        // The reason names the person; the worker passes it on when it pauses.
        await sql`update runs set pause_requested = true, reason = ${`paused by ${by.actor}`} where id = ${runId}`.execute(
          tx,
        );
        return;
      case 'queued':
      case 'waiting':
        await setRunStatus(
          tx,
          run,
          { status: 'paused', waitingFor: run.waitingFor, reason: `paused by ${by.actor}`, event: 'run.paused' },
          { at, actor: by.actor },
        );
        return;
      case 'paused':
        return;
      default:
        throw runConflict(run, 'paused', 'Only a run that is queued, running or waiting can be paused.');
    }
  });
}

/** Lets a paused run go on; one that waited still waits for the same. */
export async function resumeRun(deps: RunCommandDeps, runId: string, by: By): Promise<void> {
  await changeRun(deps, runId, async (tx, { run, steps }) => {
    const at = deps.clock.now();
    if (run.status === 'running' && run.pauseRequested) {
      await sql`update runs set pause_requested = false, reason = null where id = ${runId}`.execute(tx);
      return;
    }
    if (run.status !== 'paused') throw runConflict(run, 'resumed', 'Only a paused run can be resumed.');
    const stillAsks = steps.some((step) => step.status === 'waiting');
    await sql`update runs set pause_requested = false where id = ${runId}`.execute(tx);
    // A delay before the next attempt ends with the word to go on.
    if (!stillAsks) await clearStepTimers(tx, runId);
    await setRunStatus(
      tx,
      run,
      { status: stillAsks ? 'waiting' : 'queued', waitingFor: stillAsks ? run.waitingFor : null, event: 'run.resumed' },
      { at, actor: by.actor },
    );
  });
}

/** Skips a step that has not begun, with the reason on record. @throws HoldfastError missing, conflict */
export async function skipStep(
  deps: RunCommandDeps,
  runId: string,
  skip: By & { step: string; reason: string },
): Promise<void> {
  await changeRun(deps, runId, async (tx, locked) => {
    const step = requireStep(locked, skip.step);
    const told = { at: deps.clock.now(), actor: skip.actor, reason: skip.reason };
    if (isEnded(locked.run.status)) throw runConflict(locked.run, 'changed', 'It has ended; start a new one.');
    if (step.helper || (step.status !== 'pending' && step.status !== 'waiting')) {
      throw new HoldfastError({
        code: 'step.conflict',
        kind: 'conflict',
        message: `step ${step.id} is ${step.helper ? 'a helper of other steps' : step.status}: it cannot be skipped`,
        hint: 'Only a step of the plan that has not begun can be skipped.',
      });
    }
    await setStepStatus(tx, locked.run, { id: step.id, from: step.status, to: 'skipped', event: 'step.skipped' }, told);
    const within = locked.run.plan.steps.filter((each) => each.within === step.id).map((each) => each.id);
    await sql`update run_steps set status = 'skipped', skip_reason = ${skip.reason} where run_id = ${runId} and status = 'pending' and id = any(${within}::text[])`.execute(
      tx,
    );
    if (step.status !== 'waiting') return;
    await withdrawQuestions(tx, runId);
    await clearTimer(tx, { kind: STEP_TIMER, subject: `${runId}/${step.id}` });
    if (locked.run.status === 'waiting') await setRunStatus(tx, locked.run, { status: 'queued', event: null }, told);
  });
}

/** Undoes the completed steps of an ended run, last first. */
export async function rollBackRun(deps: RunCommandDeps, runId: string, by: By): Promise<void> {
  await changeRun(deps, runId, async (tx, locked) => {
    const { run } = locked;
    if (!['succeeded', 'failed', 'cancelled', 'rollback-failed'].includes(run.status)) {
      throw runConflict(run, 'rolled back', 'A run is rolled back after it ended, or from a step in doubt.');
    }
    await beginRollback(tx, locked, { at: deps.clock.now(), actor: by.actor, reason: by.reason ?? null });
  });
}

/** Queues the undo of everything that can be undone. @throws HoldfastError conflict `run.irreversible` when nothing can */
export async function beginRollback(
  tx: Tx,
  { run, steps }: LockedRun,
  told: { at: Date; actor: string; reason: string | null },
): Promise<void> {
  // Its command went well and only its verify did not: the effect is there, and stands to be undone like any other.
  const ran = await sql<{ id: string }>`
    select s.id from run_steps s join step_attempts a on a.run_id = s.run_id and a.step_id = s.id and a.n = s.attempts
    where s.run_id = ${run.id} and s.status = 'failed' and not s.helper and a.status = 'failed' and a.exit_code = 0`.execute(
    tx,
  );
  const unverified = new Set(ran.rows.map((row) => row.id));
  const undoable = instancesOf(run.plan, new Map(steps.map((row) => [row.id, row]))).steps.filter(
    (step) =>
      step.rollback !== null &&
      (unverified.has(step.id) ||
        ['succeeded', 'rollback-failed', 'rolling-back'].includes(
          steps.find((row) => row.id === step.id)?.status ?? '',
        )),
  );
  if (undoable.length === 0) {
    throw new HoldfastError({
      code: 'run.irreversible',
      kind: 'conflict',
      message: `run ${run.id} has no completed step that declares a rollback`,
      hint: 'Give steps `rollback=NAME` in the runbook to make them reversible.',
    });
  }
  const standing = undoable.flatMap((step) => (unverified.has(step.id) ? [step.id] : []));
  await sql`update run_steps set status = 'succeeded'
    where run_id = ${run.id} and (status = 'rollback-failed' or id = any(${standing}::text[]))`.execute(tx);
  await sql`update run_steps set status = 'pending' where run_id = ${run.id} and helper and status in ('failed', 'cancelled')`.execute(
    tx,
  );
  await setRunStatus(tx, run, { status: 'rolling-back', event: 'run.rolling-back' }, told);
}

/** The step's row. @throws HoldfastError missing `step.missing` naming the steps there are */
export function requireStep({ run, steps }: LockedRun, id: string): LockedRun['steps'][number] {
  const step = steps.find((row) => row.id === id);
  if (step) return step;
  throw new HoldfastError({
    code: 'step.missing',
    kind: 'missing',
    message: `run ${run.id} has no step "${id}"`,
    hint: `Its steps: ${steps.map((row) => row.id).join(', ')}`,
  });
}

/** Questions to people that nobody needs to answer any more. */
async function withdrawQuestions(tx: Tx, runId: string): Promise<void> {
  await sql`delete from timers t using approvals a
    where t.kind = ${APPROVAL_TIMER} and t.subject = a.id and a.run_id = ${runId} and a.status = 'pending'`.execute(tx);
  await sql`update approvals set status = 'superseded' where run_id = ${runId} and status = 'pending'`.execute(tx);
}

/** Waits and delays of a run that nobody waits for any more. */
async function clearStepTimers(tx: Tx, runId: string): Promise<void> {
  await sql`delete from timers where kind = ${STEP_TIMER} and starts_with(subject, ${`${runId}/`})`.execute(tx);
}
