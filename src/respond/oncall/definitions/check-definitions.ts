import type { EscalationTarget } from '../../../contract/oncall.ts';
import type { OnCallDefinitions } from '../../../contract/oncall-file.ts';
import { nearestName } from '../../../platform/config/nearest-name.ts';
import { formatLocal } from '../schedules/explain-on-call.ts';
import { shiftsBetween } from '../schedules/shifts.ts';

/** Everything definitions refer to. */
export type OnCallWorld = OnCallDefinitions & {
  /** Policies that ship and are not written. */
  shippedPolicies: readonly string[];
  /** Names of people who are not disabled. */
  users: readonly string[];
  /** Of those, who has a verified contact method. */
  reachable: ReadonlySet<string>;
  channels: readonly string[];
  actions: readonly string[];
  /** Severity schemes that ship, by all their names. */
  shippedSchemes: readonly string[];
  /** The one that the configuration names. */
  severityScheme: string;
};

/** What is wrong with the definitions. An error is refused when somebody writes it; a warning is shown. */
export type DefinitionProblem = { path: (string | number)[]; severity: 'error' | 'warning'; message: string };

const DAY_MS = 86_400_000;
/** So far ahead a schedule is looked through for holes. */
const COVERAGE_MS = 14 * DAY_MS;

/** @param nowMs from when on schedules should have somebody */
export function checkDefinitions(world: OnCallWorld, nowMs: number): DefinitionProblem[] {
  return [
    ...checkSchemes(world),
    ...checkTeams(world),
    ...checkSchedules(world, nowMs),
    ...checkPolicies(world),
    ...checkRoutes(world),
    ...checkRoles(world),
  ];
}

const error = (path: (string | number)[], message: string): DefinitionProblem => ({ path, severity: 'error', message });
const warning = (path: (string | number)[], message: string): DefinitionProblem => ({
  path,
  severity: 'warning',
  message,
});

/** `there is no user "x"; did you mean y?`, or nothing when it is there. */
function mustExist(
  what: string,
  name: string,
  known: readonly string[],
  path: (string | number)[],
): DefinitionProblem[] {
  if (known.includes(name)) return [];
  const near = nearestName(name, known);
  return [error(path, `there is no ${what} "${name}"${near ? `; did you mean ${near}?` : ''}`)];
}

function checkSchemes(world: OnCallWorld): DefinitionProblem[] {
  const { severityScheme: named } = world;
  const unnamed = schemesOf(world).includes(named)
    ? []
    : [error(['schemes', named], `the configuration names severity scheme "${named}", which is not there`)];
  return [
    ...unnamed,
    ...Object.entries(world.schemes).flatMap(([name, { calendar }]) =>
      calendar === undefined
        ? []
        : mustExist('calendar', calendar, Object.keys(world.calendars), ['schemes', name, 'calendar']),
    ),
  ];
}

const schemesOf = (world: OnCallWorld) => [...Object.keys(world.schemes), ...world.shippedSchemes];

function mustBeScheme(world: OnCallWorld, name: string | undefined, path: (string | number)[]): DefinitionProblem[] {
  return name === undefined ? [] : mustExist('severity scheme', name, schemesOf(world), path);
}

function checkTeams(world: OnCallWorld): DefinitionProblem[] {
  return Object.entries(world.teams).flatMap(([name, team]) => [
    ...team.members.flatMap(({ user }, index) =>
      mustExist('user', user, world.users, ['teams', name, 'members', index, 'user']),
    ),
    ...(team.schedule === undefined
      ? []
      : mustExist('schedule', team.schedule, Object.keys(world.schedules), ['teams', name, 'schedule'])),
    ...(team.calendar === undefined
      ? []
      : mustExist('calendar', team.calendar, Object.keys(world.calendars), ['teams', name, 'calendar'])),
    ...mustBeScheme(world, team.scheme, ['teams', name, 'scheme']),
  ]);
}

