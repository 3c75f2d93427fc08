import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Rotation, type ScheduleSpec, scheduleSpecSchema } from '../../../contract/oncall.ts';
import { isWorkingTime, nextBusinessDay } from './business-time.ts';
import { explainOnCall } from './explain-on-call.ts';
import { type OverrideSpan, shiftsBetween } from './shifts.ts';
import { nextHandover, whoIsOnCall } from './who-is-on-call.ts';

const HOUR_MS = 3_600_000;
const at = (text: string) => Date.parse(text);
const schedule = (spec: object): ScheduleSpec => scheduleSpecSchema.parse(spec);
const weekly = (rotation: Partial<Rotation> = {}, participants = ['ada', 'grace', 'linus']) =>
  schedule({
    timezone: 'Europe/Berlin',
    layers: [{ name: 'primary', rotation: { every: 'week', startsOn: '2026-01-05', ...rotation }, participants }],
  });
let made = 0;
const override = (span: {
  start: string;
  end: string;
  user: string;
  replaces?: string;
  layer?: string;
}): OverrideSpan => {
  made += 1;
  return {
    id: `ovr_${made}`,
    start: at(span.start),
    end: at(span.end),
    user: span.user,
    replaces: span.replaces ?? null,
    layer: span.layer ?? null,
  };
};
const tell = (spec: ScheduleSpec, from: string, to: string, overrides: OverrideSpan[] = []) =>
  shiftsBetween(spec, overrides, { start: at(from), end: at(to) }).map(
    (shift) =>
      `${new Date(shift.start).toISOString().slice(0, 16)} ${(shift.end - shift.start) / HOUR_MS}h ${shift.user}`,
  );

describe('a rotation', () => {
  it('hands over at its hour on the wall clock, in its own time zone', () => {
    expect(tell(weekly(), '2026-01-05T00:00Z', '2026-01-26T00:00Z')).toEqual([
      '2026-01-05T08:00 168h ada',
      '2026-01-12T08:00 168h grace',
      '2026-01-19T08:00 160h linus',
    ]);
    expect(tell(weekly({ timezone: 'Asia/Tokyo' }), '2026-01-05T00:00Z', '2026-01-06T00:00Z')).toEqual([
      '2026-01-05T00:00 24h ada',
    ]);
  });

  it('has a first handover on the named weekday on or after its start, and nobody before', () => {
    const spec = weekly({ startsOn: '2026-01-06', handoverDay: 'mon' });
    expect(tell(spec, '2026-01-01T00:00Z', '2026-01-13T00:00Z')).toEqual(['2026-01-12T08:00 16h ada']);
    expect(whoIsOnCall(spec, [], at('2026-01-12T07:59:59.999Z')).user).toBeNull();
    expect(whoIsOnCall(spec, [], at('2026-01-12T08:00:00.000Z')).user).toBe('ada');
  });

  it.each([
    // The night the clocks go forward has 23 hours, the night they go back 25.
    [
      '2026-03-28T12:00Z',
      '2026-03-31T00:00Z',
      ['2026-03-28T12:00 19h', '2026-03-29T07:00 24h', '2026-03-30T07:00 17h'],
    ],
    ['2026-03-27T12:00Z', '2026-03-29T08:00Z', ['2026-03-27T12:00 20h', '2026-03-28T08:00 23h', '2026-03-29T07:00 1h']],
    ['2026-10-24T07:00Z', '2026-10-26T08:00Z', ['2026-10-24T07:00 25h', '2026-10-25T08:00 24h']],
  ])('of a day keeps its hour across daylight saving (%s)', (from, to, expected) => {
    const spec = weekly({ every: 'day' }, ['ada', 'grace']);
    expect(tell(spec, from, to).map((line) => line.replace(/ \w+$/, ''))).toEqual(expected);
  });

  it('whose handover is skipped by daylight saving hands over an hour later on the clock, at the same moment', () => {
    const spec = weekly({ handoverAt: '02:30', startsOn: '2026-03-22', handoverDay: 'sun' });
    expect(tell(spec, '2026-03-22T00:00Z', '2026-04-06T00:00Z')).toEqual([
      '2026-03-22T01:30 168h ada',
      '2026-03-29T01:30 167h grace',
      '2026-04-05T00:30 23.5h linus',
    ]);
  });

  it('whose handover comes twice hands over the first time', () => {
    const spec = weekly({ handoverAt: '02:30', startsOn: '2026-10-18', handoverDay: 'sun' });
    expect(tell(spec, '2026-10-18T00:30Z', '2026-11-01T01:30Z')).toEqual([
      '2026-10-18T00:30 168h ada',
      '2026-10-25T00:30 169h grace',
    ]);
  });

  it('of twelve hours hands over at eight and twenty all year', () => {
    const spec = weekly({ every: 'hour', length: 12, handoverAt: '08:00', startsOn: '2026-03-28' }, ['day', 'night']);
    expect(tell(spec, '2026-03-28T07:00Z', '2026-03-29T18:00Z')).toEqual([
      '2026-03-28T07:00 12h day',
      '2026-03-28T19:00 11h night',
      '2026-03-29T06:00 12h day',
    ]);
  });

  it('in a zone that skips a whole day goes on behind it', () => {
    const spec = schedule({
      timezone: 'Pacific/Apia',
      layers: [
        { name: 'a', rotation: { every: 'hour', length: 5, startsOn: '2011-12-28' }, participants: ['ada', 'grace'] },
      ],
    });
    const shifts = shiftsBetween(spec, [], { start: at('2011-12-29T00:00Z'), end: at('2012-01-02T00:00Z') });
    for (const [index, shift] of shifts.entries()) {
      expect(shift.end).toBeGreaterThan(shift.start);
      if (index > 0) expect(shift.start).toBe(shifts[index - 1]!.end);
    }
  });
});

