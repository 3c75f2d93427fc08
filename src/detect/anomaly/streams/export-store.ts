import { sql } from 'kysely';
import type { AnomalyDetail } from '../../../contract/anomaly.ts';
import type { Database, Queryable } from '../../../platform/db/database.ts';
import { readAnomalies } from './anomaly-store.ts';

/** Anomalies that are due to be sent together. */
export type DueExport = { id: string; attempt: number; anomalies: AnomalyDetail[] };

/** Takes what is due, oldest first; what somebody took who is gone since is taken again. @returns null when nothing is */
export async function claimExport(
  database: Database,
  claim: { now: Date; most: number; sendingForMs: number },
): Promise<DueExport | null> {
  const taken = await sql<{ id: string; attempts: number }>`
    update anomaly_exports set attempts = attempts + 1,
      sending_until = clock_timestamp() + make_interval(secs => ${claim.sendingForMs / 1_000})
    where anomaly_id in (
      select anomaly_id from anomaly_exports
      where next_attempt_at <= ${claim.now} and (sending_until is null or sending_until < clock_timestamp())
      order by anomaly_id limit ${claim.most} for update skip locked)
    returning anomaly_id as id, attempts`.execute(database.db);
  const ids = taken.rows.map(({ id }) => id).sort();
  if (ids.length === 0) return null;
  const anomalies = (await readAnomalies(database.db, ids)).map(({ epoch: _epoch, ...anomaly }) => anomaly);
  return { id: ids[0]!, attempt: Math.max(...taken.rows.map(({ attempts }) => attempts)), anomalies };
}

export async function nextExportDue(db: Queryable): Promise<Date | null> {
  const found = await sql<{ due: Date | null }>`
    select min(greatest(next_attempt_at, sending_until)) as due from anomaly_exports`.execute(db);
  return found.rows[0]?.due ?? null;
}

/** The receiver has them. */
export async function endExport(db: Queryable, ids: readonly string[]): Promise<void> {
  await sql`delete from anomaly_exports where anomaly_id = any(${[...ids]}::text[])`.execute(db);
}

/** The receiver does not have them; without a next time they stay where they are, with why. */
export async function delayExport(
  db: Queryable,
  ids: readonly string[],
  trouble: { reason: string; nextAttemptAt: Date | null },
): Promise<void> {
  await sql`
    update anomaly_exports set next_attempt_at = ${trouble.nextAttemptAt}, sending_until = null, reason = ${trouble.reason}
    where anomaly_id = any(${[...ids]}::text[])`.execute(db);
}

/** Anomalies that wait to be sent, and those that were refused. */
export async function countExports(db: Queryable): Promise<{ waiting: number; refused: number }> {
  const found = await sql<{ waiting: number; refused: number }>`
    select count(*) filter (where next_attempt_at is not null) as waiting,
      count(*) filter (where next_attempt_at is null) as refused from anomaly_exports`.execute(db);
  return found.rows[0] ?? { waiting: 0, refused: 0 };
}
