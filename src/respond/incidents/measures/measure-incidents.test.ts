import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findScheme } from '../severity-schemes.ts';
import {
  judgeResolution,
  judgeResponse,
  type MeasuredIncident,
  measureIncidents,
  type SentPage,
} from './measure-incidents.ts';

const START = Date.UTC(2026, 2, 1, 10);
const MINUTE_MS = 60_000;
const at = (minutes: number) => new Date(START + minutes * MINUTE_MS);
const incident = (given: Partial<MeasuredIncident>): MeasuredIncident => ({
  severity: 1,
  scheme: 'p1-p4',
  keptScheme: null,
  openedAt: at(0),
  acknowledgedAt: null,
  acknowledgedBy: null,
  resolvedAt: null,
  over: false,
  respondBy: null,
  ...given,
});

describe('a time to resolve', () => {
  const [first, ...others] = findScheme('p1-p4').levels;
  const keptScheme = { calendar: null, levels: [{ ...first!, resolveWithinMs: 60 * MINUTE_MS }, ...others] };
  it.each([
    ['no scheme promises one', { keptScheme: null, scheme: 'p1-p4' }, 'unpromised'],
    ['it goes on and is not late', {}, 'pending'],
    ['it was resolved at the last moment', { resolvedAt: at(60), over: true }, 'attained'],
    ['it was resolved a minute later', { resolvedAt: at(61), over: true }, 'missed'],
    ['it was closed and never resolved', { over: true }, 'missed'],
    ['another level promises none', { severity: 2 as const }, 'unpromised'],
  ])('where %s', (_what, given, judged) => {
    expect(judgeResolution(incident({ keptScheme, scheme: 'own', ...given }), at(30))).toBe(judged);
  });

  it('is missed once its time is over', () => {
    expect(judgeResolution(incident({ keptScheme }), at(61))).toBe('missed');
  });
});

describe('a response time', () => {
  const cases: [string, Partial<MeasuredIncident>, number, ReturnType<typeof judgeResponse>][] = [
    ['taken at the last moment of five minutes', { acknowledgedAt: at(5) }, 60, 'attained'],
    ['taken a minute late', { acknowledgedAt: at(6) }, 60, 'missed'],
    ['over by itself before it was due', { resolvedAt: at(3), over: true }, 60, 'attained'],
    ['over by itself when it was late', { resolvedAt: at(9), over: true }, 60, 'missed'],
    [
      'resolved in time and acknowledged afterwards',
      { resolvedAt: at(3), acknowledgedAt: at(8), over: true },
      60,
      'attained',
    ],
    ['not taken yet', {}, 4, 'pending'],
    ['not taken and late', {}, 6, 'missed'],
    ['closed without a word', { over: true }, 1, 'missed'],
    ['nothing promised', { severity: 4, acknowledgedAt: at(900) }, 901, 'unpromised'],
    ['by the calendar it keeps', { severity: 4, respondBy: at(1_000), acknowledgedAt: at(900) }, 901, 'attained'],
  ];
  it.each(cases)('%s', (_name, given, nowMinutes, expected) => {
    expect(judgeResponse(incident(given), at(nowMinutes))).toBe(expected);
  });
});