describe('layers', () => {
  const spec = schedule({
    timezone: 'Europe/Berlin',
    layers: [
      {
        name: 'office',
        rotation: { every: 'day', startsOn: '2026-01-05' },
        participants: ['ada', 'grace'],
        only: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', to: '17:00' }],
      },
      {
        name: 'night',
        rotation: { every: 'week', startsOn: '2026-01-05' },
        participants: ['linus'],
        only: [{ from: '22:00', to: '06:00' }],
      },
      { name: 'rest', rotation: { every: 'week', startsOn: '2026-01-05' }, participants: ['margaret'] },
    ],
  });

  it('are read from the top, where they are open', () => {
    expect(tell(spec, '2026-01-05T08:00Z', '2026-01-06T08:00Z')).toEqual([
      '2026-01-05T08:00 8h ada',
      '2026-01-05T16:00 5h margaret',
      '2026-01-05T21:00 8h linus',
      '2026-01-06T05:00 3h margaret',
    ]);
  });

  it('can be looked at one by one', () => {
    const range = { start: at('2026-01-05T08:00Z'), end: at('2026-01-06T08:00Z') };
    expect(shiftsBetween(spec, [], range, 'night').map((shift) => shift.user)).toEqual(['linus']);
    expect(whoIsOnCall(spec, [], at('2026-01-05T09:00Z'), 'rest').user).toBe('margaret');
    expect(shiftsBetween(spec, [], range, 'nothing')).toEqual([]);
  });
});

describe('an override', () => {
  const spec = weekly({}, ['ada', 'grace']);
  it('puts somebody in for everybody, or only where one person would be on', () => {
    const span = { start: '2026-01-11T00:00Z', end: '2026-01-13T00:00Z', user: 'linus' };
    expect(tell(spec, '2026-01-10T00:00Z', '2026-01-14T00:00Z', [override(span)])).toEqual([
      '2026-01-10T00:00 24h ada',
      '2026-01-11T00:00 32h linus',
      '2026-01-12T08:00 16h linus',
      '2026-01-13T00:00 24h grace',
    ]);
    expect(tell(spec, '2026-01-10T00:00Z', '2026-01-14T00:00Z', [override({ ...span, replaces: 'ada' })])).toEqual([
      '2026-01-10T00:00 24h ada',
      '2026-01-11T00:00 32h linus',
      '2026-01-12T08:00 40h grace',
    ]);
  });

  it('made later counts where two meet, and fills what is empty', () => {
    const early = override({ start: '2026-01-04T00:00Z', end: '2026-01-06T00:00Z', user: 'linus' });
    const late = override({
      start: '2026-01-05T12:00Z',
      end: '2026-01-07T00:00Z',
      user: 'margaret',
      replaces: 'linus',
    });
    expect(tell(spec, '2026-01-03T00:00Z', '2026-01-07T00:00Z', [early, late])).toEqual([
      '2026-01-04T00:00 32h linus',
      '2026-01-05T08:00 4h linus',
      '2026-01-05T12:00 12h margaret',
      '2026-01-06T00:00 24h ada',
    ]);
  });
});

