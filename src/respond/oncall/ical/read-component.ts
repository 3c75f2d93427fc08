import type { Property } from './ical-lines.ts';
import { after, type Moment, readTime, wholeDayAfter } from './ical-times.ts';

export type IcalProblem = { line: number; message: string };

/** One VEVENT: a single event, the rule of a series, or what differs on one of its days. */
export type ReadComponent = {
  uid: string;
  summary: string;
  attendees: string[];
  cancelled: boolean;
  begins: Moment;
  ends: Moment;
  /** The DURATION it was given by; null where it has an end of its own. */
  length: string | null;
  /** The occurrence of the series that this takes the place of. */
  instead: Moment | null;
  rules: Property[];
  added: Property[];
  excluded: Property[];
  line: number;
};

const LATEST_MS = Date.UTC(9999, 0, 1);

/** The event, or what is wrong with it. */
export function readComponent(
  event: { line: number; properties: Property[] },
  floatingZone: string,
): ReadComponent | IcalProblem {
  const all = (name: string) => event.properties.filter((property) => property.name === name);
  const first = (name: string) => all(name)[0];
  const exceptions = first('EXRULE');
  if (exceptions) return { line: exceptions.line, message: 'EXRULE is not read: list the days with EXDATE' };
  const cancelled = first('STATUS')?.value.trim().toUpperCase() === 'CANCELLED';
  const place = first('RECURRENCE-ID');
  if (place?.parameters['RANGE'])
    return {
      line: place.line,
      message: 'a change of "this and all that follow" is not read: end the series and begin another',
    };
  const instead = place ? readTime(place, floatingZone) : null;
  if (typeof instead === 'string') return { line: place!.line, message: instead };
  const start = first('DTSTART');
  if (!start) return { line: event.line, message: 'the event has no DTSTART' };
  const begins = readTime(start, floatingZone);
  if (typeof begins === 'string') return { line: start.line, message: begins };
  const end = first('DTEND') ?? first('DURATION');
  const ends =
    end === undefined
      ? // What is cancelled takes no time.
        cancelled
        ? begins
        : wholeDayAfter(begins)
      : end.name === 'DURATION'
        ? after(begins, end.value)
        : readTime(end, floatingZone);
  if (typeof ends === 'string') return { line: end?.line ?? event.line, message: ends };
  if (ends.ms > LATEST_MS || begins.ms < 0)
    return { line: start.line, message: 'the event is before 1970 or after 9999' };
  if (ends.ms <= begins.ms && !cancelled)
    return { line: end?.line ?? event.line, message: 'the event ends before it begins' };
  return {
    uid: first('UID')?.value.trim() || `${begins.ms}-${ends.ms}-${first('SUMMARY')?.value ?? ''}`,
    summary: unescapeText(first('SUMMARY')?.value ?? '').trim(),
    attendees: all('ATTENDEE').map((property) =>
      property.value
        .trim()
        .replace(/^mailto:/i, '')
        .toLowerCase(),
    ),
    cancelled,
    begins,
    ends,
    length: end?.name === 'DURATION' ? end.value : null,
    instead,
    rules: all('RRULE'),
    added: all('RDATE'),
    excluded: all('EXDATE'),
    line: event.line,
  };
}

function unescapeText(text: string): string {
  return text.replace(/\\([\\;,nN])/g, (_all, character: string) => (/n/i.test(character) ? '\n' : character));
}
