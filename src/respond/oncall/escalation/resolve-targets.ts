import type { EscalationTarget, ScheduleSpec } from '../../../contract/oncall.ts';
import type { Queryable } from '../../../platform/db/database.ts';
import { findUserByName } from '../../../platform/identity/user-store.ts';
import { findDefinition } from '../definitions/definition-store.ts';
import { listOverrides, toSpan } from '../override-store.ts';
import { explainOnCall } from '../schedules/explain-on-call.ts';
import { type OnCall, whoIsOnCall } from '../schedules/who-is-on-call.ts';

/** Who is meant, this very moment. */
export type FoundTargets = {
  users: { id: string; name: string }[];
  channels: string[];
  /** Targets behind which nobody was found, and why, in words. */
  missing: string[];
};

/** The role that means a team's schedule. */
export const ON_CALL_ROLE = 'on-call';

/**
 * Finds who is behind targets when they are needed, never before: a handover between two steps counts.
 * @param context.team of the incident
 * @param context.channels those of the configuration
 */
export async function resolveTargets(
  db: Queryable,
  targets: readonly EscalationTarget[],
  context: { team: string | null; at: Date; channels: readonly string[] },
): Promise<FoundTargets> {
  const found: FoundTargets = { users: [], channels: [], missing: [] };
  const addUser = async (name: string, because: string) => {
    if (found.users.some((user) => user.name === name)) return;
    const user = await findUserByName(db, name);
    if (user && !user.disabled) found.users.push({ id: user.id, name });
    else found.missing.push(`${because}: ${name} ${user ? 'is disabled' : 'is no user'}`);
  };
  const addOnCall = async (schedule: string, layer: string | null, because: string) => {
    const looked = await readOnCall(db, schedule, context.at, layer);
    if (looked === null) found.missing.push(`${because}: there is no schedule "${schedule}"`);
    else if (looked.onCall.user === null)
      found.missing.push(`${because}: ${explainOnCall(looked.spec, looked.onCall)} in schedule "${schedule}"`);
    else await addUser(looked.onCall.user, because);
  };
  const addRole = async (teamName: string, role: string | undefined, because: string) => {
    const team = await findDefinition(db, 'team', teamName);
    if (!team) {
      found.missing.push(`${because}: there is no team "${teamName}"`);
      return;
    }
    if (role === ON_CALL_ROLE) {
      if (team.spec.schedule === undefined) found.missing.push(`${because}: team "${teamName}" has no schedule`);
      else await addOnCall(team.spec.schedule, null, because);
      return;
    }
    const members = team.spec.members.filter((member) => role === undefined || member.roles.includes(role));
    if (members.length === 0) found.missing.push(`${because}: nobody in team "${teamName}" is that`);
    for (const member of members) await addUser(member.user, because);
  };

  for (const target of targets) {
    const because = describeTarget(target);
    if ('user' in target) await addUser(target.user, because);
    else if ('schedule' in target) await addOnCall(target.schedule, target.layer ?? null, because);
    else if ('team' in target) await addRole(target.team, target.role, because);
    else if ('role' in target) {
      if (context.team === null) found.missing.push(`${because}: the incident was routed to no team`);
      else await addRole(context.team, target.role, because);
    } else if (context.channels.includes(target.channel)) {
      if (!found.channels.includes(target.channel)) found.channels.push(target.channel);
    } else found.missing.push(`${because}: it is not in the configuration`);
  }
  return found;
}

/** A target in words. */
export function describeTarget(target: EscalationTarget): string {
  if ('user' in target) return `user ${target.user}`;
  if ('schedule' in target) return `schedule "${target.schedule}"${target.layer ? `, layer "${target.layer}"` : ''}`;
  if ('team' in target) return target.role ? `role "${target.role}" of team "${target.team}"` : `team "${target.team}"`;
  return 'role' in target ? `role "${target.role}"` : `channel ${target.channel}`;
}

/** Who is on call in a schedule; null when there is no such schedule. */
export async function readOnCall(
  db: Queryable,
  schedule: string,
  at: Date,
  layer: string | null = null,
): Promise<{ spec: ScheduleSpec; onCall: OnCall } | null> {
  const definition = await findDefinition(db, 'schedule', schedule);
  if (!definition) return null;
  const overrides = await listOverrides(db, schedule, { from: at, to: new Date(at.getTime() + 1) });
  return { spec: definition.spec, onCall: whoIsOnCall(definition.spec, overrides.map(toSpan), at.getTime(), layer) };
}
