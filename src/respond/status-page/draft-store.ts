import { sql } from 'kysely';
import type { StatusDraft } from '../../contract/status-page.ts';
import type { Queryable, Tx } from '../../platform/db/database.ts';
import { createId } from '../../platform/identity/prefixed-id.ts';

/** Writes down what the public could be told. @returns false when there is a draft about the incident already */
export async function draftNotice(
  tx: Tx,
  draft: { incidentId: string; name: string; impact: string; message: string; at: Date },
): Promise<boolean> {
  const written = await sql`
    insert into status_drafts (id, incident_id, name, impact, message, created_at)
    values (${createId('dft', draft.at.getTime())}, ${draft.incidentId}, ${draft.name}, ${draft.impact}, ${draft.message},
      ${draft.at})
    on conflict (incident_id) do nothing returning id`.execute(tx);
  return written.rows.length > 0;
}

/** Drafts nobody has looked at, the oldest first. */
export async function listDrafts(db: Queryable): Promise<StatusDraft[]> {
  const { rows } = await sql<Omit<StatusDraft, 'createdAt'> & { createdAt: Date }>`
    select id, incident_id as "incidentId", name, impact, message, created_at as "createdAt"
    from status_drafts order by created_at, id limit 200`.execute(db);
  return rows.map((row) => ({ ...row, createdAt: row.createdAt.toISOString() }));
}

/** The draft was published, or is not wanted. @returns false when there is none of this id */
export async function removeDraft(tx: Tx, id: string): Promise<boolean> {
  const gone = await sql`delete from status_drafts where id = ${id} returning id`.execute(tx);
  return gone.rows.length > 0;
}

/** The public was told of the incident: what was drafted about it is settled. */
export async function settleDraftOf(tx: Tx, incidentId: string): Promise<void> {
  await sql`delete from status_drafts where incident_id = ${incidentId}`.execute(tx);
}
