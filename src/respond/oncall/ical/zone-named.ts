import { findIana } from 'windows-iana';
import { timeZoneSchema } from '../../../contract/oncall.ts';

/**
 * The time zone a calendar names: as IANA does, as Windows does (Outlook, Exchange: "W. Europe Standard Time"), or behind
 * the path that some programs put before it ("/freeassociation.sourceforge.net/Europe/Berlin"). Null when it is none.
 */
export function zoneNamed(name: string): string | null {
  const isZone = (zone: string) => timeZoneSchema.safeParse(zone).success;
  if (isZone(name)) return name;
  const [windows] = findIana(name);
  if (windows !== undefined && isZone(windows)) return windows;
  if (!name.startsWith('/')) return null;
  const words = name.split('/');
  // The longest end that is a zone: America/Indiana/Knox has three words.
  for (const length of [3, 2]) {
    const end = words.slice(-length).join('/');
    if (words.length > length && isZone(end)) return end;
  }
  return null;
}
