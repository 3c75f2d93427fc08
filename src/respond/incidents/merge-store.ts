import { sql } from 'kysely';
import type { Queryable, Tx } from '../../platform/db/database.ts';

/** An incident as another one refers to it. */
type IncidentRef = { id: string; number: string; title: string };

/** Closes a locked incident as part of another; what it was opened by, and led to it, leads to that one from now on. */
export async function recordMerge(
  tx: Tx,
  merged: { id: string; cause: string | null },
  survivorId: string,
): Promise<void> {
  await sql`update incidents set status = 'closed', merged_into = ${survivorId} where id = ${merged.id}`.execute(tx);
  await sql`update incident_causes set incident_id = ${survivorId} where incident_id = ${merged.id}`.execute(tx);
  if (merged.cause !== null) await leadCauseTo(tx, merged.cause, survivorId);
}

/** Later findings of this cause join that incident while it is open. */
export async function leadCauseTo(tx: Tx, cause: string, incidentId: string): Promise<void> {
  await sql`
    insert into incident_causes (cause, incident_id) values (${cause}, ${incidentId})
    on conflict (cause) do update set incident_id = excluded.incident_id`.execute(tx);
}

/** The cause an incident is told apart by. */
export async function changeCause(tx: Tx, incidentId: string, cause: string | null): Promise<void> {
  await sql`update incidents set cause = ${cause} where id = ${incidentId}`.execute(tx);
}

/**
 * Locks an incident and, where it was merged, the one it is part of now, to the end of the chain.
 * @returns the id of the survivor: the same for an incident that was never merged
 */
export async function lockSurvivor(tx: Tx, incidentId: string): Promise<string> {
  for (let id = incidentId; ; ) {
    const rows = await sql<{ mergedInto: string | null }>`
      select merged_into as "mergedInto" from incidents where id = ${id} for update`.execute(tx);
    const next = rows.rows[0]?.mergedInto;
    if (!next) return id;
    id = next;
  }
}

/** Incidents merged into this one, directly or through another, oldest first. */
export async function listMerged(db: Queryable, incidentId: string): Promise<IncidentRef[]> {
  const rows = await sql<IncidentRef>`
    with recursive merged as (
      select id, number, title from incidents where merged_into = ${incidentId}
      union all
      select i.id, i.number, i.title from incidents i join merged m on i.merged_into = m.id)
    select id, number, title from merged order by id`.execute(db);
  return rows.rows;
}
