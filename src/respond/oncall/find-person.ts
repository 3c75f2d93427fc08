/**
 * Whom a calendar or another program means, by lower-case addresses and a name in `people`; null: nobody who is here.
 * By address, by the summary as it is, by a user's name that is an address or its first part, by the summary's first word.
 */
export function findPerson(
  event: { attendees: readonly string[]; summary: string },
  people: ReadonlyMap<string, string>,
  users: readonly string[],
): string | null {
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
