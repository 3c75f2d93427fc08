import { hasVerifiedRun } from '../act/runs/index.ts';
import type { Incident } from '../contract/incident.ts';
import type { Database } from '../platform/db/database.ts';
import { HoldfastError } from '../platform/errors/holdfast-error.ts';
import {
  INCIDENT_TRANSITIONS,
  type IncidentRow,
  phaseOf,
  resolveBlockers,
  toIncidentSummary,
} from '../respond/incidents/index.ts';

/** Newest runs shown with an incident. */
const MOST_RUNS_SHOWN = 50;

const time = (column: string) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/**
 * One incident with its findings, runs and pages in a single round trip: the page that is opened most when it matters
 * most. It reads across the stages, which is why it belongs to none of them.
 */
const DETAIL = {
  name: 'incident-detail',
  text: `
    with recursive this as (select * from incidents where id = $1 or number = $1),
    merged as (
      select i.id, i.number, i.title from incidents i join this on i.merged_into = this.id
      union all
      select i.id, i.number, i.title from incidents i join merged m on i.merged_into = m.id)
    select i.id, i.number, i.title, i.status, i.severity, i.scheme, i.kept_scheme as "keptScheme", i.cause, i.opened_at as "openedAt",
      i.acknowledged_at as "acknowledgedAt", i.acknowledged_by as "acknowledgedBy", i.resolved_at as "resolvedAt",
      i.respond_by as "respondBy", i.roles, i.merged_into as "mergedInto",
      (select jsonb_build_object('id', o.id, 'number', o.number, 'title', o.title) from incidents o where o.id = i.merged_into) as "partOf",
      (select coalesce(jsonb_agg(jsonb_build_object('id', m.id, 'number', m.number, 'title', m.title) order by m.id), '[]') from merged m) as merged,
      (select coalesce(jsonb_agg(jsonb_build_object(
          'id', f.id, 'fingerprint', f.fingerprint, 'kind', f.kind, 'title', f.title, 'severity', f.severity, 'status', f.status,
          'labels', f.labels, 'evidence', f.evidence, 'openedAt', ${time('f.opened_at')}, 'lastSeenAt', ${time('f.last_seen_at')},
          'fixedAt', ${time('f.fixed_at')}, 'occurrences', f.occurrences, 'incidentId', f.incident_id, 'reason', f.reason)
          order by f.opened_at), '[]') from findings f where f.incident_id = i.id) as findings,
      (select coalesce(jsonb_agg(jsonb_build_object(
          'id', r.id, 'runbook', r.runbook, 'procedure', r.procedure, 'title', r.title, 'planHash', r.plan_hash, 'status', r.status,
          'incidentId', r.incident_id, 'startedBy', r.started_by, 'automatic', r.automatic, 'dryRun', r.dry_run, 'environment', r.environment, 'createdAt', ${time('r.created_at')},
          'startedAt', ${time('r.started_at')}, 'endedAt', ${time('r.ended_at')}, 'worker', r.worker_id,
          'waitingFor', r.waiting_for, 'reason', r.reason) order by r.id desc), '[]')
        from (select * from runs where incident_id = i.id order by id desc limit ${MOST_RUNS_SHOWN}) r) as runs,
      (select coalesce(jsonb_agg(jsonb_build_object(
          'id', p.id, 'incidentId', p.incident_id, 'to', p.recipient, 'channel', p.channel, 'state', p.state,
          'at', ${time('p.changed_at')}, 'attempts', p.attempts, 'reason', p.reason) order by p.queued_at, p.id), '[]')
        from pages p where p.incident_id = any(array(select id from merged) || i.id)) as pages
    from this i`,
};

type DetailRow = IncidentRow &
  Pick<Incident, 'findings' | 'runs' | 'pages' | 'merged'> & { partOf: Incident['mergedInto'] };

/** An incident by id or number. @throws HoldfastError missing `incident.missing` */
export async function readIncidentDetail(database: Database, idOrNumber: string, now: Date): Promise<Incident> {
  const result = await database.pool.query<DetailRow>({ ...DETAIL, values: [idOrNumber] });
  const row = result.rows[0];
  if (!row) {
    throw new HoldfastError({
      code: 'incident.missing',
      kind: 'missing',
      message: `no incident ${idOrNumber}`,
      hint: '`holdfast incident ls` lists the incidents.',
    });
  }
  const { findings, runs, pages, merged, partOf } = row;
  const blockersIf = (verifiedByRun: boolean) => resolveBlockers({ findings, runs, verifiedByRun });
  // A run's check is only looked for where it would make the difference.
  let blockers = blockersIf(false);
  if (blockers.length > 0 && runs.some((run) => run.status === 'succeeded'))
    blockers = blockersIf(await hasVerifiedRun(database.db, row.id));
  return {
    ...toIncidentSummary(row),
    findings,
    runs,
    pages,
    resolveBlockers: blockers,
    nextStatuses: [...INCIDENT_TRANSITIONS[row.status]],
    phase: phaseOf(row, now),
    mergedInto: partOf,
    merged,
  };
}
