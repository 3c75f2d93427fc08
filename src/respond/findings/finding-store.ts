import { sql } from 'kysely';
import type { SeverityRank } from '../../contract/common.ts';
import type { Finding } from '../../contract/finding.ts';
import type { Clock } from '../../platform/clock/clock.ts';
import type { Database, Queryable, Tx } from '../../platform/db/database.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import { publish } from '../../platform/events/publish.ts';
import type { Wakeups } from '../../platform/events/wakeups.ts';
import { createId } from '../../platform/identity/prefixed-id.ts';
import { fingerprintOf } from './fingerprint.ts';

/** Evidence kept with a finding; older entries give way. */
const MOST_EVIDENCE = 20;

type FindingRow = Omit<Finding, 'openedAt' | 'lastSeenAt' | 'fixedAt'> & {
  openedAt: Date;
  lastSeenAt: Date;
  fixedAt: Date | null;
};

const COLUMNS = sql.raw(`
  id, fingerprint, kind, title, severity, status, labels, evidence, opened_at as "openedAt", last_seen_at as "lastSeenAt",
  fixed_at as "fixedAt", occurrences, incident_id as "incidentId", reason`);

function toFinding(row: FindingRow): Finding {
  return {
    ...row,
    openedAt: row.openedAt.toISOString(),
    lastSeenAt: row.lastSeenAt.toISOString(),
    fixedAt: row.fixedAt?.toISOString() ?? null,
  };
}

export type Observation = {
  kind: Finding['kind'];
  /** What identifies the cause: these make the fingerprint. */
  identity: Readonly<Record<string, string>>;
  labels: Readonly<Record<string, string>>;
  title: string;
  severity: SeverityRank;
  text: string;
  at: Date;
};

/** What became of an observation: a new finding, or one more sighting of a known one. */
export type Sighting = { kind: 'opened' | 'seen-again'; finding: Finding };

/** Opens a finding, or counts one more sighting of the one that is not fixed yet. Muted and accepted ones stay quiet. */
export async function observeFinding(tx: Tx, observed: Observation): Promise<Sighting> {
  const fingerprint = fingerprintOf(observed.kind, observed.identity);
  const evidence = JSON.stringify([{ at: observed.at.toISOString(), text: observed.text }]);
  const rows = await sql<FindingRow & { inserted: boolean }>`
    insert into findings (id, fingerprint, kind, title, severity, status, labels, evidence, opened_at, last_seen_at)
    values (${createId('fnd', observed.at.getTime())}, ${fingerprint}, ${observed.kind}, ${observed.title}, ${observed.severity}, 'open',
            ${JSON.stringify({ ...observed.labels, ...observed.identity })}::jsonb, ${evidence}::jsonb, ${observed.at}, ${observed.at})
    on conflict (fingerprint) where status <> 'fixed' do update set
      occurrences = findings.occurrences + 1, last_seen_at = excluded.last_seen_at, severity = excluded.severity, title = excluded.title,
      evidence = (select jsonb_agg(e order by n) from
        (select e, n from jsonb_array_elements(excluded.evidence || findings.evidence) with ordinality as x(e, n) limit ${MOST_EVIDENCE}) kept)
    returning ${COLUMNS}, (xmax = 0) as inserted`.execute(tx);
  const row = rows.rows[0];
  if (!row)
    throw new HoldfastError({ code: 'finding.lost', kind: 'bug', message: `finding ${fingerprint} was not written` });
  const { inserted, ...rest } = row;
  const finding = toFinding(rest);
  await publishFinding(tx, inserted ? 'finding.opened' : 'finding.updated', finding, {
    at: observed.at,
    actor: 'system',
  });
  return { kind: inserted ? 'opened' : 'seen-again', finding };
}

/** Closes the finding of this cause, if one is open: what was wrong is right again. */
export async function fixFinding(
  tx: Tx,
  fixed: { kind: Finding['kind']; identity: Readonly<Record<string, string>>; text: string; at: Date },
): Promise<Finding | null> {
  const evidence = JSON.stringify([{ at: fixed.at.toISOString(), text: fixed.text }]);
  const rows = await sql<FindingRow>`
    update findings set status = 'fixed', fixed_at = ${fixed.at}, last_seen_at = ${fixed.at}, evidence = ${evidence}::jsonb || evidence
    where fingerprint = ${fingerprintOf(fixed.kind, fixed.identity)} and status <> 'fixed' returning ${COLUMNS}`.execute(
    tx,
  );
  const row = rows.rows[0];
  if (!row) return null;
  const finding = toFinding(row);
  await publishFinding(tx, 'finding.fixed', finding, { at: fixed.at, actor: 'system' });
  return finding;
}

