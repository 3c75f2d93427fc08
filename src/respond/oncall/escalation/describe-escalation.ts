import type { Escalation } from '../../../contract/escalation.ts';
import type { Queryable } from '../../../platform/db/database.ts';
import { readIncidentRow } from '../../incidents/index.ts';
import { type EscalationMove, movesToCome } from './escalation-moves.ts';
import { type EscalationRow, listEscalations, listFiredSteps } from './escalation-store.ts';

/** Every escalation of an incident: what fired, and what will if nothing changes. */
export async function readEscalations(db: Queryable, idOrNumber: string): Promise<Escalation[]> {
  const incident = await readIncidentRow(db, idOrNumber);
  const over = incident.status === 'resolved' || incident.status === 'closed';
  const described: Escalation[] = [];
  for (const row of await listEscalations(db, incident.id)) {
    const fired = await listFiredSteps(db, row.id);
    const toCome = movesToCome(row.snapshot, {
      startedAt: row.startedAt,
      severity: incident.severity,
      acknowledged: incident.acknowledgedAt !== null,
      over: over || row.endedAt !== null,
      fired,
    });
    described.push({
      id: row.id,
      incidentId: row.incidentId,
      policy: row.policy,
      policyVersion: row.policyVersion,
      team: row.snapshot.team,
      startedAt: row.startedAt.toISOString(),
      endedAt: row.endedAt?.toISOString() ?? null,
      endedBecause: row.endedBecause,
      fired: fired.map(({ firedAt, told, ...move }) => ({
        ...describeMove(row, move),
        firedAt: firedAt.toISOString(),
        ...told,
      })),
      toCome: toCome.map((move) => describeMove(row, move)),
      snapshot: row.snapshot.policy,
    });
  }
  return described;
}

function describeMove(row: EscalationRow, { round, step, cause, dueAt }: EscalationMove) {
  return { round, step, name: row.snapshot.policy.steps[step]?.name ?? '', cause, dueAt: dueAt.toISOString() };
}
