import { Temporal } from 'temporal-polyfill';
import { MONTHS, WEEKDAYS } from './calendar-names.ts';
import { type CivilTime, civilOf, type TimeValue } from './civil-time.ts';
import { fixedZone, UTC, type Zone } from './time-zones.ts';

/** Go's layouts: a time is written as the second of January 2006, 15:04:05 in the zone MST would be. */

/** Longer spellings stand before those they begin with. */
const ELEMENTS =
  /January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|2006|__2|_2006|_2|002|01|02|03|04|05|06|15|PM|pm|-07:00:00|-070000|-07:00|-0700|-07|Z07:00:00|Z070000|Z07:00|Z0700|Z07|[.,](?:0+|9+)(?!\d)|1|2|3|4|5/g;

const two = (value: number) => String(value).padStart(2, '0');

/** A time in a layout; what is no element of layouts stays as it is. */
export function formatTime(time: TimeValue, layout: string): string {
  const civil = civilOf(time);
  return layout.replaceAll(ELEMENTS, (element) => formatElement(civil, element));
}

function formatElement(civil: CivilTime, element: string): string {
  const hour12 = civil.hour % 12 || 12;
  switch (element) {
    case 'January':
      return MONTHS[civil.month - 1] ?? '';
    case 'Jan':
      return (MONTHS[civil.month - 1] ?? '').slice(0, 3);
    case '1':
      return String(civil.month);
    case '01':
      return two(civil.month);
    case 'Monday':
      return WEEKDAYS[civil.weekday] ?? '';
    case 'Mon':
      return (WEEKDAYS[civil.weekday] ?? '').slice(0, 3);
    case '2':
      return String(civil.day);
    case '_2':
      return String(civil.day).padStart(2, ' ');
    case '02':
      return two(civil.day);
    case '__2':
      return String(civil.dayOfYear).padStart(3, ' ');
    case '002':
      return String(civil.dayOfYear).padStart(3, '0');
    case '15':
      return two(civil.hour);
    case '3':
      return String(hour12);
    case '03':
      return two(hour12);
    case '4':
      return String(civil.minute);
    case '04':
      return two(civil.minute);
    case '5':
      return String(civil.second);
    case '05':
      return two(civil.second);
    case '2006':
      return year(civil.year);
    case '_2006':
      return `_${year(civil.year)}`;
    case '06':
      return two(((civil.year % 100) + 100) % 100);
    case 'PM':
      return civil.hour >= 12 ? 'PM' : 'AM';
    case 'pm':
      return civil.hour >= 12 ? 'pm' : 'am';
    case 'MST':
      return civil.abbreviation === '' ? formatOffset(civil.offsetSeconds, '-0700') : civil.abbreviation;
    default:
      return /^[.,]/.test(element)
        ? formatFraction(civil.nanosecond, element)
        : formatOffset(civil.offsetSeconds, element);
  }
}

function year(value: number): string {
  return value < 0 ? `-${String(-value).padStart(4, '0')}` : String(value).padStart(4, '0');
}

/** `.000` writes all digits, `.999` leaves zeros at the end out. */
function formatFraction(nanosecond: number, element: string): string {
  const digits = String(nanosecond)
    .padStart(9, '0')
    .slice(0, element.length - 1)
    .padEnd(element.length - 1, '0');
  if (element[1] === '0') return (element[0] ?? '') + digits;
  const kept = digits.replace(/0+$/, '');
  return kept === '' ? '' : (element[0] ?? '') + kept;
}

function formatOffset(seconds: number, element: string): string {
  if (element.startsWith('Z') && seconds === 0) return 'Z';
  const size = Math.abs(seconds);
  const colon = element.includes(':') ? ':' : '';
  let text = `${seconds < 0 ? '-' : '+'}${two(Math.floor(size / 3_600))}`;
  if (element.length > 3) text += colon + two(Math.floor((size % 3_600) / 60));
  if (/07:?00:?00$/.test(element)) text += colon + two(size % 60);
  return text;
}

const PATTERNS: Readonly<Record<string, string>> = {
  January: MONTHS.join('|'),
  Jan: MONTHS.map((name) => name.slice(0, 3)).join('|'),
  Monday: WEEKDAYS.join('|'),
  Mon: WEEKDAYS.map((name) => name.slice(0, 3)).join('|'),
  '2006': '\\d{4}',
  '06': '\\d\\d',
  '01': '\\d\\d',
  '1': '\\d\\d?',
  '02': '\\d\\d',
  '2': '\\d\\d?',
  _2: ' ?\\d\\d?',
  '002': '\\d{3}',
  '15': '\\d\\d?',
  '03': '\\d\\d',
  '3': '\\d\\d?',
  '04': '\\d\\d',
  '4': '\\d\\d?',
  '05': '\\d\\d(?:[.,]\\d+)?',
  '5': '\\d\\d?(?:[.,]\\d+)?',
  PM: 'AM|PM',
  pm: 'am|pm',
  MST: 'UTC|[A-Z]{3,4}|[+-]\\d\\d(?:\\d\\d)?',
  '-0700': '[+-]\\d{4}',
  '-07:00': '[+-]\\d\\d:\\d\\d',
  '-07': '[+-]\\d\\d',
  Z0700: 'Z|[+-]\\d{4}',
  'Z07:00': 'Z|[+-]\\d\\d:\\d\\d',
  Z07: 'Z|[+-]\\d\\d',
};

