import { list, object, placeIn, type Shape, scalar, text } from '../../../../platform/yaml/shape.ts';
import type { Place } from '../../../../platform/yaml/yaml-reading.ts';
import type { InclusiveRange, MinuteRange, TimeInterval } from './time-interval.ts';

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];

/** A range's member as a number, or what is wrong with it. */
type Member = (written: string) => number | string;

const number: Member = (written) => (/^[-+]?\d{1,9}$/.test(written) ? Number(written) : `"${written}" is no number`);
const weekday: Member = (written) => {
  const found = WEEKDAYS.indexOf(written);
  return found < 0 ? `${written} is not a valid weekday` : found;
};
const month: Member = (written) => {
  const found = MONTHS.indexOf(written) + 1;
  if (found > 0) return found;
  const parsed = number(written);
  return typeof parsed === 'number' ? parsed : `${written} is not a valid month`;
};

/** `a:b` or `a`. */
function parseRange(written: string, member: Member): InclusiveRange | string {
  const lower = written.toLowerCase();
  const parts = lower.split(':');
  if (parts.length > 2) return `couldn't parse range ${lower}, invalid format`;
  const first = member(parts[0] ?? '');
  const last = parts.length === 2 ? member(parts[1] ?? '') : first;
  if (typeof first === 'string') return first;
  return typeof last === 'string' ? last : { first, last };
}

function ranges(member: Member, judge: (range: InclusiveRange) => string | null): Shape<InclusiveRange[]> {
  const item = scalar('a range such as 1:5', (written, at, reading) => {
    const range = parseRange(written, member);
    if (typeof range === 'string') return reading.report(at, range);
    const wrong = judge(range);
    return wrong === null ? range : reading.report(at, wrong);
  });
  return list(item, 'a range is missing');
}

const SHORTEST_MONTH = 28;

function judgeDays({ first, last }: InclusiveRange): string | null {
  for (const day of [first, last]) {
    if (day === 0 || day < -31 || day > 31) return `${day} is not a valid day of the month: out of range`;
  }
  if (first < 0 && last > 0) return 'end day must be negative if start day is negative';
  // With days counted from the end nobody knows for sure, but what fails in the shortest month is a mistake.
  const fromStart = (day: number) => (day < 0 ? SHORTEST_MONTH + day : day);
  return fromStart(first) > fromStart(last) ? `end day ${last} is always before start day ${first}` : null;
}

/** `09:00` as minutes of the day, up to 24:00; null when it is none. */
function parseMinute(written: string): number | null {
  const [, hours, minutes] = /^((?:[01]\d)|(?:2[0-3])):([0-5]\d)$/.exec(written) ?? [];
  if (hours !== undefined) return Number(hours) * 60 + Number(minutes);
  return written === '24:00' ? 1_440 : null;
}

const readTimes = object('times', { start_time: text, end_time: text });
const minuteRange: Shape<MinuteRange> = (node, reading) => {
  const read = readTimes(node, reading);
  if (!read) return undefined;
  if (!read.startTime || !read.endTime) return reading.report(node, 'both start and end times must be provided');
  const fromMinute = parseMinute(read.startTime);
  const toMinute = parseMinute(read.endTime);
  if (fromMinute === null || toMinute === null) {
    const bad = fromMinute === null ? read.startTime : read.endTime;
    return reading.report(node, `couldn't parse timestamp ${bad}, invalid format`);
  }
  if (fromMinute >= toMinute) return reading.report(node, 'start time cannot be equal or greater than end time');
  return { fromMinute, toMinute };
};

const timeZone: Shape<string> = scalar('a time zone such as Europe/Berlin', (written, at, reading) => {
  if (written === '') return 'UTC';
  if (written === 'Local') return new Intl.DateTimeFormat().resolvedOptions().timeZone;
  return isTimeZone(written) ? written : reading.report(at, `unknown time zone ${written}`);
});

/** An IANA name. Offsets such as +02:00, which Intl takes, are none. */
function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

const readInterval = object('time_intervals', {
  times: list(minuteRange, 'both start and end times must be provided'),
  weekdays: ranges(weekday, ({ first, last }) => (first > last ? 'start day cannot be before end day' : null)),
  days_of_month: ranges(number, judgeDays),
  months: ranges(month, ({ first, last }) =>
    first > last ? `end month ${MONTHS[last - 1] ?? last} is before start month ${MONTHS[first - 1] ?? first}` : null,
  ),
  years: ranges(number, ({ first, last }) => (first > last ? `end year ${last} is before start year ${first}` : null)),
  location: timeZone,
});

/** One interval of a named list. */
export const timeInterval: Shape<TimeInterval> = (node, reading) => {
  const read = readInterval(node, reading);
  return (
    read && {
      times: read.times ?? null,
      weekdays: read.weekdays ?? null,
      daysOfMonth: read.daysOfMonth ?? null,
      months: read.months ?? null,
      years: read.years ?? null,
      timeZone: read.location ?? null,
    }
  );
};

type NamedTimeIntervals = { name: string; intervals: TimeInterval[]; place: Place };

/** A name and its intervals. @param what completes complaints: `time interval` or `mute time interval` */
export function namedTimeIntervals(what: string): Shape<NamedTimeIntervals> {
  const readFields = object(what, {
    name: text,
    time_intervals: list(timeInterval, 'a time interval is empty'),
  });
  return (node, reading) => {
    const read = readFields(node, reading);
    if (!read) return undefined;
    if (!read.name) reading.report(node, `missing name in ${what}`);
    return { name: read.name ?? '', intervals: read.timeIntervals ?? [], place: placeIn(read) };
  };
}
