import { sql } from 'kysely';
import {
  type CalendarSpec,
  calendarSpecSchema,
  type EscalationRoute,
  escalationRouteSchema,
  type PolicySpec,
  policySpecSchema,
  type ScheduleSpec,
  scheduleSpecSchema,
  type TeamSpec,
  teamSpecSchema,
} from '../../../contract/oncall.ts';
import { type SeveritySchemeSpec, severitySchemeSpecSchema } from '../../../contract/severity-scheme.ts';
import type { Queryable, Tx } from '../../../platform/db/database.ts';

/** What on-call is made of, by kind. */
export type DefinitionSpecs = {
  calendar: CalendarSpec;
  scheme: SeveritySchemeSpec;
  team: TeamSpec;
  schedule: ScheduleSpec;
  policy: PolicySpec;
  routes: EscalationRoute[];
};
export type DefinitionKind = keyof DefinitionSpecs;
export type Definition<Kind extends DefinitionKind> = {
  name: string;
  spec: DefinitionSpecs[Kind];
  version: number;
  changedAt: Date;
  changedBy: string;
};

/** There is one list of routes. */
export const ROUTES = 'default';

const SCHEMAS = {
  calendar: calendarSpecSchema,
  scheme: severitySchemeSpecSchema,
  team: teamSpecSchema,
  schedule: scheduleSpecSchema,
  policy: policySpecSchema,
  routes: escalationRouteSchema.array(),
} as const;

const COLUMNS = sql.raw('name, spec, version, changed_at as "changedAt", changed_by as "changedBy"');

/** What an older version wrote is read with the defaults of this one. */
function open<Kind extends DefinitionKind>(kind: Kind, row: Definition<Kind>): Definition<Kind> {
  return { ...row, spec: SCHEMAS[kind].parse(row.spec) as DefinitionSpecs[Kind] };
}

/** All of a kind, by name. */
export async function listDefinitions<Kind extends DefinitionKind>(
  db: Queryable,
  kind: Kind,
): Promise<Definition<Kind>[]> {
  const rows = await sql<Definition<Kind>>`
    select ${COLUMNS} from oncall_definitions where kind = ${kind} order by name`.execute(db);
  return rows.rows.map((row) => open(kind, row));
}

export async function findDefinition<Kind extends DefinitionKind>(
  db: Queryable,
  kind: Kind,
  name: string,
): Promise<Definition<Kind> | null> {
  const rows = await sql<Definition<Kind>>`
    select ${COLUMNS} from oncall_definitions where kind = ${kind} and name = ${name}`.execute(db);
  return rows.rows[0] ? open(kind, rows.rows[0]) : null;
}

/** Locks whatever is defined, so that what refers to each other is changed by one at a time. */
export async function lockDefinitions(tx: Tx): Promise<void> {
  await sql`lock table oncall_definitions in share row exclusive mode`.execute(tx);
}

/** Writes it, new or over the old one; the version counts up. */
export async function putDefinition<Kind extends DefinitionKind>(
  tx: Tx,
  kind: Kind,
  written: { name: string; spec: DefinitionSpecs[Kind]; at: Date; by: string },
): Promise<Definition<Kind>> {
  const rows = await sql<Definition<Kind>>`
    insert into oncall_definitions (kind, name, spec, changed_at, changed_by)
    values (${kind}, ${written.name}, ${JSON.stringify(written.spec)}::jsonb, ${written.at}, ${written.by})
    on conflict (kind, name) do update set spec = excluded.spec, version = oncall_definitions.version + 1,
      changed_at = excluded.changed_at, changed_by = excluded.changed_by
    returning ${COLUMNS}`.execute(tx);
  return open(kind, rows.rows[0]!);
}

/** @returns false when there was none */
export async function deleteDefinition(tx: Tx, kind: DefinitionKind, name: string): Promise<boolean> {
  const rows = await sql`delete from oncall_definitions where kind = ${kind} and name = ${name}`.execute(tx);
  return rows.numAffectedRows === 1n;
}
