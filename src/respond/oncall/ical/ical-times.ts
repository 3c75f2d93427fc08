import { Temporal } from 'temporal-polyfill';
import { instantOf } from '../schedules/zone.ts';
import type { Property } from './ical-lines.ts';
import { zoneNamed } from './zone-named.ts';

/** A time as a calendar writes it: an instant, and the wall clock it was written by. */
export type Moment = { ms: number; zone: string; date: Temporal.PlainDate | null; local: Temporal.PlainDateTime };

/** The moment, or what is wrong with it. */
export function readTime(property: Property, floatingZone: string): Moment | string {
  const named = property.parameters['TZID'] ?? floatingZone;
  const zone = zoneNamed(named);
  if (zone === null) return `TZID "${named.slice(0, 60)}" is not a time zone, such as Europe/Berlin`;
  const value = property.value.trim();
  const parts = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?$/.exec(value);
  if (!parts) return `"${value.slice(0, 40)}" is not a time such as 20260105T090000Z or 20260105`;
  const [, year, month, day, hour, minute, second, utc] = parts;
  try {
    const date = Temporal.PlainDate.from(`${year}-${month}-${day}`);
    // A leap second is the one before it here.
    const time = hour === undefined ? '00:00:00' : `${hour}:${minute}:${second === '60' ? '59' : second}`;
    const local = date.toPlainDateTime(Temporal.PlainTime.from(time));
    const of = utc === 'Z' ? 'UTC' : zone;
    return { ms: instantOf(local, of), zone: of, date: hour === undefined ? date : null, local };
  } catch {
    return `"${value.slice(0, 40)}" is a time that does not exist`;
  }
}

/** Without an end an event of a day lasts that day (RFC 5545, 3.6.1); one with a time has no length. */
export function wholeDayAfter(begins: Moment): Moment | string {
  if (begins.date === null) return 'the event has neither DTEND nor DURATION';
  return moved(begins, { days: 1 });
}

/** The moment so long after another one, or what is wrong with the length. */
export function after(begins: Moment, text: string): Moment | string {
  const parts = /^\+?P(?:(\d{1,4})W|(?:(\d{1,5})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,8})S)?)?)$/.exec(
    text.trim(),
  );
  if (!parts) return `"${text.slice(0, 40)}" is not a length such as PT8H or P1D`;
  const [weeks, days, hours, minutes, seconds] = parts.slice(1).map((part) => Number(part ?? 0));
  // Days keep the hour on the wall clock, hours are counted (RFC 5545, 3.3.6).
  const dayEnd = moved(begins, { days: (weeks ?? 0) * 7 + (days ?? 0) });
  const countedMs = ((hours ?? 0) * 3_600 + (minutes ?? 0) * 60 + (seconds ?? 0)) * 1_000;
  return { ...dayEnd, ms: dayEnd.ms + countedMs };
}

/** Keeps the wall clock. */
export function moved(from: Moment, by: Temporal.DurationLike): Moment {
  const local = from.local.add(by);
  return { ...from, local, ms: instantOf(local, from.zone) };
}
