import { RRuleTemporal } from 'rrule-temporal';
import { Temporal } from 'temporal-polyfill';
import { messageOf } from '../../../platform/errors/holdfast-error.ts';
import { instantOf, localAt } from '../schedules/zone.ts';
import type { Property } from './ical-lines.ts';
import { after, type Moment, readTime } from './ical-times.ts';
import type { IcalProblem, ReadComponent } from './read-component.ts';

/** One event as a calendar file has it. */
export type ReadEvent = {
  /** Of the series, and apart from the others of it. */
  uid: string;
  series: string;
  summary: string;
  attendees: string[];
  startMs: number;
  endMs: number;
  line: number;
};
/** A time that is looked at. */
export type Window = { fromMs: number; toMs: number };

/** More often than every nine hours for a year is no shift of anybody. */
const MOST_OCCURRENCES = 1_000;
/** A rule that counts is followed from its first day, so what it may count to is bounded. */
const MOST_COUNTED = 10_000;
const MOST_DATES = 2_000;
const DAY_MS = 86_400_000;

type Occurrence = { begins: Moment; endMs: number };

/**
 * The events of one UID in a window: its days by rule and by list, without those that are excepted, and with what
 * differs on some of them in their place. A single event counts whenever it is.
 *
 * Days are counted on the wall clock of the event, whose end keeps its hour too: a shift from 22:00 to 06:00 is that
 * in the nights when the clocks change. A start that daylight saving skips is later by what was skipped, so no shift is
 * lost (RFC 5545, 3.3.10 says both this and that it be ignored).
 */
export function expandSeries(
  series: readonly ReadComponent[],
  floatingZone: string,
  window: Window,
): { events: ReadEvent[]; goesOn: boolean; problems: IcalProblem[] } {
  const changes = series.filter(({ instead }) => instead !== null);
  // Written twice, the later one counts.
  const main = series.findLast(({ instead }) => instead === null);
  const repeats = main !== undefined && main.rules.length + main.added.length > 0;
  if (main && !repeats && changes.length === 0)
    return { events: main.cancelled ? [] : [eventOf(main, spanOf(main), main.uid)], goesOn: false, problems: [] };

  const days =
    main && !main.cancelled ? listDays(main, floatingZone, window) : { found: [], goesOn: false, problems: [] };
  const replaced = (day: Occurrence) => changes.some(({ instead }) => isSame(instead!, day.begins));
  const usual = days.found.filter((day) => !replaced(day));
  const own = changes.filter(({ cancelled, begins, ends }) => !cancelled && inside(window, begins.ms, ends.ms));
  return {
    events: [
      ...usual.map((day) => eventOf(main!, { startMs: day.begins.ms, endMs: day.endMs }, nameOf(main!, day.begins))),
      ...own.map((change) => eventOf(change, spanOf(change), nameOf(change, change.instead!))),
    ],
    goesOn: days.goesOn,
    problems: days.problems,
  };
}

const spanOf = ({ begins, ends }: ReadComponent) => ({ startMs: begins.ms, endMs: ends.ms });
const inside = ({ fromMs, toMs }: Window, startMs: number, endMs: number) => endMs > fromMs && startMs < toMs;
/** The day of a series that an occurrence stands for, whenever it was moved to. A UID has no line break. */
const nameOf = ({ uid }: ReadComponent, day: Moment) => `${uid}\n${new Date(day.ms).toISOString()}`;

function eventOf(component: ReadComponent, span: { startMs: number; endMs: number }, uid: string): ReadEvent {
  const { uid: series, summary, attendees, line } = component;
  return { uid, series, summary, attendees, ...span, line };
}

/** A list may name the day alone. */
function isSame(named: Moment, day: Moment): boolean {
  return named.date === null ? named.ms === day.ms : named.date.equals(day.local.toPlainDate());
}

function listDays(
  main: ReadComponent,
  floatingZone: string,
  window: Window,
): { found: Occurrence[]; goesOn: boolean; problems: IcalProblem[] } {
  const problems: IcalProblem[] = [];
  const note = (line: number, message: string) => void problems.push({ line, message });
  const excluded = main.excluded.flatMap((property) => readList(property, floatingZone, note).map(({ at }) => at));
  const added = main.added.flatMap((property) => readList(property, floatingZone, note));
  const found = new Map<number, Occurrence>();
  const add = (begins: Moment, endMs: number) => {
    if (inside(window, begins.ms, endMs) && !excluded.some((each) => isSame(each, begins)))
      found.set(begins.ms, { begins, endMs });
  };
  let goesOn = false;
  add(main.begins, main.ends.ms);
  for (const { at, endMs } of added) {
    add(at, endMs ?? endOf(main, at));
    goesOn ||= at.ms >= window.toMs;
  }
  for (const rule of main.rules) {
    const followed = followRule(main, rule, window);
    if ('message' in followed) note(rule.line, followed.message);
    else {
      for (const begins of followed.days) add(begins, endOf(main, begins));
      goesOn ||= followed.goesOn;
    }
  }
  return { found: [...found.values()].sort((a, b) => a.begins.ms - b.begins.ms), goesOn, problems };
}

