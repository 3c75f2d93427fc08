import { Temporal } from 'temporal-polyfill';

/** A place to read clocks in: an IANA name, or a fixed offset as it was written in a time. */
export type Zone = { name: string; offsetSeconds: number | null; abbreviation: string | null };

export const UTC: Zone = { name: 'UTC', offsetSeconds: 0, abbreviation: 'UTC' };

export function fixedZone(offsetSeconds: number): Zone {
  return offsetSeconds === 0 ? UTC : { name: '', offsetSeconds, abbreviation: '' };
}

/** @returns null when there is no such zone. Offsets, which Intl takes for names, are none. */
export function loadZone(name: string): Zone | null {
  if (name === '' || name === 'UTC') return UTC;
  if (name === 'Local') return localZone();
  if (!/^[A-Za-z]/.test(name)) return null;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return { name, offsetSeconds: null, abbreviation: null };
  } catch {
    return null;
  }
}

export function localZone(): Zone {
  const name = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  return name === 'UTC' ? { ...UTC, name: 'Local' } : { name, offsetSeconds: null, abbreviation: null };
}

export function offsetAt(zone: Zone, epochSeconds: bigint): number {
  if (zone.offsetSeconds !== null) return zone.offsetSeconds;
  const instant = Temporal.Instant.fromEpochMilliseconds(Number(epochSeconds) * 1_000);
  return instant.toZonedDateTimeISO(zone.name).offsetNanoseconds / 1e9;
}

/** Zones whose short names the platform does not know; elsewhere the zone database has offsets, too. */
const KNOWN: Readonly<Record<string, string>> = {
  'Asia/Tokyo': 'JST',
  'Asia/Seoul': 'KST',
  'Asia/Shanghai': 'CST',
  'Asia/Hong_Kong': 'HKT',
  'Asia/Taipei': 'CST',
  'Asia/Manila': 'PST',
  'Asia/Jakarta': 'WIB',
  'Asia/Karachi': 'PKT',
  'Asia/Kolkata': 'IST',
  'Asia/Calcutta': 'IST',
  'Asia/Jerusalem': 'IST',
  'Europe/Moscow': 'MSK',
  'Africa/Johannesburg': 'SAST',
  'Africa/Lagos': 'WAT',
  'Africa/Nairobi': 'EAT',
  'Africa/Cairo': 'EET',
};
const LOCALES = ['en-US', 'en-GB', 'en-AU', 'en-NZ', 'en-CA', 'en-ZA'];

/** `CET`, `EST`, `+03`: how the zone calls its time then. */
export function abbreviationAt(zone: Zone, epochSeconds: bigint): string {
  if (zone.abbreviation !== null) return zone.abbreviation;
  const known = KNOWN[zone.name];
  const offset = offsetAt(zone, epochSeconds);
  if (known !== undefined && !(zone.name === 'Asia/Jerusalem' && offset !== 7_200)) return known;
  const date = new Date(Number(epochSeconds) * 1_000);
  for (const locale of LOCALES) {
    const parts = new Intl.DateTimeFormat(locale, { timeZone: zone.name, timeZoneName: 'short' }).formatToParts(date);
    const name = parts.find((part) => part.type === 'timeZoneName')?.value ?? '';
    if (/^[A-Z]{3,5}$/.test(name) && !(name === 'GMT' && offset !== 0)) return name;
  }
  const size = Math.abs(offset);
  const minutes = Math.floor((size % 3_600) / 60);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(size / 3_600))}${minutes ? two(minutes) : ''}`;
}
