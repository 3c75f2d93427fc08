import { sql } from 'kysely';
import type { FiredStep } from '../../../contract/escalation.ts';
import { isConnectionLoss, type Queryable, type Tx } from '../../../platform/db/database.ts';
import { createId } from '../../../platform/identity/prefixed-id.ts';
import type { EscalationCause, EscalationMove, EscalationSnapshot } from './escalation-moves.ts';

export type EscalationRow = {
  id: string;
  incidentId: string;
  policy: string;
  policyVersion: number;
  snapshot: EscalationSnapshot;
  startedAt: Date;
  endedAt: Date | null;
  endedBecause: string | null;
};
export type StepTold = Pick<FiredStep, 'paged' | 'asked' | 'missing'>;
export type FiredStepRow = {
  round: number;
  step: number;
  cause: EscalationCause;
  dueAt: Date;
  firedAt: Date;
  told: StepTold;
};

const COLUMNS = sql.raw(`id, incident_id as "incidentId", policy, policy_version as "policyVersion", snapshot,
  started_at as "startedAt", ended_at as "endedAt", ended_because as "endedBecause"`);

export async function insertEscalation(
  tx: Tx,
  escalation: { incidentId: string; policy: string; policyVersion: number; snapshot: EscalationSnapshot; at: Date },
): Promise<EscalationRow> {
  const rows = await sql<EscalationRow>`
    insert into escalations (id, incident_id, policy, policy_version, snapshot, started_at)
    values (${createId('esc', escalation.at.getTime())}, ${escalation.incidentId}, ${escalation.policy}, ${escalation.policyVersion},
            ${JSON.stringify(escalation.snapshot)}::jsonb, ${escalation.at})
    returning ${COLUMNS}`.execute(tx);
  return rows.rows[0]!;
}

/** Locks the running escalation of an incident that the caller has locked. */
export async function lockRunning(tx: Tx, incidentId: string): Promise<EscalationRow | null> {
  const rows = await sql<EscalationRow>`
    select ${COLUMNS} from escalations where incident_id = ${incidentId} and ended_at is null for update`.execute(tx);
  return rows.rows[0] ?? null;
}

/** All of an incident, oldest first. */
export async function listEscalations(db: Queryable, incidentId: string): Promise<EscalationRow[]> {
  const rows = await sql<EscalationRow>`
    select ${COLUMNS} from escalations where incident_id = ${incidentId} order by id`.execute(db);
  return rows.rows;
}

export async function endEscalation(tx: Tx, id: string, ended: { at: Date; because: string }): Promise<void> {
  await sql`update escalations set ended_at = ${ended.at}, ended_because = ${ended.because} where id = ${id}`.execute(
    tx,
  );
}

export async function listFiredSteps(db: Queryable, escalationId: string): Promise<FiredStepRow[]> {
  const rows = await sql<FiredStepRow>`
    select round, step, cause, due_at as "dueAt", fired_at as "firedAt", told from escalation_steps
    where escalation_id = ${escalationId} order by fired_at, round, step`.execute(db);
  return rows.rows;
}

/** @returns false when it has fired already */
export async function recordFired(
  tx: Tx,
  escalationId: string,
  move: EscalationMove,
  fired: { at: Date; told: StepTold },
): Promise<boolean> {
  const rows = await sql`
    insert into escalation_steps (escalation_id, round, step, cause, due_at, fired_at, told)
    values (${escalationId}, ${move.round}, ${move.step}, ${move.cause}, ${move.dueAt}, ${fired.at}, ${JSON.stringify(fired.told)}::jsonb)
    on conflict do nothing`.execute(tx);
  return rows.numAffectedRows === 1n;
}

/** Runs `work` so that its failure takes back only what it did itself. @throws what `work` throws */
export async function undoable<Result>(tx: Tx, work: () => Promise<Result>): Promise<Result> {
  await sql`savepoint undoable`.execute(tx);
  try {
    const result = await work();
    await sql`release savepoint undoable`.execute(tx);
    return result;
  } catch (thrown) {
    if (!isConnectionLoss(thrown)) await sql`rollback to savepoint undoable`.execute(tx);
    throw thrown;
  }
}