/** By its DURATION; or as much later on the wall clock, where start and end were written by one clock; or in time. */
function endOf({ begins, ends, length }: ReadComponent, day: Moment): number {
  const measured = length === null ? null : after(day, length);
  if (measured !== null && typeof measured !== 'string') return measured.ms;
  if (begins.zone !== ends.zone || begins.zone === 'UTC') return day.ms + (ends.ms - begins.ms);
  return Math.max(instantOf(day.local.add(begins.local.until(ends.local)), day.zone), day.ms + 1);
}

function followRule(
  { begins, ends }: ReadComponent,
  rule: Property,
  window: Window,
): { days: Moment[]; goesOn: boolean } | { message: string } {
  const text = readRule(rule.value, begins);
  if ('message' in text) return text;
  // Followed on a clock without daylight saving; each day is put on the event's own clock after.
  const clock = (atMs: number) => localAt(atMs, begins.zone).toZonedDateTime('UTC');
  const lengthMs = Math.max(0, ends.ms - begins.ms);
  const until = clock(window.toMs);
  const days: Moment[] = [];
  try {
    const followed = new RRuleTemporal({
      rruleString: text.rule,
      dtstart: begins.local.toZonedDateTime('UTC'),
      includeDtstart: true,
      strict: true,
      temporal: Temporal,
    });
    let day = followed.next(clock(Math.max(0, window.fromMs - lengthMs - DAY_MS)), true);
    for (; day !== null && Temporal.ZonedDateTime.compare(day, until) < 0; day = followed.next(day)) {
      if (days.length >= MOST_OCCURRENCES)
        return { message: `repeats more than ${MOST_OCCURRENCES} times in the time that is imported` };
      const local = day.toPlainDateTime();
      const { zone, date } = begins;
      days.push({ ms: instantOf(local, zone), zone, local, date: date && local.toPlainDate() });
    }
    return { days, goesOn: day !== null };
  } catch (thrown) {
    // It throws where a rule leads nowhere for very long, and for rules that are none.
    const why = messageOf(thrown);
    return {
      message: /maximum/i.test(why)
        ? `"${rule.value.slice(0, 80)}" cannot be followed so far: begin it later, or count less`
        : `"${rule.value.slice(0, 80)}" is no rule that can be followed: ${why}`,
    };
  }
}

/** The rule with its UNTIL on the clock that it is followed by. */
function readRule(value: string, begins: Moment): { rule: string } | { message: string } {
  const parts = value
    .trim()
    .split(';')
    .map((part) => part.split('=', 2).map((half) => half.trim().toUpperCase()) as [string, string?]);
  const counted = Number(parts.find(([name]) => name === 'COUNT')?.[1] ?? 1);
  if (!Number.isSafeInteger(counted) || counted < 1 || counted > MOST_COUNTED)
    return { message: `COUNT must be a number from 1 to ${MOST_COUNTED}` };
  const written = parts.map(([name, given = '']) => {
    if (name !== 'UNTIL') return `${name}=${given}`;
    const until = readTime({ name, parameters: {}, value: given, line: 0 }, begins.zone);
    if (typeof until === 'string') return { message: until };
    // A day alone counts to its end.
    const last =
      until.date === null ? localAt(until.ms, begins.zone) : until.local.with({ hour: 23, minute: 59, second: 59 });
    return `UNTIL=${last.toString({ smallestUnit: 'second' }).replace(/[-:]/g, '')}Z`;
  });
  const wrong = written.find((part) => typeof part !== 'string');
  return wrong ?? { rule: written.join(';') };
}

/** Times in a list; a period brings its own end. */
function readList(
  property: Property,
  floatingZone: string,
  note: (line: number, message: string) => void,
): { at: Moment; endMs: number | null }[] {
  const values = property.value.split(',').map((value) => value.trim());
  if (values.length > MOST_DATES) {
    note(property.line, `${property.name} lists more than ${MOST_DATES} times`);
    return [];
  }
  return values.flatMap((value) => {
    const [begin = '', end] = value.split('/', 2);
    const at = readTime({ ...property, value: begin }, floatingZone);
    const ends =
      end === undefined || typeof at === 'string'
        ? null
        : /^[+-]?P/.test(end)
          ? after(at, end)
          : readTime({ ...property, value: end }, floatingZone);
    for (const wrong of [at, ends]) if (typeof wrong === 'string') note(property.line, wrong);
    if (typeof at === 'string' || typeof ends === 'string') return [];
    if (ends !== null && ends.ms <= at.ms) {
      note(property.line, `"${value.slice(0, 60)}" ends before it begins`);
      return [];
    }
    return [{ at, endMs: ends?.ms ?? null }];
  });
}
