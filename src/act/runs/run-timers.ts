import { sql } from 'kysely';
import type { TimerHandler } from '../../platform/timers/timer-service.ts';
import { APPROVAL_TIMER, lockApproval, publishApproval, settleApproval } from './approval-store.ts';
import { lockRun, setRunStatus, setStepStatus } from './change-run.ts';
import { STEP_TIMER } from './release-run.ts';

/** What due timers do to runs. Times are those the timers were due at: a late timer does not change the record. */
export const RUN_TIMERS: Readonly<Record<string, TimerHandler>> = {
  [STEP_TIMER]: async (tx, timer) => {
    // Ids of steps that came with another runbook have slashes of their own.
    const slash = timer.subject.indexOf('/');
    const [runId, stepId] = [timer.subject.slice(0, slash), timer.subject.slice(slash + 1)];
    if (slash < 1) return;
    const { run, steps } = await lockRun(tx, runId);
    if (run.waitingFor !== 'wait') return;
    const told = { at: timer.dueAt, actor: 'system' };
    // A step that waits is over now; one that is pending waited to be tried again.
    const over = await setStepStatus(
      tx,
      run,
      { id: stepId, from: 'waiting', to: 'succeeded', event: 'step.succeeded' },
      told,
    );
    const triedAgain = !over && !steps.some((step) => step.status === 'waiting');
    if (run.status === 'waiting' && (over || triedAgain))
      await setRunStatus(tx, run, { status: 'queued', event: null }, told);
  },
  [APPROVAL_TIMER]: async (tx, timer) => {
    const found = await sql<{
      runId: string;
    }>`select run_id as "runId" from approvals where id = ${timer.subject}`.execute(tx);
    const runId = found.rows[0]?.runId;
    if (!runId) return;
    const { run } = await lockRun(tx, runId);
    const approval = await lockApproval(tx, timer.subject);
    if (!approval || !(await settleApproval(tx, timer.subject, 'expired'))) return;
    const told = { at: timer.dueAt, actor: 'system' };
    await publishApproval(tx, 'approval.expired', approval, told);
    await sql`update run_steps set status = 'pending' where run_id = ${runId} and id = ${approval.stepId} and status = 'waiting'`.execute(
      tx,
    );
    if (run.status === 'waiting') {
      await setRunStatus(
        tx,
        run,
        { status: 'paused', reason: 'its approval expired; resume it to ask again', event: 'run.paused' },
        told,
      );
    }
  },
};
