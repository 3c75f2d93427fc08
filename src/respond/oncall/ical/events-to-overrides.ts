import type { NewOverride } from '../../../contract/oncall.ts';
import type { IcalProblem } from './read-component.ts';
import type { ReadEvent } from './repeat-events.ts';

/** Whom an event means: `people` maps addresses and names in the calendar to users. */
export function eventsToOverrides(
  events: readonly ReadEvent[],
  options: { people: Readonly<Record<string, string>>; users: readonly string[] },
): {
  overrides: { uid: string; override: NewOverride }[];
  /** Series of which some event means nobody. */
  unclear: ReadonlySet<string>;
  problems: IcalProblem[];
} {
  const unclear = new Set<string>();
  const problems = new Map<number, IcalProblem>();
  const people = new Map(Object.entries(options.people).map(([name, user]) => [name.trim().toLowerCase(), user]));
  const overrides = events.flatMap((event) => {
    const user = findPerson(event, people, options.users);
    if (user === null) {
      const named = event.attendees[0] ?? event.summary;
      const message = `no user is meant by "${named.slice(0, 60)}": give \`--person "${named.slice(0, 60)}=USER"\``;
      // Once for all days of a series.
      problems.set(event.line, { line: event.line, message });
      unclear.add(event.series);
      return [];
    }
    const override: NewOverride = {
      user,
      start: new Date(event.startMs).toISOString(),
      end: new Date(event.endMs).toISOString(),
      ...(event.summary ? { reason: event.summary.slice(0, 500) } : {}),
    };
    return [{ uid: event.uid, override }];
  });
  return { overrides, unclear, problems: [...problems.values()] };
}

/** By address, by the summary as it is, by a user's name that is an address or its first part, by the summary's first word. */
function findPerson(event: ReadEvent, people: ReadonlyMap<string, string>, users: readonly string[]): string | null {
  const said = [...event.attendees, event.summary.trim().toLowerCase()];
  for (const name of said) {
    const mapped = people.get(name);
    if (mapped !== undefined) return users.includes(mapped) ? mapped : null;
  }
  const [word = ''] = event.summary.toLowerCase().split(/[\s:,(]+/, 1);
  for (const name of [...said, ...event.attendees.map((address) => address.split('@')[0] ?? ''), word])
    if (users.includes(name)) return name;
  return null;
}