describe('who is on call', () => {
  it('is told with the reason', () => {
    const spec = weekly({ handoverDay: 'mon' });
    const now = at('2026-01-20T12:00Z');
    expect(explainOnCall(spec, whoIsOnCall(spec, [], now))).toBe(
      'layer "primary", weekly rotation since 2026-01-05, handover Monday 09:00 Europe/Berlin, position 3 of 3: linus',
    );
    const standIn = override({ start: '2026-01-20T00:00Z', end: '2026-01-21T00:00Z', user: 'ada', replaces: 'linus' });
    expect(explainOnCall(spec, whoIsOnCall(spec, [standIn], now))).toBe(
      `layer "primary", weekly rotation since 2026-01-05, handover Monday 09:00 Europe/Berlin, position 3 of 3: linus; override ${standIn.id} for linus: ada until 2026-01-21 01:00 Europe/Berlin`,
    );
    expect(explainOnCall(spec, whoIsOnCall(spec, [], at('2026-01-01T00:00Z')))).toContain('has not begun');
  });

  it('is told with who comes next', () => {
    const spec = weekly();
    expect(nextHandover(spec, [], at('2026-01-06T00:00Z'))).toEqual({ atMs: at('2026-01-12T08:00Z'), user: 'grace' });
    expect(nextHandover(weekly({}, ['ada']), [], at('2026-01-06T00:00Z'))).toBeNull();
    expect(nextHandover(spec, [], at('2026-01-05T00:00Z'))).toEqual({ atMs: at('2026-01-05T08:00Z'), user: 'ada' });
  });
});

