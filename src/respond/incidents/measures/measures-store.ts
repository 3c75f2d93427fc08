import { sql } from 'kysely';
import type { Queryable } from '../../../platform/db/database.ts';
import type { MeasuredIncident, SentPage } from './measure-incidents.ts';

type Range = { from: Date; to: Date; most: number };

/** Incidents opened in a time, without those that became part of another. */
export async function listMeasuredIncidents(db: Queryable, range: Range): Promise<MeasuredIncident[]> {
  const rows = await sql<MeasuredIncident>`
    select severity, scheme, kept_scheme as "keptScheme", opened_at as "openedAt", acknowledged_at as "acknowledgedAt", acknowledged_by as "acknowledgedBy",
      resolved_at as "resolvedAt", status in ('resolved', 'closed') as over, respond_by as "respondBy"
    from incidents where opened_at >= ${range.from} and opened_at < ${range.to} and merged_into is null
    order by opened_at limit ${range.most}`.execute(db);
  return rows.rows;
}

/** Pages of a time that left, whatever became of them then. */
export async function listSentPages(db: Queryable, range: Range): Promise<SentPage[]> {
  const rows = await sql<SentPage>`
    select incident_id as "incidentId", recipient, queued_at as at from pages
    where queued_at >= ${range.from} and queued_at < ${range.to}
      and state in ('sent', 'uncertain', 'delivered', 'acked') and attempts > 0
    order by queued_at limit ${range.most}`.execute(db);
  return rows.rows;
}