async function publishFinding(
  tx: Tx,
  kind: string,
  finding: Finding,
  told: { at: Date; actor: string },
): Promise<void> {
  await publish(tx, [
    {
      kind,
      aggregate: `finding:${finding.id}`,
      at: told.at,
      actor: told.actor,
      body: {
        findingId: finding.id,
        fingerprint: finding.fingerprint,
        severity: finding.severity,
        title: finding.title,
        labels: finding.labels,
      },
    },
  ]);
}

/**
 * A person mutes, accepts or reopens a finding, with a reason on record.
 * @throws HoldfastError missing, conflict when it is fixed already
 */
export async function changeFinding(
  deps: { database: Database; clock: Clock; wakeups: Pick<Wakeups, 'kick'> },
  id: string,
  change: { status: 'open' | 'muted' | 'accepted'; reason: string; actor: string },
): Promise<Finding> {
  const finding = await deps.database.transact(async (tx) => {
    const rows = await sql<FindingRow>`
      update findings set status = ${change.status}, reason = ${change.reason} where id = ${id} and status <> 'fixed' returning ${COLUMNS}`.execute(
      tx,
    );
    const row = rows.rows[0];
    if (!row) {
      await readFinding(tx, id);
      throw new HoldfastError({
        code: 'finding.fixed',
        kind: 'conflict',
        message: `finding ${id} is fixed`,
        hint: 'A fixed finding stays as it is; the same cause opens a new one.',
      });
    }
    const changed = toFinding(row);
    await publishFinding(tx, change.status === 'open' ? 'finding.reopened' : `finding.${change.status}`, changed, {
      at: deps.clock.now(),
      actor: change.actor,
    });
    return changed;
  });
  deps.wakeups.kick('outbox');
  return finding;
}

/** One finding. @throws HoldfastError missing `finding.missing` */
export async function readFinding(db: Queryable, id: string): Promise<Finding> {
  const rows = await sql<FindingRow>`select ${COLUMNS} from findings where id = ${id}`.execute(db);
  if (rows.rows[0]) return toFinding(rows.rows[0]);
  throw new HoldfastError({
    code: 'finding.missing',
    kind: 'missing',
    message: `no finding ${id}`,
    hint: '`holdfast finding ls` lists the findings.',
  });
}

/** A page of findings, newest first. `before` is the last id of the page before. */
export async function listFindings(
  db: Queryable,
  filter: { status?: string | undefined; severity?: number | undefined; limit: number; before?: string | undefined },
): Promise<Finding[]> {
  const rows = await sql<FindingRow>`
    select ${COLUMNS} from findings
    where (${filter.status ?? null}::text is null or status = ${filter.status ?? null})
      and (${filter.severity ?? null}::int is null or severity <= ${filter.severity ?? null})
      and (${filter.before ?? null}::text is null or id < ${filter.before ?? null})
    order by id desc limit ${filter.limit}`.execute(db);
  return rows.rows.map(toFinding);
}

/** The findings an incident is about. */
export async function listFindingsOfIncident(db: Queryable, incidentId: string): Promise<Finding[]> {
  const rows =
    await sql<FindingRow>`select ${COLUMNS} from findings where incident_id = ${incidentId} order by opened_at`.execute(
      db,
    );
  return rows.rows.map(toFinding);
}

/** Findings of other incidents, or of none, that were open at some moment between two, newest first. */
export async function listFindingsAround(
  db: Queryable,
  around: { from: Date; to: Date; besides: string; most: number },
): Promise<Finding[]> {
  const rows = await sql<FindingRow>`
    select ${COLUMNS} from findings
    where opened_at < ${around.to} and (fixed_at is null or fixed_at >= ${around.from})
      and incident_id is distinct from ${around.besides}
    order by opened_at desc, id desc limit ${around.most}`.execute(db);
  return rows.rows.map(toFinding);
}

/** Makes a finding part of an incident. */
export async function attachFinding(tx: Tx, findingId: string, incidentId: string): Promise<void> {
  await sql`update findings set incident_id = ${incidentId} where id = ${findingId}`.execute(tx);
}