describe('any schedule', () => {
  const dates = fc.integer({ min: at('2019-01-01'), max: at('2029-01-01') });
  const users = fc.constantFrom('ada', 'grace', 'linus', 'margaret');
  const days = fc.uniqueArray(fc.constantFrom('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'), { minLength: 1 });
  const time = fc
    .integer({ min: 0, max: 95 })
    .map((n) => `${String(Math.floor(n / 4)).padStart(2, '0')}:${String((n % 4) * 15).padStart(2, '0')}`);
  const zone = fc.constantFrom(
    'Europe/Berlin',
    'America/New_York',
    'Australia/Lord_Howe',
    'Asia/Kolkata',
    'America/Santiago',
  );
  const layer = fc.record({
    rotation: fc.record({
      every: fc.constantFrom('hour', 'day', 'week'),
      length: fc.integer({ min: 1, max: 30 }),
      startsOn: dates.map((ms) => new Date(ms).toISOString().slice(0, 10)),
      handoverAt: time,
      timezone: zone,
    }),
    participants: fc.array(users, { minLength: 1, maxLength: 4 }),
    only: fc.option(fc.array(fc.record({ days, from: time, to: time }), { minLength: 1, maxLength: 3 }), {
      nil: undefined,
    }),
  });
  const any = fc.record({
    spec: fc
      .tuple(zone, fc.array(layer, { minLength: 1, maxLength: 3 }))
      .map(([timezone, layers]) =>
        schedule({ timezone, layers: layers.map((each, n) => ({ ...each, name: `l${n}` })) }),
      ),
    overrides: fc.array(
      fc.record({
        start: dates,
        hours: fc.integer({ min: 1, max: 20_000 }),
        user: users,
        replaces: fc.option(users),
        layer: fc.option(fc.constantFrom('l0', 'l1')),
      }),
      { maxLength: 4 },
    ),
    from: dates,
    days: fc.integer({ min: 1, max: 21 }),
    looks: fc.array(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), { minLength: 5, maxLength: 10 }),
    layer: fc.option(fc.constantFrom('l0', 'l1')),
  });

  it('has shifts that never overlap, and at each instant the one on call is the one of the shift around it', () => {
    fc.assert(
      fc.property(any, ({ spec, overrides, from, days: length, looks, layer: only }) => {
        const spans = overrides.map((each, n) => ({ ...each, id: `ovr_${n}`, end: each.start + each.hours * HOUR_MS }));
        const range = { start: from, end: from + length * 24 * HOUR_MS };
        const shifts = shiftsBetween(spec, spans, range, only);
        for (const [index, shift] of shifts.entries()) {
          expect(shift.end).toBeGreaterThan(shift.start);
          expect(shift.start).toBeGreaterThanOrEqual(shifts[index - 1]?.end ?? range.start);
          expect(shift.end).toBeLessThanOrEqual(range.end);
        }
        const instants = [
          ...looks.map((share) => from + Math.floor(share * (range.end - from))),
          ...shifts.slice(0, 4).flatMap((shift) => [shift.start, shift.end - 1]),
        ];
        for (const instant of instants) {
          const shift = shifts.find((each) => each.start <= instant && instant < each.end);
          const { user, layer: named, index, insteadOf, override: by } = whoIsOnCall(spec, spans, instant, only);
          expect({ user, insteadOf, index, overrideId: by?.id ?? null }).toEqual({
            user: shift?.user ?? null,
            insteadOf: shift?.insteadOf ?? null,
            index: shift?.index ?? null,
            overrideId: shift?.overrideId ?? null,
          });
          if (shift) expect(named).toBe(shift.layer);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('without hours of the week has no gap from its first handover on, however the range is cut', () => {
    fc.assert(
      fc.property(layer, zone, dates, fc.integer({ min: 1, max: 30 }), (each, timezone, from, length) => {
        const { only: _only, ...always } = each;
        const spec = schedule({
          timezone,
          layers: [{ ...always, rotation: { ...always.rotation, startsOn: '2018-06-01' }, name: 'a' }],
        });
        const range = { start: from, end: from + length * 24 * HOUR_MS };
        const middle = Math.floor((range.start + range.end) / 2);
        const whole = shiftsBetween(spec, [], range);
        expect(whole[0]?.start).toBe(range.start);
        expect(whole.at(-1)?.end).toBe(range.end);
        for (const [index, shift] of whole.entries()) if (index > 0) expect(shift.start).toBe(whole[index - 1]!.end);
        const halves = [
          ...shiftsBetween(spec, [], { start: range.start, end: middle }),
          ...shiftsBetween(spec, [], { start: middle, end: range.end }),
        ];
        const ownedMs = (shifts: typeof whole, user: string) =>
          shifts.filter((shift) => shift.user === user).reduce((sum, shift) => sum + shift.end - shift.start, 0);
        for (const user of each.participants) expect(ownedMs(halves, user)).toBe(ownedMs(whole, user));
      }),
      { numRuns: 40 },
    );
  });
});

describe('the next business day', () => {
  const calendar = {
    timezone: 'America/New_York',
    hours: [
      {
        days: ['mon' as const, 'tue' as const, 'wed' as const, 'thu' as const, 'fri' as const],
        from: '09:00',
        to: '17:00',
      },
    ],
    holidays: ['2026-12-25'],
  };
  it.each([
    ['2026-03-06T20:00Z', 1, '2026-03-09T13:00:00.000Z', '2026-03-09T21:00:00.000Z'],
    ['2026-12-24T15:00Z', 1, '2026-12-28T14:00:00.000Z', '2026-12-28T22:00:00.000Z'],
    ['2026-12-24T15:00Z', 2, '2026-12-29T14:00:00.000Z', '2026-12-29T22:00:00.000Z'],
    ['2026-06-02T03:59Z', 1, '2026-06-02T13:00:00.000Z', '2026-06-02T21:00:00.000Z'],
  ])('after %s (%i) is from %s to %s', (from, n, start, end) => {
    expect(nextBusinessDay(calendar, at(from), n)).toEqual({ start: at(start), end: at(end) });
  });

  it('is none where nobody ever works', () => {
    expect(nextBusinessDay({ ...calendar, hours: [] }, at('2026-01-01'))).toBeNull();
    expect(isWorkingTime(calendar, at('2026-12-25T15:00Z'))).toBe(false);
    expect(isWorkingTime(calendar, at('2026-12-24T15:00Z'))).toBe(true);
  });
});