describe('measures', () => {
  it('of known times are the known ones', () => {
    const measured = measureIncidents(
      {
        incidents: [
          incident({ acknowledgedAt: at(2), acknowledgedBy: 'user:ada', resolvedAt: at(30), over: true }),
          incident({ acknowledgedAt: at(10), acknowledgedBy: 'user:grace', resolvedAt: at(60), over: true }),
          incident({ severity: 3, acknowledgedAt: at(30), acknowledgedBy: 'user:ada' }),
        ],
        pages: [
          { incidentId: 'one', recipient: 'ada', at: at(0) },
          { incidentId: 'one', recipient: 'ada', at: at(1) },
          { incidentId: 'two', recipient: 'grace', at: at(60) },
        ],
        schedules: [
          {
            schedule: 'primary',
            shifts: [
              { start: at(0).toISOString(), end: at(60).toISOString(), user: 'ada' },
              { start: at(60).toISOString(), end: at(120).toISOString(), user: 'grace' },
            ],
          },
        ],
      },
      { from: at(0), to: at(120) },
      at(120),
    );
    expect(measured.all).toEqual({
      incidents: 3,
      open: 1,
      toAcknowledge: { count: 3, meanMs: 14 * MINUTE_MS, medianMs: 10 * MINUTE_MS },
      toResolve: { count: 2, meanMs: 45 * MINUTE_MS, medianMs: 45 * MINUTE_MS },
      resolution: { attained: 0, missed: 0, pending: 0, unpromised: 3, ratio: null },
      response: { attained: 2, missed: 1, pending: 0, unpromised: 0, ratio: 2 / 3 },
    });
    expect(measured.bySeverity.map(({ label, response }) => [label, response.ratio])).toEqual([
      ['P1', 0.5],
      ['P3', 1],
    ]);
    expect(measured.people).toEqual([
      { name: 'ada', pages: 2, incidents: 1, acknowledged: 2 },
      { name: 'grace', pages: 1, incidents: 1, acknowledged: 1 },
    ]);
    expect(measured.shifts).toMatchObject([
      { schedule: 'primary', shifts: 2, pagesPerShift: 1.5, incidentsPerShift: 1 },
    ]);
    expect(measured.shifts[0]?.busiest.map(({ user, pages }) => [user, pages])).toEqual([
      ['ada', 2],
      ['grace', 1],
    ]);
  });

  it('of nothing are null and not zero', () => {
    const nothing = measureIncidents({ incidents: [], pages: [], schedules: [] }, { from: at(0), to: at(1) }, at(1));
    expect(nothing.all).toMatchObject({ toResolve: { count: 0, meanMs: null }, response: { ratio: null } });
  });

  it('agree with counting one by one', () => {
    const minutes = fc.integer({ min: 0, max: 500 });
    const maybe = fc.option(minutes, { nil: null });
    const anIncident = fc
      .record({ severity: fc.constantFrom(1, 2, 3, 4) as fc.Arbitrary<1 | 2 | 3 | 4>, ack: maybe, resolve: maybe })
      .map(({ severity, ack, resolve }) =>
        incident({
          severity,
          acknowledgedAt: ack === null ? null : at(ack),
          acknowledgedBy: ack === null ? null : 'user:ada',
          resolvedAt: resolve === null ? null : at(resolve),
          over: resolve !== null,
        }),
      );
    const aPage: fc.Arbitrary<SentPage> = fc
      .record({ incidentId: fc.constantFrom('a', 'b', 'c'), recipient: fc.constantFrom('ada', 'grace'), at: minutes })
      .map((page) => ({ ...page, at: at(page.at) }));
    const shift = fc
      .record({ start: minutes, length: fc.integer({ min: 1, max: 100 }), user: fc.constantFrom('ada', 'grace') })
      .map(({ start, length, user }) => ({
        start: at(start).toISOString(),
        end: at(start + length).toISOString(),
        user,
      }));
    fc.assert(
      fc.property(
        fc.array(anIncident),
        fc.array(aPage),
        fc.array(shift, { maxLength: 15 }),
        (incidents, pages, shifts) => {
          const schedules = [{ schedule: 's', shifts }];
          const measured = measureIncidents({ incidents, pages, schedules }, { from: at(0), to: at(600) }, at(600));
          let [sum, count, kept, late] = [0, 0, 0, 0];
          for (const each of incidents) {
            if (each.acknowledgedAt) {
              sum += each.acknowledgedAt.getTime() - START;
              count += 1;
            }
            if (each.severity === 4) continue;
            const limit = START + { 1: 5, 2: 15, 3: 60 }[each.severity] * MINUTE_MS;
            const first = Math.min(each.acknowledgedAt?.getTime() ?? Infinity, each.resolvedAt?.getTime() ?? Infinity);
            if (first <= limit) kept += 1;
            else late += 1;
          }
          expect(measured.all.toAcknowledge.count).toBe(count);
          expect(measured.all.toAcknowledge.meanMs).toBe(count === 0 ? null : Math.round(sum / count));
          expect(measured.all.response).toMatchObject({ attained: kept, missed: late, pending: 0 });
          const severities = measured.bySeverity.reduce((total, each) => total + each.incidents, 0);
          expect(severities).toBe(incidents.length);
          let inShifts = 0;
          for (const { start, end, user } of shifts)
            for (const page of pages) {
              const time = page.at.toISOString();
              if (page.recipient === user && time >= start && time < end) inShifts += 1;
            }
          expect(measured.shifts[0]?.pagesPerShift ?? 0).toBeCloseTo(
            shifts.length === 0 ? 0 : inShifts / shifts.length,
          );
        },
      ),
      { numRuns: 200 },
    );
  });
});
