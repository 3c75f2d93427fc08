import { sql } from 'kysely';
import type { SeverityRank } from '../../contract/common.ts';
import type { IncidentStatus, IncidentSummary, TimelineEntry } from '../../contract/incident.ts';
import type { Queryable, Tx } from '../../platform/db/database.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import { publish } from '../../platform/events/publish.ts';
import { createId } from '../../platform/identity/prefixed-id.ts';
import { findShippedScheme, levelOf, type SchemeContent, type SeverityScheme, schemeOf } from './severity-schemes.ts';

export type IncidentRow = {
  id: string;
  number: string;
  title: string;
  status: IncidentStatus;
  severity: SeverityRank;
  scheme: string;
  /** What the scheme said when the incident opened; null for one that ships. */
  keptScheme: SchemeContent | null;
  cause: string | null;
  openedAt: Date;
  acknowledgedAt: Date | null;
  acknowledgedBy: string | null;
  resolvedAt: Date | null;
  /** When somebody must have responded; null where nothing is promised. */
  respondBy: Date | null;
  roles: Record<string, string>;
  /** The incident it became part of. */
  mergedInto: string | null;
};

const COLUMNS = sql.raw(`
  id, number, title, status, severity, scheme, kept_scheme as "keptScheme", cause, opened_at as "openedAt", acknowledged_at as "acknowledgedAt",
  acknowledged_by as "acknowledgedBy", resolved_at as "resolvedAt",
  respond_by as "respondBy", roles, merged_into as "mergedInto"`);

/** The row as the wire has it. */
export function toIncidentSummary(row: IncidentRow): IncidentSummary {
  const level = levelOf(schemeOf(row), row.severity);
  return {
    id: row.id,
    number: row.number,
    title: row.title,
    status: row.status,
    severity: {
      rank: row.severity,
      label: level.label,
      scheme: row.scheme,
      respondWithinMs: respondWithinMs(row, level.respondWithinMs),
      resolveWithinMs: level.resolveWithinMs,
      updateEveryMs: level.updateEveryMs,
    },
    openedAt: row.openedAt.toISOString(),
    acknowledgedAt: row.acknowledgedAt?.toISOString() ?? null,
    acknowledgedBy: row.acknowledgedBy,
    resolvedAt: row.resolvedAt?.toISOString() ?? null,
    roles: row.roles,
  };
}

/** By the calendar where the scheme says so: then it differs with each incident. */
function respondWithinMs({ openedAt, respondBy }: IncidentRow, ofLevelMs: number | null): number | null {
  return respondBy ? respondBy.getTime() - openedAt.getTime() : ofLevelMs;
}

export type NewIncident = {
  title: string;
  severity: SeverityRank;
  scheme: SeverityScheme;
  cause: string | null;
  at: Date;
  actor: string;
  text: string;
  /** Of its first timeline entry, and what that refers to; it was opened by itself unless given. */
  kind?: 'incident.opened' | 'incident.split-off';
  ref?: string;
};

/**
 * Opens an incident with the next number of its day, its first timeline entry and its event. The caller made sure that
 * no open one of the same cause exists (`findOpenByCause` in the same transaction).
 */
export async function insertIncident(tx: Tx, incident: NewIncident): Promise<IncidentRow> {
  const day = incident.at.toISOString().slice(0, 10);
  const counted = await sql<{ last: number }>`
    insert into incident_counters (day, last) values (${day}, 1) on conflict (day) do update set last = incident_counters.last + 1 returning last`.execute(
    tx,
  );
  const number = `INC-${day.replaceAll('-', '')}-${String(counted.rows[0]?.last ?? 1).padStart(3, '0')}`;
  const rows = await sql<IncidentRow>`
    insert into incidents (id, number, title, status, severity, scheme, kept_scheme, cause, opened_at)
    values (${createId('inc', incident.at.getTime())}, ${number}, ${incident.title}, 'triage', ${incident.severity}, ${incident.scheme.name},
            ${toKeep(incident.scheme)}::jsonb, ${incident.cause}, ${incident.at})
    returning ${COLUMNS}`.execute(tx);
  const row = rows.rows[0];
  if (!row)
    throw new HoldfastError({ code: 'incident.lost', kind: 'bug', message: `incident ${number} was not written` });
  const { kind = 'incident.opened', at, actor, text, ref = null } = incident;
  await tellIncident(tx, row, { kind, at, actor, text, ref });
  return row;
}

/** One that ships is code and needs no copy. */
function toKeep({ name, calendar, levels }: SeverityScheme): string | null {
  return findShippedScheme(name)?.levels === levels ? null : JSON.stringify({ calendar, levels });
}

/**
 * Locks and returns the open incident of a cause, if there is one.
 * @param which `own`: only the one opened by it. Else also one it leads to since incidents were merged or split.
 */
export async function findOpenByCause(
  tx: Tx,
  cause: string,
  which: 'own' | 'any' = 'any',
): Promise<IncidentRow | null> {
  const own = await sql<IncidentRow>`
    select ${COLUMNS} from incidents where cause = ${cause} and status not in ('resolved', 'closed') for update`.execute(
    tx,
  );
  if (own.rows[0] || which === 'own') return own.rows[0] ?? null;
  // A statement of its own: it sees the merge that the first one may have waited for.
  const led = await sql<IncidentRow>`
    select ${COLUMNS} from incidents
    where id = (select incident_id from incident_causes where cause = ${cause}) and status not in ('resolved', 'closed')
    for update`.execute(tx);
  return led.rows[0] ?? null;
}