function checkSchedules(world: OnCallWorld, nowMs: number): DefinitionProblem[] {
  return Object.entries(world.schedules).flatMap(([name, schedule]) => {
    const unknown = schedule.layers.flatMap((layer, index) =>
      layer.participants.flatMap((user, place) =>
        mustExist('user', user, world.users, ['schedules', name, 'layers', index, 'participants', place]),
      ),
    );
    const people = [...new Set(schedule.layers.flatMap((layer) => layer.participants))];
    const unreachable = people
      .filter((user) => world.users.includes(user) && !world.reachable.has(user))
      .map((user) =>
        warning(['schedules', name], `${user} has no verified contact method and is told in the inbox only`),
      );
    let coveredUntil = nowMs;
    for (const shift of shiftsBetween(schedule, [], { start: nowMs, end: nowMs + COVERAGE_MS })) {
      if (shift.start > coveredUntil) break;
      coveredUntil = shift.end;
    }
    const hole =
      coveredUntil < nowMs + COVERAGE_MS
        ? [
            warning(
              ['schedules', name],
              `nobody is on call from ${formatLocal(coveredUntil, schedule.timezone)} ${schedule.timezone}`,
            ),
          ]
        : [];
    return [...unknown, ...unreachable, ...hole];
  });
}

function checkPolicies(world: OnCallWorld): DefinitionProblem[] {
  return Object.entries(world.policies).flatMap(([name, policy]) => [
    ...policy.steps.flatMap((step, index) => [
      ...step.to.flatMap((target, place) =>
        checkTarget(world, target, ['policies', name, 'steps', index, 'to', place]),
      ),
      ...step.do.flatMap((action, place) => {
        const [kind = 'page'] = typeof action === 'string' ? [action] : Object.keys(action);
        return ['page', 'ask', ...world.actions].includes(kind)
          ? []
          : [
              error(
                ['policies', name, 'steps', index, 'do', place],
                `"${kind}" cannot be done by this installation; write \`ask: …\` to have a person do it`,
              ),
            ];
      }),
    ]),
    ...policy.fallback.flatMap((target, place) => checkTarget(world, target, ['policies', name, 'fallback', place])),
  ]);
}

function checkTarget(world: OnCallWorld, target: EscalationTarget, path: (string | number)[]): DefinitionProblem[] {
  if ('user' in target) return mustExist('user', target.user, world.users, [...path, 'user']);
  if ('channel' in target) return mustExist('channel', target.channel, world.channels, [...path, 'channel']);
  if ('team' in target) return mustExist('team', target.team, Object.keys(world.teams), [...path, 'team']);
  if ('role' in target) return [];
  const missing = mustExist('schedule', target.schedule, Object.keys(world.schedules), [...path, 'schedule']);
  if (missing.length > 0 || target.layer === undefined) return missing;
  const layers = world.schedules[target.schedule]!.layers.map((layer) => layer.name);
  if (layers.includes(target.layer)) return [];
  return [error([...path, 'layer'], `there is no layer "${target.layer}" in schedule "${target.schedule}"`)];
}

function checkRoutes(world: OnCallWorld): DefinitionProblem[] {
  const policies = [...Object.keys(world.policies), ...world.shippedPolicies];
  return world.routes.flatMap((route, index) => [
    ...mustExist('escalation policy', route.policy, policies, ['routes', index, 'policy']),
    ...(route.team === undefined
      ? []
      : mustExist('team', route.team, Object.keys(world.teams), ['routes', index, 'team'])),
    ...mustBeScheme(world, route.scheme, ['routes', index, 'scheme']),
  ]);
}

/** A role that a routed policy needs and nobody fills: it would be found out at the worst moment. */
function checkRoles(world: OnCallWorld): DefinitionProblem[] {
  return world.routes.flatMap((route, index) => {
    const policy = world.policies[route.policy];
    const needed = new Set(
      (policy?.steps ?? []).flatMap((step) =>
        step.to.flatMap((target) => ('role' in target && !('team' in target) ? [target.role] : [])),
      ),
    );
    const team = route.team === undefined ? undefined : world.teams[route.team];
    return [...needed].flatMap((role) => {
      if (role === undefined) return [];
      if (route.team === undefined)
        return [
          warning(['routes', index], `policy "${route.policy}" speaks of role "${role}", but the route names no team`),
        ];
      const filled =
        role === 'on-call' ? team?.schedule !== undefined : team?.members.some((member) => member.roles.includes(role));
      if (filled) return [];
      return [
        warning(['routes', index], `nobody fills role "${role}" of policy "${route.policy}" in team "${route.team}"`),
      ];
    });
  });
}
