import { sql } from 'kysely';
import type { Approval } from '../../contract/run.ts';
import type { Queryable, Tx } from '../../platform/db/database.ts';
import { type PublishedEvent, publish } from '../../platform/events/publish.ts';
import { createId } from '../../platform/identity/prefixed-id.ts';
import { clearTimer, setTimer } from '../../platform/timers/timer-service.ts';
import type { Effect } from './resolve-effect.ts';

/** A pending approval ends after this long; the run is then paused and asks again when resumed. */
export const APPROVAL_EXPIRES_MS = 24 * 60 * 60 * 1_000;
export const APPROVAL_TIMER = 'approval-expiry';

type ApprovalRow = Omit<Approval, 'requestedAt' | 'expiresAt' | 'votes'> & {
  requestedAt: Date;
  expiresAt: Date;
  votes: { by: string; decision: 'approve' | 'reject'; at: string; reason: string | null }[];
};

const COLUMNS = sql.raw(`
  a.id, a.run_id as "runId", a.step_id as "stepId", a.status, a.plan_hash as "planHash", a.effect_sha256 as "effectSha256",
  a.effect, a.needed, a.requested_at as "requestedAt", a.expires_at as "expiresAt", r.runbook, r.procedure,
  r.started_by as "startedBy", r.incident_id as "incidentId",
  coalesce((select jsonb_agg(jsonb_build_object('by', v.actor, 'decision', v.decision, 'at', v.at, 'reason', v.reason) order by v.at)
            from approval_votes v where v.approval_id = a.id), '[]') as votes`);

function toApproval(row: ApprovalRow): Approval {
  return {
    ...row,
    requestedAt: row.requestedAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    votes: row.votes.map((vote) => ({ ...vote, at: new Date(vote.at).toISOString() })),
  };
}

/**
 * Asks for approval of exactly this effect; a pending question for another effect of the step is superseded.
 * @returns the event to publish
 */
export async function requestApproval(
  tx: Tx,
  asked: { runId: string; stepId: string; planHash: string; needed: number; at: Date; actor: string } & Effect,
): Promise<PublishedEvent> {
  await sql`update approvals set status = 'superseded' where run_id = ${asked.runId} and step_id = ${asked.stepId} and status = 'pending'`.execute(
    tx,
  );
  const id = createId('apr', asked.at.getTime());
  const expiresAt = new Date(asked.at.getTime() + APPROVAL_EXPIRES_MS);
  await sql`
    insert into approvals (id, run_id, step_id, status, plan_hash, effect_sha256, effect, needed, requested_at, expires_at)
    values (${id}, ${asked.runId}, ${asked.stepId}, 'pending', ${asked.planHash}, ${asked.effectSha256},
            ${JSON.stringify(asked.effect)}::jsonb, ${asked.needed}, ${asked.at}, ${expiresAt})`.execute(tx);
  await setTimer(tx, { kind: APPROVAL_TIMER, subject: id, dueAt: expiresAt });
  return approvalEvent('approval.requested', { id, ...asked }, { at: asked.at, actor: asked.actor });
}

type ApprovalEvent = `approval.${'requested' | 'voted' | 'granted' | 'rejected' | 'expired'}`;
type ApprovalKey = Pick<Approval, 'id' | 'runId' | 'stepId' | 'planHash' | 'effectSha256'>;
type Told = { at: Date; actor: string; reason?: string | undefined };

function approvalEvent(kind: ApprovalEvent, approval: ApprovalKey, told: Told): PublishedEvent {
  return {
    kind,
    aggregate: `approval:${approval.id}`,
    actor: told.actor,
    at: told.at,
    body: {
      approvalId: approval.id,
      runId: approval.runId,
      stepId: approval.stepId,
      planHash: approval.planHash,
      effectSha256: approval.effectSha256,
      ...(told.reason ? { reason: told.reason } : {}),
    },
  };
}

/** Writes an approval's event. */
export async function publishApproval(tx: Tx, kind: ApprovalEvent, approval: ApprovalKey, told: Told): Promise<void> {
  await publish(tx, [approvalEvent(kind, approval, told)]);
}

/** One approval, locked against other votes until the transaction ends; null when there is none of this id. */
export async function lockApproval(tx: Tx, id: string): Promise<Approval | null> {
  await sql`select id from approvals where id = ${id} for update`.execute(tx);
  const rows =
    await sql<ApprovalRow>`select ${COLUMNS} from approvals a join runs r on r.id = a.run_id where a.id = ${id}`.execute(
      tx,
    );
  return rows.rows[0] ? toApproval(rows.rows[0]) : null;
}

/** Ends a pending approval. @returns false when it was not pending any more */
export async function settleApproval(
  tx: Tx,
  id: string,
  status: 'granted' | 'rejected' | 'expired' | 'superseded',
): Promise<boolean> {
  const settled = await sql`update approvals set status = ${status} where id = ${id} and status = 'pending'`.execute(
    tx,
  );
  await clearTimer(tx, { kind: APPROVAL_TIMER, subject: id });
  return settled.numAffectedRows === 1n;
}

/** Stores a vote; a second one of the same person changes the first. */
export async function storeVote(
  tx: Tx,
  vote: {
    approvalId: string;
    actor: string;
    person: string;
    decision: 'approve' | 'reject';
    reason: string | null;
    at: Date;
  },
): Promise<void> {
  await sql`
    insert into approval_votes (approval_id, actor, person, decision, reason, at)
    values (${vote.approvalId}, ${vote.actor}, ${vote.person}, ${vote.decision}, ${vote.reason}, ${vote.at})
    on conflict (approval_id, person) do update set actor = excluded.actor, decision = excluded.decision, reason = excluded.reason, at = excluded.at`.execute(
    tx,
  );
}

/** Effects of a run's steps that were granted. */
export async function readGranted(
  db: Queryable,
  runId: string,
): Promise<{ stepId: string; effectSha256: string; planHash: string }[]> {
  const rows = await sql<{ stepId: string; effectSha256: string; planHash: string }>`
    select step_id as "stepId", effect_sha256 as "effectSha256", plan_hash as "planHash"
    from approvals where run_id = ${runId} and status = 'granted'`.execute(db);
  return rows.rows;
}

/** Approvals of a run, oldest first. */
export async function listApprovalsOfRun(db: Queryable, runId: string): Promise<Approval[]> {
  const rows = await sql<ApprovalRow>`
    select ${COLUMNS} from approvals a join runs r on r.id = a.run_id where a.run_id = ${runId} order by a.requested_at`.execute(
    db,
  );
  return rows.rows.map(toApproval);
}

/** A page of approvals, newest first. */
export async function listApprovals(
  db: Queryable,
  filter: { status?: string | undefined; limit: number; before?: string | undefined },
): Promise<Approval[]> {
  const rows = await sql<ApprovalRow>`
    select ${COLUMNS} from approvals a join runs r on r.id = a.run_id
    where (${filter.status ?? null}::text is null or a.status = ${filter.status ?? null})
      and (${filter.before ?? null}::text is null or a.id < ${filter.before ?? null})
    order by a.id desc limit ${filter.limit}`.execute(db);
  return rows.rows.map(toApproval);
}

/** One approval, or null. */
export async function readApproval(db: Queryable, id: string): Promise<Approval | null> {
  const rows =
    await sql<ApprovalRow>`select ${COLUMNS} from approvals a join runs r on r.id = a.run_id where a.id = ${id}`.execute(
      db,
    );
  return rows.rows[0] ? toApproval(rows.rows[0]) : null;
}