const MOST_ELEMENTS = 20;

/**
 * A text in a layout as a time; a text without an offset is UTC.
 * @returns null when it is not in that layout, or names no time
 */
export function parseTime(layout: string, text: string): TimeValue | null {
  if (layout.length > 200 || text.length > 200) return null;
  const elements: string[] = [];
  let pattern = '';
  let end = 0;
  for (const match of layout.matchAll(ELEMENTS)) {
    const element = match[0];
    pattern += escapePattern(layout.slice(end, match.index));
    end = match.index + element.length;
    const known = Object.hasOwn(PATTERNS, element) ? PATTERNS[element] : undefined;
    if (known !== undefined) {
      elements.push(element);
      pattern += `(${known})`;
    } else if (/^[.,]0/.test(element)) {
      elements.push('fraction');
      pattern += `([.,]\\d{${element.length - 1}})`;
    } else if (/^[.,]9/.test(element)) {
      // Seconds take a fraction whether the layout has one or not.
      pattern += '';
    } else return null;
  }
  // Elements of one or two digits in a row may be read in many ways.
  if (elements.length > MOST_ELEMENTS) return null;
  pattern += escapePattern(layout.slice(end));
  const found = new RegExp(`^${pattern}$`, 'i').exec(text);
  return found && assemble(new Map(elements.map((element, index) => [element, found[index + 1] ?? ''])));
}

function assemble(read: ReadonlyMap<string, string>): TimeValue | null {
  const first = (...names: string[]) => names.map((name) => read.get(name)).find((value) => value !== undefined);
  const shortYear = read.get('06');
  const yearNumber = Number(
    first('2006') ?? (shortYear === undefined ? 0 : Number(shortYear) + (Number(shortYear) >= 69 ? 1900 : 2000)),
  );
  const named = first('January', 'Jan')?.toLowerCase().slice(0, 3);
  const month =
    named === undefined
      ? Number(first('01', '1') ?? 1)
      : MONTHS.findIndex((name) => name.toLowerCase().startsWith(named)) + 1;
  let hour = Number(first('15', '03', '3') ?? 0);
  const half = first('PM', 'pm')?.toLowerCase();
  if (half === 'pm' && hour < 12) hour += 12;
  if (half === 'am' && hour === 12) hour = 0;
  const [second = '0', own] = (first('05', '5') ?? '0').split(/[.,]/);
  const fraction = (own ?? read.get('fraction')?.slice(1) ?? '').slice(0, 9).padEnd(9, '0');
  try {
    const ofYear = read.get('002');
    const date = ofYear
      ? new Temporal.PlainDate(yearNumber, 1, 1).add({ days: Number(ofYear) - 1 })
      : Temporal.PlainDate.from(
          { year: yearNumber, month, day: Number(first('02', '2', '_2')?.trim() ?? 1) },
          { overflow: 'reject' },
        );
    const clock = Temporal.PlainTime.from(
      { hour, minute: Number(first('04', '4') ?? 0), second: Number(second) },
      { overflow: 'reject' },
    );
    const zone = readZone(first('-0700', '-07:00', '-07', 'Z0700', 'Z07:00', 'Z07') ?? null, read.get('MST') ?? null);
    const seconds = BigInt(date.toZonedDateTime({ timeZone: 'UTC', plainTime: clock }).epochMilliseconds) / 1_000n;
    return { epochNs: (seconds - BigInt(zone.offsetSeconds ?? 0)) * 1_000_000_000n + BigInt(fraction), zone };
  } catch {
    return null;
  }
}

function readZone(offset: string | null, abbreviation: string | null): Zone {
  if (offset !== null && offset.toUpperCase() !== 'Z') {
    const [, sign, hours, minutes = '0'] = /^([+-])(\d\d):?(\d\d)?$/.exec(offset) ?? [];
    return fixedZone((sign === '-' ? -1 : 1) * (Number(hours) * 3_600 + Number(minutes) * 60));
  }
  // An abbreviation alone says nothing about the offset: Go makes up a place of that name.
  return offset !== null || abbreviation === null || abbreviation === 'UTC'
    ? UTC
    : { name: abbreviation, offsetSeconds: 0, abbreviation };
}

function escapePattern(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&').replaceAll(/ +/g, ' +');
}
