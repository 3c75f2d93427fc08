import { sql } from 'kysely';
import type { TimelineEntry } from '../../../contract/incident.ts';
import type { PostmortemBody } from '../../../contract/incident-postmortem.ts';
import type { Queryable, Tx } from '../../../platform/db/database.ts';

/** More entries of one incident than this make no readable story. */
const MOST_ENTRIES = 1_000;

export type PostmortemVersion = { version: number; writtenAt: Date; writtenBy: string };
export type WrittenPostmortem = PostmortemVersion & { body: PostmortemBody };

/** A version, the newest unless one is named. Null: nobody has written it. */
export async function findPostmortem(
  db: Queryable,
  incidentId: string,
  version: number | null = null,
): Promise<WrittenPostmortem | null> {
  const rows = await sql<WrittenPostmortem>`
    select version, written_at as "writtenAt", written_by as "writtenBy", body from postmortem_versions
    where incident_id = ${incidentId} and (${version}::int is null or version = ${version})
    order by version desc limit 1`.execute(db);
  const found = rows.rows[0];
  // What an earlier version wrote names no evidence.
  return found ? { ...found, body: { ...found.body, evidence: found.body.evidence ?? [] } } : null;
}

/** Of an incident the caller has locked. */
export async function insertPostmortem(
  tx: Tx,
  incidentId: string,
  written: { version: number; body: PostmortemBody; at: Date; by: string },
): Promise<void> {
  await sql`
    insert into postmortem_versions (incident_id, version, body, written_at, written_by)
    values (${incidentId}, ${written.version}, ${JSON.stringify(written.body)}::jsonb, ${written.at}, ${written.by})`.execute(
    tx,
  );
}

/** Who wrote it when, newest first. */
export async function listPostmortemVersions(db: Queryable, incidentId: string): Promise<PostmortemVersion[]> {
  const rows = await sql<PostmortemVersion>`
    select version, written_at as "writtenAt", written_by as "writtenBy" from postmortem_versions
    where incident_id = ${incidentId} order by version desc limit 500`.execute(db);
  return rows.rows;
}

/** What of these kinds several incidents tell, as one story, oldest first. */
export async function readStory(
  db: Queryable,
  incidentIds: readonly string[],
  kinds: readonly string[],
): Promise<Pick<TimelineEntry, 'at' | 'kind' | 'text' | 'ref'>[]> {
  const rows = await sql<{ at: Date; kind: string; text: string; ref: string | null }>`
    select at, kind, text, ref from timeline_entries
    where incident_id = any(${incidentIds}::text[]) and kind = any(${kinds}::text[])
    order by at, incident_id, seq limit ${MOST_ENTRIES}`.execute(db);
  return rows.rows.map((row) => ({ ...row, at: row.at.toISOString() }));
}
