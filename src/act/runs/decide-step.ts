import { sql } from 'kysely';
import type { DECISIONS } from '../../contract/run.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import { changeRun, type RunCommandDeps, setRunStatus, setStepStatus } from './change-run.ts';
import { beginRollback, requireStep } from './steer-run.ts';

export type StepDecision = { step: string; decision: (typeof DECISIONS)[number]; reason: string; actor: string };

/**
 * A person settles a step in doubt: run it again, take it as done, as failed, or undo what was done before it.
 * @throws HoldfastError conflict when the step is not in doubt
 */
export async function decideStepInDoubt(deps: RunCommandDeps, runId: string, decision: StepDecision): Promise<void> {
  await changeRun(deps, runId, async (tx, locked) => {
    const { run } = locked;
    const row = requireStep(locked, decision.step);
    if (run.status !== 'in-doubt' || row.status !== 'in-doubt') {
      throw new HoldfastError({
        code: 'step.not-in-doubt',
        kind: 'conflict',
        message: `step ${row.id} of run ${runId} is ${row.status}, not in doubt`,
        hint: 'Somebody may have decided already: `holdfast run show` tells.',
      });
    }
    const told = { at: deps.clock.now(), actor: decision.actor, reason: decision.reason };
    const settle = (to: 'pending' | 'succeeded' | 'failed') =>
      setStepStatus(
        tx,
        run,
        { id: row.id, from: 'in-doubt', to, event: 'step.decided' },
        { ...told, reason: `${decision.decision}: ${decision.reason}` },
      );
    const attemptStatus = { retry: 'lost', done: 'succeeded', failed: 'failed', rollback: 'failed' }[decision.decision];
    await sql`update step_attempts set status = ${attemptStatus} where run_id = ${runId} and step_id = ${row.id} and status = 'in-doubt'`.execute(
      tx,
    );
    // An undo in doubt goes on as an undo.
    const undoing = locked.steps.some((step) => step.status === 'rolling-back');
    switch (decision.decision) {
      case 'retry':
      case 'done':
        await settle(decision.decision === 'retry' ? 'pending' : 'succeeded');
        await setRunStatus(
          tx,
          run,
          // Somebody asked to cancel it before the doubt arose: that wish stands.
          { status: undoing ? 'rolling-back' : run.cancelRequestedBy ? 'cancelling' : 'queued', event: 'run.resumed' },
          told,
        );
        return;
      case 'failed':
        await settle('failed');
        await sql`update run_steps set status = 'rollback-failed' where run_id = ${runId} and status = 'rolling-back'`.execute(
          tx,
        );
        await sql`update run_steps set status = case status when 'running' then 'failed' else 'cancelled' end
          where run_id = ${runId} and not helper and status in ('pending', 'running')`.execute(tx);
        await setRunStatus(
          tx,
          run,
          undoing
            ? { status: 'rollback-failed', event: 'run.rollback-failed' }
            : { status: 'failed', event: 'run.failed' },
          told,
        );
        return;
      case 'rollback':
        await settle('failed');
        await beginRollback(tx, locked, told);
    }
  });
}
