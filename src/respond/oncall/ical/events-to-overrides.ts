import type { NewOverride } from '../../../contract/oncall.ts';
import { findPerson } from '../find-person.ts';
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
