import { sql } from 'kysely';
import type { Principal } from '../../contract/identity.ts';
import type { Approval } from '../../contract/run.ts';
import type { Tx } from '../../platform/db/database.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import { ruleVote } from './approval-policy.ts';
import { lockApproval, publishApproval, settleApproval, storeVote } from './approval-store.ts';
import { lockRun, type RunCommandDeps, setRunStatus, setStepStatus } from './change-run.ts';

export type Vote = {
  decision: 'approve' | 'reject';
  by: Principal;
  reason?: string | undefined;
  confirm?: string | undefined;
  /** True when no other enabled person could approve. */
  onlyPerson: boolean;
};

/**
 * Counts one person's vote. The last one needed lets the run go on, a rejection fails it.
 * @throws HoldfastError missing, conflict (not pending any more; second confirmation needed), denied (the starter)
 */
export async function voteOnApproval(deps: RunCommandDeps, approvalId: string, vote: Vote): Promise<Approval> {
  const after = await deps.database.transact(async (tx) => {
    const found = await sql<{
      runId: string;
    }>`select run_id as "runId" from approvals where id = ${approvalId}`.execute(tx);
    const runId = found.rows[0]?.runId;
    if (!runId) {
      throw new HoldfastError({
        code: 'approval.missing',
        kind: 'missing',
        message: `no approval ${approvalId}`,
        hint: '`holdfast approval ls` lists those that wait.',
      });
    }
    // The run first: everything that changes a run takes its locks in this order.
    const locked = await lockRun(tx, runId);
    const approval = await lockApproval(tx, approvalId);
    if (approval?.status !== 'pending') {
      throw new HoldfastError({
        code: 'approval.settled',
        kind: 'conflict',
        message: `approval ${approvalId} is ${approval?.status ?? 'gone'}`,
        hint: 'Its run may have asked again: `holdfast approval ls`.',
      });
    }
    const at = deps.clock.now();
    const told = { at, actor: vote.by.actor, reason: vote.reason };
    assertVoteCounts(vote, approval, locked.run.startedByPerson);
    await storeVote(tx, {
      approvalId,
      actor: vote.by.actor,
      person: vote.by.person,
      decision: vote.decision,
      reason: vote.reason ?? null,
      at,
    });
    await publishApproval(tx, 'approval.voted', approval, {
      ...told,
      reason: vote.reason ? `${vote.decision}: ${vote.reason}` : vote.decision,
    });
    if (vote.decision === 'reject') {
      await settleApproval(tx, approvalId, 'rejected');
      await publishApproval(tx, 'approval.rejected', approval, told);
      const reason = `rejected by ${vote.by.actor}${vote.reason ? `: ${vote.reason}` : ''}`;
      await setStepStatus(
        tx,
        locked.run,
        { id: approval.stepId, from: 'waiting', to: 'failed', event: 'step.failed' },
        { at, actor: vote.by.actor, reason },
      );
      await sql`update run_steps set status = 'cancelled' where run_id = ${runId} and not helper and status = 'pending'`.execute(
        tx,
      );
      await setRunStatus(
        tx,
        locked.run,
        { status: 'failed', reason, event: 'run.failed' },
        { at, actor: vote.by.actor },
      );
    } else if ((await countApprovals(tx, approvalId)) >= approval.needed) {
      await settleApproval(tx, approvalId, 'granted');
      await publishApproval(tx, 'approval.granted', approval, told);
      await sql`update run_steps set status = 'pending' where run_id = ${runId} and id = ${approval.stepId} and status = 'waiting'`.execute(
        tx,
      );
      if (locked.run.status === 'waiting')
        await setRunStatus(tx, locked.run, { status: 'queued', event: null }, { at, actor: vote.by.actor });
    }
    return lockApproval(tx, approvalId);
  });
  for (const topic of ['outbox', 'runs'] as const) deps.wakeups.kick(topic);
  if (!after)
    throw new HoldfastError({
      code: 'approval.missing',
      kind: 'bug',
      message: `approval ${approvalId} vanished while it was voted on`,
    });
  return after;
}

async function countApprovals(tx: Tx, approvalId: string): Promise<number> {
  const votes = await sql<{ count: number }>`
    select count(*) as count from approval_votes where approval_id = ${approvalId} and decision = 'approve'`.execute(
    tx,
  );
  return votes.rows[0]?.count ?? 0;
}

function assertVoteCounts(vote: Vote, approval: Approval, startedByPerson: string): void {
  const ruling = ruleVote({
    by: vote.by,
    startedByPerson,
    stepTitle: approval.effect.title,
    confirm: vote.confirm,
    // Rejecting one's own run is always allowed.
    onlyPerson: vote.onlyPerson,
  });
  if (ruling.kind === 'counts' || (vote.decision === 'reject' && ruling.kind !== 'role')) return;
  if (ruling.kind === 'role') {
    throw new HoldfastError({
      code: 'approval.role',
      kind: 'denied',
      message: `${vote.by.name} is ${vote.by.role}: approving takes an approver`,
      hint: 'Ask an approver or an admin.',
    });
  }
  if (ruling.kind === 'starter') {
    throw new HoldfastError({
      code: 'approval.starter',
      kind: 'denied',
      message: `${vote.by.name} started this run and cannot approve its steps`,
      hint: 'Ask another approver.',
    });
  }
  throw new HoldfastError({
    code: 'approval.second-confirmation',
    kind: 'conflict',
    message: 'you started this run and are the only person who could approve it',
    hint: `To go on alone, confirm by sending the step's title: "${ruling.expected}".`,
  });
}