/** Locks an incident by id or number. @throws HoldfastError missing `incident.missing` */
export async function lockIncident(tx: Tx, idOrNumber: string): Promise<IncidentRow> {
  const rows =
    await sql<IncidentRow>`select ${COLUMNS} from incidents where id = ${idOrNumber} or number = ${idOrNumber} for update`.execute(
      tx,
    );
  if (rows.rows[0]) return rows.rows[0];
  throw incidentMissing(idOrNumber);
}

/** An incident by id or number. @throws HoldfastError missing `incident.missing` */
export async function readIncidentRow(db: Queryable, idOrNumber: string): Promise<IncidentRow> {
  const rows =
    await sql<IncidentRow>`select ${COLUMNS} from incidents where id = ${idOrNumber} or number = ${idOrNumber}`.execute(
      db,
    );
  if (rows.rows[0]) return rows.rows[0];
  throw incidentMissing(idOrNumber);
}

function incidentMissing(idOrNumber: string): HoldfastError {
  return new HoldfastError({
    code: 'incident.missing',
    kind: 'missing',
    message: `no incident ${idOrNumber}`,
    hint: '`holdfast incident ls` lists the incidents.',
  });
}

/** A page of incidents, newest first. `before` is the last id of the page before. */
export async function listIncidents(
  db: Queryable,
  filter: { open?: boolean | undefined; status?: string | undefined; limit: number; before?: string | undefined },
): Promise<IncidentSummary[]> {
  const rows = await sql<IncidentRow>`
    select ${COLUMNS} from incidents
    where (${filter.status ?? null}::text is null or status = ${filter.status ?? null})
      and (${filter.open ?? null}::boolean is null or (status not in ('resolved', 'closed')) = ${filter.open ?? null})
      and (${filter.before ?? null}::text is null or id < ${filter.before ?? null})
    order by id desc limit ${filter.limit}`.execute(db);
  return rows.rows.map(toIncidentSummary);
}

/** Writes columns of a locked incident. */
export async function updateIncident(
  tx: Tx,
  id: string,
  change: {
    status?: IncidentStatus;
    severity?: SeverityRank;
    acknowledgedAt?: Date;
    acknowledgedBy?: string;
    resolvedAt?: Date | null;
    respondBy?: Date | null;
    roles?: Record<string, string>;
  },
): Promise<IncidentRow> {
  const rows = await sql<IncidentRow>`
    update incidents set status = coalesce(${change.status ?? null}, status), severity = coalesce(${change.severity ?? null}, severity),
      acknowledged_at = coalesce(acknowledged_at, ${change.acknowledgedAt ?? null}), acknowledged_by = coalesce(acknowledged_by, ${change.acknowledgedBy ?? null}),
      resolved_at = case when ${change.resolvedAt !== undefined} then ${change.resolvedAt ?? null}::timestamptz else resolved_at end,
      respond_by = case when ${change.respondBy !== undefined} then ${change.respondBy ?? null}::timestamptz else respond_by end,
      roles = coalesce(${change.roles ? JSON.stringify(change.roles) : null}::jsonb, roles)
    where id = ${id} returning ${COLUMNS}`.execute(tx);
  if (rows.rows[0]) return rows.rows[0];
  throw incidentMissing(id);
}

export type Telling = { kind: string; at: Date; actor: string; text: string; ref?: string | null };

/** Appends to the timeline of a locked incident and publishes the event of the same kind. */
export async function tellIncident(
  tx: Tx,
  incident: Pick<IncidentRow, 'id' | 'number' | 'title'>,
  told: Telling,
): Promise<void> {
  await appendTimeline(tx, incident.id, told);
  await publish(tx, [
    {
      kind: told.kind,
      aggregate: `incident:${incident.id}`,
      at: told.at,
      actor: told.actor,
      body: { incidentId: incident.id, number: incident.number, title: incident.title, text: told.text },
    },
  ]);
}

/** Appends to the timeline without an event of its own. Takes the incident's lock. */
export async function appendTimeline(tx: Tx, incidentId: string, told: Telling): Promise<void> {
  await sql`select id from incidents where id = ${incidentId} for update`.execute(tx);
  await sql`
    insert into timeline_entries (incident_id, seq, at, kind, actor, text, ref)
    select ${incidentId}, coalesce(max(seq), 0) + 1, ${told.at}, ${told.kind}, ${told.actor}, ${told.text}, ${told.ref ?? null}
    from timeline_entries where incident_id = ${incidentId}`.execute(tx);
}

/** The timeline from `after` on, oldest first. */
export async function listTimeline(
  db: Queryable,
  incidentId: string,
  page: { after: number; limit: number },
): Promise<TimelineEntry[]> {
  const rows = await sql<Omit<TimelineEntry, 'at' | 'recordedAt'> & { at: Date; recordedAt: Date }>`
    select seq, at, recorded_at as "recordedAt", kind, actor as by, text, ref from timeline_entries
    where incident_id = ${incidentId} and seq > ${page.after} order by seq limit ${page.limit}`.execute(db);
  return rows.rows.map((row) => ({ ...row, at: row.at.toISOString(), recordedAt: row.recordedAt.toISOString() }));
}
