import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readIcal } from './read-ical.ts';

const at = (text: string) => Date.parse(`${text}Z`);
const read = (window: readonly [string, string], ...events: readonly (readonly string[])[]) => {
  const text = [
    'BEGIN:VCALENDAR',
    ...events.flatMap((lines) => ['BEGIN:VEVENT', ...lines, 'END:VEVENT']),
    'END:VCALENDAR',
  ];
  return readIcal(text.join('\r\n'), 'Europe/Berlin', { fromMs: at(window[0]), toMs: at(window[1]) });
};
/** As `03-28T21:00/05:00` in UTC, in order. */
const spans = (found: ReturnType<typeof read>) =>
  found.problems.length > 0
    ? found.problems
    : found.events
        .toSorted((a, b) => a.startMs - b.startMs)
        .map(({ startMs, endMs }) => [startMs, endMs].map((ms) => new Date(ms).toISOString()))
        .map(([start, end]) => `${start!.slice(5, 16)}/${end!.slice(11, 16)}`);
const nights = ['UID:n', 'DTSTART;TZID=Europe/Berlin:20260102T220000', 'DTEND;TZID=Europe/Berlin:20260103T060000'];

describe('an event that repeats', () => {
  it.each([
    [
      'keeps its hours on the wall clock when summer time begins in Europe',
      ['2026-03-27T12:00', '2026-03-31T00:00'],
      [...nights, 'RRULE:FREQ=DAILY'],
      ['03-27T21:00/05:00', '03-28T21:00/04:00', '03-29T20:00/04:00', '03-30T20:00/04:00'],
    ],
    [
      'and when it ends',
      ['2026-10-23T12:00', '2026-10-27T00:00'],
      [...nights, 'RRULE:FREQ=DAILY'],
      ['10-23T20:00/04:00', '10-24T20:00/05:00', '10-25T21:00/05:00', '10-26T21:00/05:00'],
    ],
    [
      'also in New York, which changes on other days',
      ['2026-03-01T00:00', '2026-04-01T00:00'],
      [
        'UID:w',
        'DTSTART;TZID=America/New_York:20251229T090000',
        'DURATION:P1W',
        'RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO',
      ],
      ['02-23T14:00/14:00', '03-09T13:00/13:00', '03-23T13:00/13:00'],
    ],
    [
      'at an hour that is skipped comes after the gap, at one that comes twice the first time',
      ['2026-03-28T12:00', '2026-03-30T12:00'],
      ['UID:g', 'DTSTART;TZID=Europe/Berlin:20260101T023000', 'DURATION:PT1H', 'RRULE:FREQ=DAILY'],
      ['03-29T01:30/02:30', '03-30T00:30/01:30'],
    ],
    [
      'at an hour that comes twice begins the first time',
      ['2026-10-24T12:00', '2026-10-26T12:00'],
      ['UID:t', 'DTSTART;TZID=Europe/Berlin:20260101T023000', 'DURATION:PT2H', 'RRULE:FREQ=DAILY'],
      ['10-25T00:30/02:30', '10-26T01:30/03:30'],
    ],
    [
      'in UTC knows no change',
      ['2026-03-28T00:00', '2026-03-31T00:00'],
      ['UID:u', 'DTSTART:20260101T100000Z', 'DTEND:20260101T180000Z', 'RRULE:FREQ=DAILY'],
      ['03-28T10:00/18:00', '03-29T10:00/18:00', '03-30T10:00/18:00'],
    ],
    [
      'for whole days lasts 23 or 25 hours where a day does',
      ['2026-10-24T00:00', '2026-10-27T00:00'],
      ['UID:d', 'DTSTART;VALUE=DATE:20260104', 'RRULE:FREQ=WEEKLY;BYDAY=SU'],
      ['10-24T22:00/23:00'],
    ],
    [
      'ends with the day its UNTIL says in UTC',
      ['2026-03-01T00:00', '2026-05-01T00:00'],
      [
        'UID:e',
        'DTSTART;TZID=Europe/Berlin:20260325T090000',
        'DURATION:PT1H',
        'RRULE:FREQ=DAILY;UNTIL=20260327T080000Z',
      ],
      ['03-25T08:00/09:00', '03-26T08:00/09:00', '03-27T08:00/09:00'],
    ],
    [
      'ends after the day of an UNTIL without a time',
      ['2026-03-01T00:00', '2026-05-01T00:00'],
      ['UID:e', 'DTSTART;TZID=Europe/Berlin:20260325T230000', 'DURATION:PT1H', 'RRULE:FREQ=DAILY;UNTIL=20260326'],
      ['03-25T22:00/23:00', '03-26T22:00/23:00'],
    ],
    [
      'counts from its first day, those before the window too',
      ['2026-01-04T00:00', '2026-05-01T00:00'],
      ['UID:c', 'DTSTART:20260101T000000Z', 'DURATION:PT1H', 'RRULE:FREQ=DAILY;COUNT=5'],
      ['01-04T00:00/01:00', '01-05T00:00/01:00'],
    ],
    [
      'leaves out what is excepted, by time and by day, and adds what is listed, periods too',
      ['2026-01-01T00:00', '2026-05-01T00:00'],
      [
        ...['UID:x', 'DTSTART;TZID=Europe/Berlin:20260105T090000', 'DURATION:PT1H', 'RRULE:FREQ=DAILY;COUNT=4'],
        ...['EXDATE;TZID=Europe/Berlin:20260106T090000,20260109T090000', 'EXDATE;VALUE=DATE:20260107'],
        ...[
          'RDATE;TZID=Europe/Berlin:20260120T120000',
          'RDATE;VALUE=PERIOD:20260121T000000Z/PT3H,20260122T000000Z/20260122T020000Z',
        ],
      ],
      ['01-05T08:00/09:00', '01-08T08:00/09:00', '01-20T11:00/12:00', '01-21T00:00/03:00', '01-22T00:00/02:00'],
    ],
    [
      'may be the last Friday of a month, or its last working day',
      ['2026-01-01T00:00', '2026-03-15T00:00'],
      ['UID:m', 'DTSTART:20260130T000000Z', 'DURATION:PT1H', 'RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1'],
      ['01-30T00:00/01:00', '02-27T00:00/01:00'],
    ],
    [
      'passes months without its day',
      ['2026-01-01T00:00', '2026-06-15T00:00'],
      ['UID:m', 'DTSTART:20260131T000000Z', 'DURATION:PT1H', 'RRULE:FREQ=MONTHLY'],
      ['01-31T00:00/01:00', '03-31T00:00/01:00', '05-31T00:00/01:00'],
    ],
  ] as const)('%s', (_what, window, lines, expected) => {
    expect(spans(read(window, lines))).toEqual(expected);
  });

  it('has days that differ: moved, given to another, cancelled', () => {
    const series = ['UID:s', 'SUMMARY:ada', 'DTSTART;TZID=Europe/Berlin:20260302T090000', 'DURATION:PT8H'];
    const found = read(
      ['2026-03-01T00:00', '2026-04-30T00:00'],
      [...series, 'RRULE:FREQ=WEEKLY;COUNT=5'],
      // The change of the clock lies between: the place is named in UTC.
      [
        'UID:s',
        'SUMMARY:grace',
        'RECURRENCE-ID:20260330T070000Z',
        'DTSTART:20260331T070000Z',
        'DTEND:20260331T080000Z',
      ],
      [
        'UID:s',
        'STATUS:CANCELLED',
        'RECURRENCE-ID;TZID=Europe/Berlin:20260309T090000',
        'DTSTART;TZID=Europe/Berlin:20260309T090000',
      ],
    );
    expect(spans(found)).toEqual(['03-02T08:00/16:00', '03-16T08:00/16:00', '03-23T08:00/16:00', '03-31T07:00/08:00']);
    expect(found.events.at(-1)).toMatchObject({ summary: 'grace', series: 's', uid: 's\n2026-03-30T07:00:00.000Z' });
    expect(new Set(found.events.map(({ uid }) => uid)).size).toBe(4);
    expect(found).toMatchObject({ uids: ['s'], goesOn: false });
  });

  it('that is cancelled as a whole is named, so that what was imported of it goes', () => {
    const cancelled = [...nights, 'RRULE:FREQ=DAILY', 'STATUS:CANCELLED'];
    expect(read(['2026-01-01T00:00', '2026-02-01T00:00'], cancelled)).toEqual({
      events: [],
      uids: ['n'],
      goesOn: false,
      problems: [],
    });
  });

  it('says whether it goes on', () => {
    const window = ['2026-01-01T00:00', '2026-02-01T00:00'] as const;
    expect(read(window, [...nights, 'RRULE:FREQ=DAILY']).goesOn).toBe(true);
    expect(read(window, [...nights, 'RRULE:FREQ=DAILY;COUNT=9']).goesOn).toBe(false);
  });

  it.each([
    ['RRULE:FREQ=SECONDLY', 'repeats more than 1000 times'],
    ['RRULE:FREQ=MINUTELY;COUNT=9999', 'repeats more than 1000 times'],
    ['RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30', 'cannot be followed so far'],
    ['RRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30', 'cannot be followed so far'],
    ['RRULE:FREQ=DAILY;COUNT=99999999', 'COUNT must be a number from 1 to 10000'],
    ['RRULE:FREQ=DAILY;COUNT=0', 'COUNT must be a number'],
    ['RRULE:FREQ=DAILY;INTERVAL=0', 'is no rule that can be followed: '],
    ['RRULE:FREQ=OFTEN', 'is no rule that can be followed: '],
    ['RRULE:every day', 'is no rule that can be followed: '],
    ['RRULE:FREQ=DAILY;UNTIL=soon', '"SOON" is not a time'],
    ['RRULE:FREQ=DAILY;COUNT=2;UNTIL=20270101T000000Z', 'is no rule that can be followed: '],
    ['EXRULE:FREQ=DAILY', 'EXRULE is not read'],
    ['RECURRENCE-ID;RANGE=THISANDFUTURE:20260101T000000Z', 'end the series and begin another'],
    ['EXDATE:never\r\nRRULE:FREQ=DAILY', '"never" is not a time'],
    [`RDATE:${Array.from({ length: 2_001 }, () => '20260101T000000Z').join(',')}`, 'lists more than 2000 times'],
    ['RDATE;VALUE=PERIOD:20260101T000000Z/20250101T000000Z', 'ends before it begins'],
  ])('that cannot be followed says so, soon: %s', (line, message) => {
    const startedMs = performance.now();
    const [problem] = read(['2026-01-01T00:00', '2027-01-01T00:00'], [...nights, line]).problems;
    expect(problem?.message).toContain(message);
    expect(problem?.line).toBeGreaterThan(1);
    // Far more than it takes, far less than a rule without bounds would.
    expect(performance.now() - startedMs).toBeLessThan(10_000);
  });

  it('is where a clock on the wall says, hour by hour through a year, whatever days and weeks it names', () => {
    const zones = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Africa/Casablanca', 'UTC'];
    const names = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];
    const fromMs = at('2026-01-01T00:00');
    const toMs = at('2027-01-01T00:00');
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1 }),
        // Not at night: what is right there is said by hand above.
        fc.integer({ min: 8, max: 22 }),
        fc.integer({ min: 1, max: 3 }),
        (zone, days, hour, every) => {
          const rule = `RRULE:FREQ=WEEKLY;INTERVAL=${every};WKST=SU;BYDAY=${days.map((day) => names[day]).join(',')}`;
          const start = `20251228T${String(hour).padStart(2, '0')}0000`;
          const found = read(
            ['2026-01-01T00:00', '2027-01-01T00:00'],
            ['UID:p', `DTSTART;TZID=${zone}:${start}`, 'DURATION:PT1M', rule],
          );
          const clock = new Intl.DateTimeFormat('en-US', {
            timeZone: zone,
            ...({ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' } as const),
            hourCycle: 'h23',
          });
          const expected: number[] = [];
          for (let ms = fromMs; ms < toMs; ms += 1_800_000) {
            const shown = Object.fromEntries(clock.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
            if (shown['hour'] !== hour || shown['minute'] !== 0) continue;
            const day = Date.UTC(shown['year']!, shown['month']! - 1, shown['day']);
            const week = Math.floor((day - Date.UTC(2025, 11, 28)) / (7 * 86_400_000));
            if (week % every === 0 && days.includes(new Date(day).getUTCDay())) expected.push(ms);
          }
          expect(found.problems).toEqual([]);
          expect(found.events.map(({ startMs }) => startMs).filter((ms) => ms >= fromMs)).toEqual(expected);
        },
      ),
      { numRuns: 5 },
    );
  });
});
