import { Temporal } from 'temporal-polyfill';
import { timeZoneSchema } from '../../../contract/oncall.ts';
import { instantOf } from '../schedules/zone.ts';

/** One event as a calendar file has it. */
export type ReadEvent = {
  uid: string;
  summary: string;
  attendees: string[];
  startMs: number;
  endMs: number;
  line: number;
};
export type IcalProblem = { line: number; message: string };

type Property = { name: string; parameters: Record<string, string>; value: string; line: number };

const MOST_EVENTS = 5_000;
const LONGEST_TEXT = 4_000_000;
const LATEST_MS = Date.UTC(9999, 0, 1);

/**
 * Reads the events of an iCalendar file (RFC 5545). Never throws; whatever cannot be read is told with its line.
 * @param floatingZone of times without a zone, and of whole days
 */
export function readIcal(text: string, floatingZone: string): { events: ReadEvent[]; problems: IcalProblem[] } {
  const problems: IcalProblem[] = [];
  const events: ReadEvent[] = [];
  if (text.length > LONGEST_TEXT) return { events, problems: [{ line: 1, message: 'the file is larger than 4 MB' }] };
  const lines = unfold(text);
  if (!lines.some(({ text: line }) => /^BEGIN:VCALENDAR\s*$/i.test(line)))
    return { events, problems: [{ line: 1, message: 'this is no iCalendar file: it has no BEGIN:VCALENDAR' }] };

  let open: string[] = [];
  let event: { line: number; properties: Property[] } | null = null;
  for (const { text: line, line: number } of lines) {
    const property = readProperty(line, number);
    if (property === null) {
      if (line.trim() !== '') problems.push({ line: number, message: 'this is no "NAME:value" line' });
      continue;
    }
    const component = property.value.trim().toUpperCase();
    if (property.name === 'BEGIN') {
      open = [...open, component];
      if (component === 'VEVENT') event = { line: number, properties: [] };
    } else if (property.name === 'END') {
      if (open.at(-1) !== component) problems.push({ line: number, message: `END:${component} without its BEGIN` });
      else open.pop();
      if (component === 'VEVENT' && event) {
        if (events.length >= MOST_EVENTS)
          return { events, problems: [...problems, { line: number, message: `more than ${MOST_EVENTS} events` }] };
        const read = readEvent(event, floatingZone);
        if (typeof read === 'object' && read !== null && 'message' in read) problems.push(read);
        else if (read) events.push(read);
        event = null;
      }
    } else if (event && open.at(-1) === 'VEVENT') event.properties.push(property);
  }
  if (open.length > 0) problems.push({ line: lines.at(-1)?.line ?? 1, message: `${open.at(-1)} does not end` });
  return { events, problems };
}

/** Lines as they were before they were folded, each with the number of its first part. */
function unfold(text: string): { text: string; line: number }[] {
  const unfolded: { text: string; line: number }[] = [];
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .entries()) {
    const before = unfolded.at(-1);
    if (before && /^[ \t]/.test(line)) before.text += line.slice(1);
    else unfolded.push({ text: line, line: index + 1 });
  }
  return unfolded;
}

function readProperty(text: string, line: number): Property | null {
  const name = /^[A-Za-z0-9-]+/.exec(text)?.[0];
  if (name === undefined) return null;
  const parameters: Record<string, string> = {};
  let place = name.length;
  while (text[place] === ';') {
    // Sticky: a parameter begins where the one before ended.
    const parameter = /([A-Za-z0-9-]+)=("[^"]*"|[^;:",]*)(?:,(?:"[^"]*"|[^;:",]*))*/y;
    parameter.lastIndex = place + 1;
    const found = parameter.exec(text);
    if (!found) return null;
    parameters[found[1]!.toUpperCase()] = found[2]!.replace(/^"|"$/g, '');
    place = parameter.lastIndex;
  }
  return text[place] === ':' ? { name: name.toUpperCase(), parameters, value: text.slice(place + 1), line } : null;
}

function readEvent(
  event: { line: number; properties: Property[] },
  floatingZone: string,
): ReadEvent | IcalProblem | null {
  const first = (name: string) => event.properties.find((property) => property.name === name);
  if (first('STATUS')?.value.trim().toUpperCase() === 'CANCELLED') return null;
  const repeats = first('RRULE') ?? first('RDATE');
  if (repeats)
    return {
      line: repeats.line,
      message: 'repeating events are not imported: write them as a rotation, or export single events',
    };
  const start = first('DTSTART');
  if (!start) return { line: event.line, message: 'the event has no DTSTART' };
  const begins = readTime(start, floatingZone);
  if (typeof begins === 'string') return { line: start.line, message: begins };
  const end = first('DTEND') ?? first('DURATION');
  const ends =
    end === undefined
      ? wholeDayAfter(begins)
      : end.name === 'DURATION'
        ? after(begins, end.value)
        : readTime(end, floatingZone);
  if (typeof ends === 'string') return { line: end?.line ?? event.line, message: ends };
  if (ends.ms > LATEST_MS || begins.ms < 0)
    return { line: start.line, message: 'the event is before 1970 or after 9999' };
  if (ends.ms <= begins.ms) return { line: end?.line ?? event.line, message: 'the event ends before it begins' };
  return {
    uid: first('UID')?.value.trim() || `${begins.ms}-${ends.ms}-${first('SUMMARY')?.value ?? ''}`,
    summary: unescapeText(first('SUMMARY')?.value ?? '').trim(),
    attendees: event.properties
      .filter((property) => property.name === 'ATTENDEE')
      .map((property) =>
        property.value
          .trim()
          .replace(/^mailto:/i, '')
          .toLowerCase(),
      ),
    startMs: begins.ms,
    endMs: ends.ms,
    line: event.line,
  };
}

type Moment = { ms: number; zone: string; date: Temporal.PlainDate | null; local: Temporal.PlainDateTime };

/** The moment, or what is wrong with it. */
function readTime(property: Property, floatingZone: string): Moment | string {
  const zone = property.parameters['TZID'] ?? floatingZone;
  if (!timeZoneSchema.safeParse(zone).success)
    return `TZID "${zone.slice(0, 60)}" is not a time zone, such as Europe/Berlin`;
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
function wholeDayAfter(begins: Moment): Moment | string {
  if (begins.date === null) return 'the event has neither DTEND nor DURATION';
  return moved(begins, { days: 1 });
}

function after(begins: Moment, text: string): Moment | string {
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

function moved(from: Moment, by: { days: number }): Moment {
  const local = from.local.add(by);
  return { ...from, local, ms: instantOf(local, from.zone) };
}

function unescapeText(text: string): string {
  return text.replace(/\\([\\;,nN])/g, (_all, character: string) => (/n/i.test(character) ? '\n' : character));
}
