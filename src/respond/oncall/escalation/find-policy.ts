import type { CalendarSpec, PolicySpec } from '../../../contract/oncall.ts';
import type { Queryable } from '../../../platform/db/database.ts';
import { HoldfastError } from '../../../platform/errors/holdfast-error.ts';
import type { SeverityScheme } from '../../incidents/index.ts';
import { findDefinition } from '../definitions/definition-store.ts';
import { defaultCalendar } from '../schedules/business-time.ts';
import { SHIPPED_POLICIES } from './shipped-policies.ts';

/** A policy by name: what somebody wrote, else what ships (version 0). */
export async function findPolicy(db: Queryable, name: string): Promise<{ spec: PolicySpec; version: number } | null> {
  const written = await findDefinition(db, 'policy', name);
  if (written) return { spec: written.spec, version: written.version };
  const shipped = Object.hasOwn(SHIPPED_POLICIES, name) ? SHIPPED_POLICIES[name] : undefined;
  return shipped ? { spec: shipped, version: 0 } : null;
}

/** @throws HoldfastError missing `policy.missing` */
export async function requirePolicy(db: Queryable, name: string): Promise<{ spec: PolicySpec; version: number }> {
  const found = await findPolicy(db, name);
  if (found) return found;
  throw new HoldfastError({
    code: 'policy.missing',
    kind: 'missing',
    message: `there is no escalation policy "${name}"`,
    hint: '`holdfast oncall policies` lists them.',
  });
}

/** The calendar response times count in: that of the scheme, of the team, the one called `default`, or nine to five. */
export async function calendarOf(
  db: Queryable,
  of: { scheme: Pick<SeverityScheme, 'calendar'>; team: string | null },
  timezone: string,
): Promise<CalendarSpec> {
  const team = of.team === null || of.scheme.calendar !== null ? null : await findDefinition(db, 'team', of.team);
  const found = await findDefinition(db, 'calendar', of.scheme.calendar ?? team?.spec.calendar ?? 'default');
  return found?.spec ?? defaultCalendar(timezone);
}
