import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadAlertmanagerConfig } from '../load-config.ts';
import type { InclusiveRange, TimeInterval } from './time-interval.ts';
import { timeIntervalContains } from './time-interval-contains.ts';

function interval(yaml: string): TimeInterval {
  const config = loadAlertmanagerConfig(
    `route: {receiver: a}\nreceivers: [{name: a}]\ntime_intervals:\n  - name: t\n    time_intervals:\n      - ${yaml}\n`,
    { file: 'am.yml' },
  );
  const found = config.timeIntervals.get('t')?.[0];
  expect(found).toBeDefined();
  return found as TimeInterval;
}

describe('a time interval', () => {
  it.each<[string, string, boolean]>([
    ['{}', '2026-03-01T00:00:00Z', true],
    ["{times: [{start_time: '09:00', end_time: '17:00'}]}", '2026-03-02T08:59:59.999Z', false],
    ["{times: [{start_time: '09:00', end_time: '17:00'}]}", '2026-03-02T09:00:00Z', true],
    ["{times: [{start_time: '09:00', end_time: '17:00'}]}", '2026-03-02T17:00:00Z', false],
    ["{times: [{start_time: '00:00', end_time: '24:00'}]}", '2026-03-02T23:59:59Z', true],
    ['{times: []}', '2026-03-02T23:59:59Z', false],
    ['{weekdays: [Monday:FRIDAY]}', '2026-03-02T12:00:00Z', true],
    ['{weekdays: [Monday:FRIDAY]}', '2026-03-01T12:00:00Z', false],
    ['{weekdays: [sunday, tuesday]}', '2026-03-01T12:00:00Z', true],
    ["{days_of_month: ['1:5', '-3:-1']}", '2026-02-26T12:00:00Z', true],
    ["{days_of_month: ['1:5', '-3:-1']}", '2026-02-25T12:00:00Z', false],
    ["{days_of_month: ['31']}", '2026-04-30T12:00:00Z', false],
    ["{days_of_month: ['25:31']}", '2026-04-30T12:00:00Z', true],
    ["{days_of_month: ['-31']}", '2026-02-28T12:00:00Z', false],
    ["{days_of_month: ['-1'], location: Europe/Berlin}", '2026-03-31T10:00:00Z', true],
    ["{days_of_month: ['-1'], location: Europe/Berlin}", '2026-03-30T10:00:00Z', false],
    ["{months: ['january:march', '12']}", '2026-12-31T23:59:59Z', true],
    ["{months: ['january:march', '12']}", '2026-04-01T00:00:00Z', false],
    ["{years: ['2024:2025', '2030']}", '2026-01-01T00:00:00Z', false],
    ["{years: ['2026']}", '2026-01-01T00:00:00Z', true],
    ["{years: ['2026'], location: America/New_York}", '2026-01-01T04:59:00Z', false],
    ["{weekdays: ['monday'], location: Australia/Sydney}", '2026-03-01T13:00:00Z', true],
    ["{times: [{start_time: '02:00', end_time: '03:00'}], location: Europe/Berlin}", '2026-03-29T01:30:00Z', false],
    ["{times: [{start_time: '02:00', end_time: '03:00'}], location: Europe/Berlin}", '2026-10-25T00:30:00Z', true],
    ["{times: [{start_time: '02:00', end_time: '03:00'}], location: Europe/Berlin}", '2026-10-25T01:30:00Z', true],
  ])('%s at %s: %s', (yaml, at, contained) => {
    expect(timeIntervalContains(interval(yaml), Date.parse(at))).toBe(contained);
  });

  it('says the same as the calendar of Intl, day by day and minute by minute', () => {
    const range = (low: number, high: number) =>
      fc.tuple(fc.integer({ min: low, max: high }), fc.integer({ min: low, max: high })).map(([a, b]) => ({
        first: Math.min(a, b),
        last: Math.max(a, b),
      }));
    const maybe = <Value>(item: fc.Arbitrary<Value>) => fc.option(fc.array(item, { maxLength: 3 }), { nil: null });
    const anyInterval: fc.Arbitrary<TimeInterval> = fc.record({
      times: maybe(range(0, 1_439).map(({ first, last }) => ({ fromMinute: first, toMinute: last + 1 }))),
      weekdays: maybe(range(0, 6)),
      daysOfMonth: maybe(fc.oneof(range(1, 31), range(-31, -1))),
      months: maybe(range(1, 12)),
      years: maybe(range(1990, 2040)),
      timeZone: fc.constantFrom(
        null,
        'Europe/Berlin',
        'America/St_Johns',
        'Asia/Kathmandu',
        'Pacific/Apia',
        'Antarctica/Troll',
      ),
    });
    fc.assert(
      fc.property(anyInterval, fc.integer({ min: 631_152_000_000, max: 2_208_988_800_000 }), (given, at) => {
        expect(timeIntervalContains(given, at)).toBe(oracle(given, at));
      }),
      { numRuns: 3_000 },
    );
  });
});

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** The same question asked of the platform's calendar, by listing what each range stands for. */
function oracle(given: TimeInterval, at: number): boolean {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: given.timeZone ?? 'UTC',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    weekday: 'short',
    hourCycle: 'h23',
  }).formatToParts(at);
  const part = (type: string) => parts.find((item) => item.type === type)?.value ?? '';
  const year = Number(part('year'));
  const month = Number(part('month'));
  const monthDays = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const listed = (ranges: InclusiveRange[] | null, value: number) =>
    ranges === null ||
    ranges.some(({ first, last }) => Array.from({ length: last - first + 1 }, (_, n) => first + n).includes(value));
  const day = Number(part('day'));
  const minute = Number(part('hour')) * 60 + Number(part('minute'));
  return (
    (given.times === null || given.times.some((time) => minute >= time.fromMinute && minute < time.toMinute)) &&
    // The same day counted from both ends.
    (given.daysOfMonth === null ||
      given.daysOfMonth.some((one) => listed([one], one.first < 0 ? day - monthDays - 1 : day))) &&
    listed(given.months, month) &&
    listed(given.weekdays, WEEKDAYS.indexOf(part('weekday'))) &&
    listed(given.years, year)
  );
}
