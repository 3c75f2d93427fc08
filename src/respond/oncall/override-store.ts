import { sql } from 'kysely';
import type { NewOverride, Override } from '../../contract/oncall.ts';
import type { Queryable, Tx } from '../../platform/db/database.ts';
import { createId } from '../../platform/identity/prefixed-id.ts';
import type { OverrideSpan } from './schedules/shifts.ts';

type OverrideRow = Omit<Override, 'start' | 'end' | 'createdAt'> & { start: Date; end: Date; createdAt: Date };

const COLUMNS =
  sql.raw(`id, schedule, user_name as "user", replaces, layer, starts_at as start, ends_at as "end", reason,
  created_by as "createdBy", created_at as "createdAt"`);

function toOverride(row: OverrideRow): Override {
  return {
    ...row,
    start: row.start.toISOString(),
    end: row.end.toISOString(),
    createdAt: row.createdAt.toISOString(),
  };
}

/** As the calculation of shifts takes them. */
export function toSpan(override: Override): OverrideSpan {
  const { id, user, replaces, layer } = override;
  return { id, user, replaces, layer, start: Date.parse(override.start), end: Date.parse(override.end) };
}

/** Overrides of a schedule that touch a time, in the order they were made. */
export async function listOverrides(
  db: Queryable,
  schedule: string,
  range: { from: Date; to: Date | null; limit?: number },
): Promise<Override[]> {
  const rows = await sql<OverrideRow>`
    select ${COLUMNS} from oncall_overrides
    where schedule = ${schedule} and ends_at > ${range.from} and (${range.to}::timestamptz is null or starts_at < ${range.to})
    order by created_at, id limit ${range.limit ?? 10_000}`.execute(db);
  return rows.rows.map(toOverride);
}

/** @param imported.icalUid one that was imported before under this is replaced */
export async function insertOverride(
  tx: Tx,
  schedule: string,
  override: NewOverride,
  made: { at: Date; by: string; icalUid?: string },
): Promise<Override> {
  const rows = await sql<OverrideRow>`
    insert into oncall_overrides (id, schedule, user_name, replaces, layer, starts_at, ends_at, reason, ical_uid, created_by, created_at)
    values (${createId('ovr', made.at.getTime())}, ${schedule}, ${override.user}, ${override.replaces ?? null}, ${override.layer ?? null},
            ${override.start}, ${override.end}, ${override.reason ?? null}, ${made.icalUid ?? null}, ${made.by}, ${made.at})
    on conflict (schedule, ical_uid) where ical_uid is not null do update set user_name = excluded.user_name,
      starts_at = excluded.starts_at, ends_at = excluded.ends_at, reason = excluded.reason
    returning ${COLUMNS}`.execute(tx);
  return toOverride(rows.rows[0]!);
}

/** @returns the one that was removed, or null */
export async function deleteOverride(tx: Tx, schedule: string, id: string): Promise<Override | null> {
  const rows = await sql<OverrideRow>`
    delete from oncall_overrides where schedule = ${schedule} and id = ${id} returning ${COLUMNS}`.execute(tx);
  return rows.rows[0] ? toOverride(rows.rows[0]) : null;
}

/** Takes back what was imported of these series of a calendar and is not part of them any more. */
export async function deleteImported(
  tx: Tx,
  schedule: string,
  gone: { series: readonly string[]; keep: readonly string[]; endingAfter: Date },
): Promise<void> {
  await sql`
    delete from oncall_overrides
    where schedule = ${schedule} and ends_at > ${gone.endingAfter}
      and split_part(ical_uid, chr(10), 1) = any(${gone.series}::text[]) and ical_uid <> all(${gone.keep}::text[])`.execute(
    tx,
  );
}

/** Overrides go with their schedule. */
export async function deleteOverridesOf(tx: Tx, schedule: string): Promise<void> {
  await sql`delete from oncall_overrides where schedule = ${schedule}`.execute(tx);
}
