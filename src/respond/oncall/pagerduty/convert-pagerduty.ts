import type { NewOverride, PolicySpec, ScheduleSpec } from '../../../contract/oncall.ts';
import { timeZoneSchema } from '../../../contract/oncall.ts';
import { HoldfastError } from '../../../platform/errors/holdfast-error.ts';
import { findPerson } from '../find-person.ts';
import { compareRendered } from './compare-rendered.ts';
import { convertLayer } from './convert-layer.ts';
import { convertPolicy } from './convert-policy.ts';
import { nameOf, type PagerDutySchedule, type Reference } from './pagerduty-shapes.ts';
import { readPagerDuty } from './read-pagerduty.ts';

export type ConvertedOnCall = {
  schedules: Record<string, ScheduleSpec>;
  policies: Record<string, PolicySpec>;
  /** Those that are not over. */
  overrides: { schedule: string; override: NewOverride }[];
  /** What could not be carried over, or not as it was, by its name there. */
  notes: { about: string; message: string }[];
};

/**
 * Turns schedules and escalation policies of PagerDuty (REST API v2, as JSON) into definitions of this installation.
 * Where a schedule was read with its final shifts, the result is compared with them.
 * @param options.people names, addresses and ids there, and whom they mean here
 * @throws HoldfastError `oncall.convert-invalid`, `oncall.people-missing` (400)
 */
export function convertPagerDuty(
  documents: readonly { name: string; text: string }[],
  options: { people: Readonly<Record<string, string>>; users: readonly string[]; nowMs: number },
): ConvertedOnCall {
  const source = readPagerDuty(documents);
  const missing = new Map<string, Reference>();
  const whole = new Map(source.users.map((user) => [user.id, user]));
  const people = new Map(Object.entries(options.people).map(([name, user]) => [name.trim().toLowerCase(), user]));
  const findUser = (reference: Reference): string | null => {
    const user = { ...reference, ...whole.get(reference.id) };
    const attendees = [reference.id.toLowerCase(), ...(user.email ? [user.email.toLowerCase()] : [])];
    const found = findPerson({ attendees, summary: nameOf(user) }, people, options.users);
    if (found === null) missing.set(user.id, user);
    return found;
  };

  const notes: ConvertedOnCall['notes'] = [];
  const schedules: ConvertedOnCall['schedules'] = {};
  const overrides: ConvertedOnCall['overrides'] = [];
  const named = new Map<string, string>();
  for (const schedule of source.schedules) {
    const note = (message: string) => void notes.push({ about: `schedule "${nameOf(schedule)}"`, message });
    const converted = convertSchedule(schedule, { findUser, nowMs: options.nowMs }, note);
    if (converted === null) continue;
    const name = freeName(nameOf(schedule), schedules);
    named.set(schedule.id, name);
    schedules[name] = converted.spec;
    overrides.push(...converted.overrides.map((override) => ({ schedule: name, override })));
    if (missing.size === 0) compareRendered(schedule, { ...converted, ...options }, findUser, note);
  }
  const policies: ConvertedOnCall['policies'] = {};
  for (const policy of source.policies) {
    const note = (message: string) => void notes.push({ about: `policy "${nameOf(policy)}"`, message });
    const spec = convertPolicy(policy, { user: findUser, schedule: ({ id }) => named.get(id) ?? null }, note);
    if (spec !== null) policies[freeName(nameOf(policy), policies)] = spec;
  }
  if (missing.size > 0) throw peopleMissing([...missing.values()]);
  return { schedules, policies, overrides, notes };
}

function convertSchedule(
  schedule: PagerDutySchedule,
  options: { findUser(reference: Reference): string | null; nowMs: number },
  note: (message: string) => void,
): { spec: ScheduleSpec; overrides: NewOverride[] } | null {
  const timezone = schedule.time_zone;
  if (!timeZoneSchema.safeParse(timezone).success) {
    note(`left out: its time zone "${timezone}" has no name such as Europe/Berlin`);
    return null;
  }
  const taken: Record<string, true> = {};
  const layers = schedule.schedule_layers.flatMap((layer, index) => {
    const title = layer.name ?? `Layer ${schedule.schedule_layers.length - index}`;
    const participants = layer.users.flatMap(({ user }) => options.findUser(user) ?? []);
    const name = freeName(title, taken);
    const noteLayer = (message: string) => note(`layer "${title}": ${message}`);
    const converted = convertLayer(layer, { name, timezone, participants, nowMs: options.nowMs }, noteLayer);
    if (converted === null) return [];
    taken[name] = true;
    return [converted];
  });
  if (layers.length === 0) {
    note('left out: no layer is left');
    return null;
  }
  const entries = (schedule.overrides_subschedule?.rendered_schedule_entries ?? []).filter(
    ({ end }) => Date.parse(end) > options.nowMs,
  );
  const overrides = entries.flatMap(({ start, end, user }): NewOverride[] => {
    const standsIn = user ? options.findUser(user) : null;
    if (standsIn === null) return [];
    return [{ user: standsIn, start: new Date(start).toISOString(), end: new Date(end).toISOString() }];
  });
  const description = schedule.description?.trim().slice(0, 500);
  return { spec: { ...(description ? { description } : {}), timezone, layers }, overrides };
}

/** The name as a name here is written, and apart from those there are. */
function freeName(title: string, taken: Readonly<Record<string, unknown>>): string {
  const plain = title
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+|-+$/g, '')
    .slice(0, 58);
  const name = plain === '' ? 'schedule' : plain;
  for (let number = 1; ; number += 1) {
    const free = number === 1 ? name : `${name}-${number}`;
    if (!Object.hasOwn(taken, free)) return free;
  }
}

function peopleMissing(users: readonly Reference[]): HoldfastError {
  const lines = users.map((user) => `${nameOf(user)}${user.email ? ` <${user.email}>` : ''} (${user.id})`);
  const [first] = users;
  return new HoldfastError({
    code: 'oncall.people-missing',
    kind: 'invalid',
    message: `nobody here is ${lines.join(', ')}`,
    hint: `Invite them first, or say who they are: --person "${first?.email ?? (first ? nameOf(first) : 'NAME')}=USER". Addresses are known where the file has them (\`?include[]=users\`).`,
  });
}
