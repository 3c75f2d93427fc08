import type { NewOverride, Override } from '../../contract/oncall.ts';
import type { Tx } from '../../platform/db/database.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import { findUserByName, listUsers } from '../../platform/identity/user-store.ts';
import { eventsToOverrides } from './ical/events-to-overrides.ts';
import type { IcalProblem } from './ical/read-component.ts';
import { readIcal } from './ical/read-ical.ts';
import { deleteImported, deleteOverride, insertOverride } from './override-store.ts';
import { readSchedule } from './read-on-call.ts';
import { tellOnCall } from './tell-on-call.ts';

const MOST_USERS = 100_000;
const DAY_MS = 86_400_000;
/** How far events that repeat are followed when they are imported. */
const REPEATED_BEHIND_MS = 14 * DAY_MS;
const REPEATED_AHEAD_MS = 366 * DAY_MS;

/** Somebody stands in. @throws HoldfastError `override.refused` (400), `schedule.missing` (404) */
export async function addOverride(
  tx: Tx,
  schedule: string,
  override: NewOverride,
  by: { at: Date; actor: string },
): Promise<Override> {
  const { spec } = await readSchedule(tx, schedule, { from: by.at, to: by.at });
  const user = await findUserByName(tx, override.user);
  if (!user || user.disabled)
    throw refused(`${override.user} ${user ? 'is disabled' : 'is no user'}`, '`holdfast user ls` lists the users.');
  const people = spec.layers.flatMap((layer) => layer.participants);
  if (override.layer !== undefined && !spec.layers.some((layer) => layer.name === override.layer)) {
    const names = spec.layers.map((layer) => layer.name).join(', ');
    throw refused(`schedule "${schedule}" has no layer "${override.layer}"`, `Its layers are ${names}.`);
  }
  // One may stand in for somebody who stands in; a name nobody has is a mistake.
  if (
    override.replaces !== undefined &&
    !people.includes(override.replaces) &&
    !(await findUserByName(tx, override.replaces))
  )
    throw refused(`${override.replaces} is no user`, `In this schedule are ${[...new Set(people)].join(', ')}.`);
  if (Date.parse(override.end) <= by.at.getTime())
    throw refused(
      'it is over already',
      'An override counts from its start to its end; both are times, such as 2026-01-05T09:00:00.000Z.',
    );
  const made = await insertOverride(tx, schedule, override, { at: by.at, by: by.actor });
  await tellOverride(tx, made, 'created', by);
  return made;
}

/** @throws HoldfastError `override.missing` (404) */
export async function removeOverride(
  tx: Tx,
  schedule: string,
  id: string,
  by: { at: Date; actor: string },
): Promise<void> {
  const removed = await deleteOverride(tx, schedule, id);
  if (!removed) {
    throw new HoldfastError({
      code: 'override.missing',
      kind: 'missing',
      message: `schedule "${schedule}" has no override ${id}`,
      hint: `\`holdfast oncall override ls ${schedule}\` lists them.`,
    });
  }
  await tellOverride(tx, removed, 'deleted', by);
}

/**
 * Makes overrides of the events of a calendar file; an event that was imported before is brought up to date, and one
 * that was taken out of its series or cancelled since is taken back. Events that repeat are followed for a year.
 * @throws HoldfastError `ical.problems` (400) where something cannot be read and `partial` is false
 */
export async function importIcal(
  tx: Tx,
  schedule: string,
  source: { text: string; people: Readonly<Record<string, string>>; partial: boolean },
  by: { at: Date; actor: string },
): Promise<{ overrides: Override[]; repeatedUntil: string | null; problems: IcalProblem[] }> {
  const { spec } = await readSchedule(tx, schedule, { from: by.at, to: by.at });
  const users = (await listUsers(tx, { limit: MOST_USERS, after: null })).filter((user) => !user.disabled);
  const window = { fromMs: by.at.getTime() - REPEATED_BEHIND_MS, toMs: by.at.getTime() + REPEATED_AHEAD_MS };
  const read = readIcal(source.text, spec.timezone, window);
  const meant = eventsToOverrides(read.events, { people: source.people, users: users.map((user) => user.name) });
  const problems = [...read.problems, ...meant.problems].sort((a, b) => a.line - b.line);
  if (problems.length > 0 && !source.partial) {
    const lines = problems.slice(0, 50).map(({ line, message }) => `line ${line}: ${message}`);
    throw new HoldfastError({
      code: 'ical.problems',
      kind: 'invalid',
      message:
        lines.length === 1 ? lines[0]! : `${problems.length} problems:\n${lines.map((line) => `  ${line}`).join('\n')}`,
      hint: 'Nothing was imported. Correct them, or import the rest with `--partial`.',
    });
  }
  await deleteImported(tx, schedule, {
    series: read.uids.filter((uid) => !meant.unclear.has(uid)),
    keep: meant.overrides.map(({ uid }) => uid),
    endingAfter: new Date(window.fromMs),
  });
  const overrides: Override[] = [];
  for (const { uid, override } of meant.overrides)
    overrides.push(await insertOverride(tx, schedule, override, { at: by.at, by: by.actor, icalUid: uid }));
  if (overrides.length > 0)
    await tellOnCall(tx, {
      what: 'override',
      name: schedule,
      change: 'created',
      detail: `${overrides.length} imported`,
      ...by,
    });
  return { overrides, repeatedUntil: read.goesOn ? new Date(window.toMs).toISOString() : null, problems };
}

async function tellOverride(
  tx: Tx,
  override: Override,
  change: 'created' | 'deleted',
  by: { at: Date; actor: string },
): Promise<void> {
  const whom = override.replaces ? ` for ${override.replaces}` : '';
  const detail = `${override.user}${whom} from ${override.start} to ${override.end}`;
  await tellOnCall(tx, { what: 'override', name: override.schedule, change, detail, ...by });
}

function refused(message: string, hint: string): HoldfastError {
  return new HoldfastError({ code: 'override.refused', kind: 'invalid', message, hint });
}
