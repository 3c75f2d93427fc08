import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Alert, compareAlerts } from './alert.ts';
import { mutedByTime } from './alert-plan.ts';
import { decideNotification } from './decide-notification.ts';
import { createInhibitor } from './inhibitor.ts';
import { fingerprintOf } from './labels/fingerprint.ts';
import { parseMatchers } from './matchers/parse-matchers.ts';
import { mergeAlerts } from './merge-alerts.ts';
import { PostedAlertsError, readPostedAlerts, readTime } from './read-posted-alerts.ts';
import { groupKeyOf, groupLabelsOf, matchRoutes, type Route } from './route.ts';
import { changeSilence, expireSilence, type Silence, SilenceError, sortSilences, stateOfSilence } from './silence.ts';
import { createSilenceIndex } from './silence-index.ts';

const alertOf = (labels: Record<string, string>, more: Partial<Alert> = {}): Alert => ({
  fingerprint: fingerprintOf(labels),
  labels,
  annotations: {},
  generatorUrl: '',
  startsAtMs: 0,
  endsAtMs: 1_000,
  timeout: false,
  updatedAtMs: 0,
  receivedAtMs: 0,
  ...more,
});

describe('reports of one alert', () => {
  const labels = { alertname: 'x' };
  const report = (startsAtMs: number, endsAtMs: number, updatedAtMs: number, more: Partial<Alert> = {}) =>
    alertOf(labels, { startsAtMs, endsAtMs, updatedAtMs, receivedAtMs: updatedAtMs, ...more });

  it('that overlap are one: earliest start, latest text, latest end that was named', () => {
    const known = report(100, 500, 100, { annotations: { text: 'old' } });
    const merged = mergeAlerts(known, report(150, 400, 200, { annotations: { text: 'new' } }), 300);
    expect(merged).toMatchObject({ startsAtMs: 100, endsAtMs: 500, annotations: { text: 'new' }, receivedAtMs: 100 });
    // An end that only follows from the timeout gives way to one that was named.
    const timedOut = report(100, 900, 100, { timeout: true });
    expect(mergeAlerts(timedOut, report(150, 400, 200), 300).endsAtMs).toBe(400);
    // Both over: the later end.
    expect(mergeAlerts(report(100, 480, 100), report(90, 410, 200), 600).endsAtMs).toBe(480);
  });

  it('without overlap stand alone, and begin a new firing', () => {
    const again = report(600, 900, 600);
    expect(mergeAlerts(report(100, 500, 100), again, 600)).toBe(again);
  });

  it('start never later and are never older than the newest report of the firing', () => {
    const time = fc.integer({ min: 0, max: 1_000 });
    const any = fc.record({ start: time, length: fc.integer({ min: 1, max: 500 }), at: time, timeout: fc.boolean() });
    fc.assert(
      fc.property(any, any, time, (a, b, nowMs) => {
        const known = report(a.start, a.start + a.length, a.at, { timeout: a.timeout });
        const next = report(b.start, b.start + b.length, b.at, { timeout: b.timeout });
        const merged = mergeAlerts(known, next, nowMs);
        expect([known.endsAtMs, next.endsAtMs]).toContain(merged.endsAtMs);
        expect(merged.startsAtMs).toBeLessThanOrEqual(next.startsAtMs);
        if (next.updatedAtMs >= known.updatedAtMs) expect(merged.updatedAtMs).toBe(next.updatedAtMs);
      }),
    );
  });
});

describe('a posted alert', () => {
  const options = { nowMs: 10_000, resolveTimeoutMs: 300_000, mode: 'fallback' as const };
  const read = (body: unknown) => readPostedAlerts(body, options);

  it('has a start and an end, whatever it lacks', () => {
    const { alerts } = read([
      { labels: { a: 'b', empty: '' } },
      { labels: { a: 'c' }, endsAt: '1970-01-01T00:00:05Z' },
      { labels: { a: 'd' }, startsAt: '0001-01-01T00:00:00Z', endsAt: '0001-01-01T00:00:00.000Z' },
      { labels: { a: 'e' }, startsAt: '0001-01-01T00:00:01Z' },
      { labels: { a: 'f' }, startsAt: '2030-01-01T00:00:00.123456789+02:00', endsAt: '2031-01-01T00:00:00Z' },
    ]);
    expect(alerts.map((alert) => [alert.startsAtMs, alert.endsAtMs, alert.timeout])).toEqual([
      [10_000, 310_000, true],
      [5_000, 5_000, false],
      [10_000, 310_000, true],
      [Date.parse('0001-01-01T00:00:01Z'), 310_000, true],
      [Date.parse('2029-12-31T22:00:00.123Z'), Date.parse('2031-01-01T00:00:00Z'), false],
    ]);
    expect(alerts[0]?.labels).toEqual({ a: 'b' });
  });

  it('that is bad is named, and the good ones of its request are taken', () => {
    const { alerts, errors } = read([
      { labels: {} },
      { annotations: { a: 'b' } },
      { labels: { a: 'b' }, startsAt: '2030-01-01T00:00:00Z', endsAt: '2029-01-01T00:00:00Z' },
      { labels: { a: 'half \ud83d' } },
      { labels: { a: 'fine' } },
    ]);
    expect(errors).toEqual([
      'at least one label pair required',
      'at least one label pair required',
      'start time must be before end time',
      'invalid label set: invalid value "half \\ufffd"',
    ]);
    expect(alerts.map((alert) => alert.labels)).toEqual([{ a: 'fine' }]);
  });

  it('needs names of letters in classic mode only', () => {
    const body = [{ labels: { '00': 'b', '🙂': 'c' } }];
    expect(read(body).errors).toEqual([]);
    expect(readPostedAlerts(body, { ...options, mode: 'classic' }).errors).toEqual([
      'invalid label set: invalid name "00"',
    ]);
  });

  it('of another shape is refused with its place, and nothing else happens', () => {
    expect(() => read({})).toThrow(PostedAlertsError);
    expect(() => read([{ labels: { a: 1 } }])).toThrow('alerts.0.labels.a must be of type string');
    expect(() => read([{ labels: { a: 'b' }, startsAt: 'yesterday' }])).toThrow(/alerts\.0\.startsAt/);
    fc.assert(
      fc.property(fc.jsonValue(), (body) => {
        try {
          read(body);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(PostedAlertsError);
        }
      }),
    );
    expect(readTime(null, 'x')).toBeNull();
  });

  it('may have a label of any name', () => {
    const body = JSON.parse('[{"labels":{"__proto__":"a","constructor":"b"}}]') as unknown;
    const [alert] = read(body).alerts;
    expect(Object.entries(alert?.labels ?? {})).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ]);
  });
});

describe('routes', () => {
  const route = (matchers: string, more: Partial<Route> = {}): Route => ({
    id: matchers,
    key: matchers,
    receiver: matchers,
    groupBy: new Set(['alertname']),
    groupWaitMs: 0,
    groupIntervalMs: 1,
    repeatIntervalMs: 1,
    matchers: parseMatchers(matchers),
    continue: false,
    muteTimeIntervals: [],
    activeTimeIntervals: [],
    routes: [],
    ...more,
  });

  it('are taken depth first, the first that matches unless it goes on', () => {
    const root = route('{}', {
      routes: [
        route('team="a"', { routes: [route('severity="page"'), route('severity=~"page|warn"')] }),
        route('team=~"a|b"', { continue: true }),
        route('team="b"'),
      ],
    });
    const taken = (labels: Record<string, string>) => matchRoutes(root, labels).map((found) => found.receiver);
    expect(taken({ team: 'a', severity: 'page' })).toEqual(['severity="page"']);
    expect(taken({ team: 'a', severity: 'warn' })).toEqual(['severity=~"page|warn"']);
    expect(taken({ team: 'a' })).toEqual(['team="a"']);
    expect(taken({ team: 'b' })).toEqual(['team=~"a|b"', 'team="b"']);
    expect(taken({})).toEqual(['{}']);
  });

  it('group by the labels they name, or by all', () => {
    const alert = alertOf({ alertname: 'x', instance: 'i' });
    expect(groupLabelsOf(route('{}'), alert)).toEqual({ alertname: 'x' });
    expect(groupLabelsOf(route('{}', { groupBy: 'all' }), alert)).toEqual(alert.labels);
    expect(groupKeyOf({ key: '{}/{a="b"}' }, { alertname: 'x"y' })).toBe('{}/{a="b"}:{alertname="x\\"y"}');
  });

  it('are quiet in a mute interval, and outside all active ones', () => {
    const plan = { root: route('{}'), inhibitRules: [], isWithin: (name: string) => name.startsWith('now') };
    const muted = (mute: string[], active: string[]) =>
      mutedByTime(plan, route('{}', { muteTimeIntervals: mute, activeTimeIntervals: active }), 0);
    expect(muted([], [])).toEqual([]);
    expect(muted(['never', 'now-1'], [])).toEqual(['now-1']);
    expect(muted([], ['never', 'now-1'])).toEqual([]);
    expect(muted([], ['never', 'nor-then'])).toEqual(['never', 'nor-then']);
  });
});

describe('what a receiver hears', () => {
  const decide = (
    told: [string[], string[], number] | null,
    firing: string[],
    resolved: string[],
    more: { sendResolved?: boolean; tickMs?: number } = {},
  ) => {
    const decision = decideNotification({
      entry: told ? { firing: new Set(told[0]), resolved: new Set(told[1]), notifiedAtMs: told[2] } : undefined,
      firing: new Set(firing),
      resolved: new Set(resolved),
      sendResolved: more.sendResolved ?? true,
      repeatIntervalMs: 100,
      tickMs: more.tickMs ?? 50,
    });
    return decision.notify ? decision.reason : null;
  };

  it.each([
    ['the first firing', decide(null, ['a'], []), 'first notification'],
    ['what ended before anybody heard of it', decide(null, [], ['a']), null],
    ['another alert', decide([['a'], [], 0], ['a', 'b'], []), 'new alerts in group'],
    ['a firing after the end was told', decide([[], ['a'], 0], ['a'], []), 'first notification'],
    ['the end of all', decide([['a'], [], 0], [], ['a']), 'all alerts resolved'],
    [
      'the end of all, although it wants no ends',
      decide([['a'], [], 0], [], ['a'], { sendResolved: false }),
      'all alerts resolved',
    ],
    ['the end of one', decide([['a', 'b'], [], 0], ['a'], ['b']), 'new resolved alerts'],
    [
      'the end of one it does not want to hear',
      decide([['a', 'b'], [], 0], ['a'], ['b'], { sendResolved: false }),
      null,
    ],
    ['an end it was told', decide([['a'], ['b'], 0], ['a'], ['b']), null],
    ['the same, exactly after the interval', decide([['a'], [], 0], ['a'], [], { tickMs: 100 }), null],
    ['the same, later than that', decide([['a'], [], 0], ['a'], [], { tickMs: 101 }), 'repeat interval elapsed'],
    ['what came and went between two ticks', decide([[], ['a'], 0], [], ['a', 'b']), null],
  ])('of %s', (_what, reason, wanted) => {
    expect(reason).toBe(wanted);
  });
});

describe('inhibition', () => {
  const rule = (source: string, target: string, equal: string[] = []) => ({
    name: '',
    source: parseMatchers(source),
    target: parseMatchers(target),
    equal,
  });

  it('holds while a source with the same labels fires', () => {
    const inhibitor = createInhibitor([rule('severity="critical"', 'severity="warning"', ['cluster', 'zone'])]);
    const source = alertOf({ severity: 'critical', cluster: 'a' }, { endsAtMs: 500 });
    inhibitor.noteAlert(source);
    expect(inhibitor.inhibitedBy({ severity: 'warning', cluster: 'a' }, 100)).toBe(source.fingerprint);
    // A missing label equals an empty one, and nothing else.
    expect(inhibitor.inhibitedBy({ severity: 'warning', cluster: 'a', zone: 'z' }, 100)).toBeNull();
    expect(inhibitor.inhibitedBy({ severity: 'warning', cluster: 'b' }, 100)).toBeNull();
    expect(inhibitor.inhibitedBy({ severity: 'info', cluster: 'a' }, 100)).toBeNull();
    expect(inhibitor.inhibitedBy({ severity: 'warning', cluster: 'a' }, 500)).toBeNull();
    inhibitor.noteAlert({ ...source, endsAtMs: 900 });
    expect(inhibitor.inhibitedBy({ severity: 'warning', cluster: 'a' }, 500)).toBe(source.fingerprint);
    inhibitor.forget(source.fingerprint);
    expect(inhibitor.inhibitedBy({ severity: 'warning', cluster: 'a' }, 500)).toBeNull();
  });

  it('does not let alerts that are source and target inhibit themselves or each other', () => {
    const inhibitor = createInhibitor([rule('team="a"', 'team="a"'), rule('', '')]);
    const one = alertOf({ team: 'a', n: '1' });
    inhibitor.noteAlert(one);
    inhibitor.noteAlert(alertOf({ team: 'a', n: '2' }));
    expect(inhibitor.inhibitedBy(one.labels, 0)).toBeNull();
  });
});

describe('a silence', () => {
  const options = { nowMs: 10_500, mode: 'fallback' as const, newId: () => 'new' };
  const request = (more: object = {}) => ({
    id: '',
    matchers: [{ name: 'a', type: '=' as const, value: 'b' }],
    startsAtMs: 10_000,
    endsAtMs: 20_000,
    createdBy: 'ops',
    comment: 'c',
    annotations: { ticket: 'T-1' },
    ...more,
  });
  const known = changeSilence(undefined, request(), { ...options, nowMs: 9_000 }).silence;

  it('begins now when its start is past or not given', () => {
    expect(changeSilence(undefined, request(), options)).toMatchObject({
      silence: { id: 'new', startsAtMs: 10_500, endsAtMs: 20_000, annotations: { ticket: 'T-1' } },
      expired: null,
    });
    expect(changeSilence(undefined, request({ startsAtMs: null }), options).silence.startsAtMs).toBe(10_500);
    expect(changeSilence(undefined, request({ startsAtMs: 12_000 }), options).silence.startsAtMs).toBe(12_000);
  });

  const change = (more: object, nowMs = 10_500, of: Silence = known) =>
    changeSilence(of, request({ id: of.id, ...more }), { ...options, nowMs, newId: () => 'another' });
  it.each([
    ['active, with another end and comment', change({ endsAtMs: 30_000, comment: 'd' }), known.id, false],
    ['active, with its start in whole seconds', change({ startsAtMs: 10_400 }), known.id, false],
    ['active, with another start', change({ startsAtMs: 8_000 }), 'another', true],
    ['active, with other matchers', change({ matchers: [{ name: 'a', type: '=', value: 'c' }] }), 'another', true],
    ['pending, moved', change({ startsAtMs: 15_000 }, 9_500), known.id, false],
    ['pending, moved into the past', change({ startsAtMs: 9_000 }, 9_500), 'another', true],
    ['expired', change({ endsAtMs: 40_000 }, 30_000), 'another', false],
  ])('%s, keeps its id only while history stays true', (_how, { silence, expired }, id, ends) => {
    expect(silence.id).toBe(id);
    expect(expired !== null).toBe(ends);
    if (expired) expect(stateOfSilence(expired, 10_500)).toBe('expired');
  });

  it('is over at once when it is expired, and expiring twice is fine', () => {
    const over = expireSilence(known, 12_000);
    expect(stateOfSilence(over, 12_000)).toBe('expired');
    expect(expireSilence(over, 13_000)).toBe(over);
    expect(stateOfSilence(expireSilence(known, 9_500), 9_500)).toBe('expired');
  });

  it.each([
    ['no matcher', { matchers: [] }, 'invalid silence: matcher set 0 is empty'],
    [
      'matchers that let everything through',
      { matchers: [{ name: 'a', type: '=~', value: '.*' }] },
      'invalid silence: matcher set 0: at least one matcher must not match the empty string',
    ],
    [
      'a bad expression',
      { matchers: [{ name: 'a', type: '=~', value: '(' }] },
      /invalid label matcher 0 in set 0: invalid regular expression "\("/,
    ],
    ['no end', { endsAtMs: null }, 'invalid silence: invalid zero end timestamp'],
    ['an end before its start', { endsAtMs: 5_000 }, 'invalid silence: end time must not be before start time'],
  ])('with %s is refused', (_what, more, message) => {
    const attempt = () => changeSilence(undefined, request(more), options);
    expect(attempt).toThrow(SilenceError);
    expect(attempt).toThrow(message);
  });

  it('is listed active first, then pending, then expired', () => {
    const at = (id: string, startsAtMs: number, endsAtMs: number): Silence => ({ ...known, id, startsAtMs, endsAtMs });
    const silences = [
      at('e1', 0, 10),
      at('p2', 300, 400),
      at('a2', 0, 200),
      at('e2', 0, 20),
      at('p1', 250, 500),
      at('a1', 0, 150),
    ];
    expect(sortSilences(silences, 100).map((silence) => silence.id)).toEqual(['a1', 'a2', 'p1', 'p2', 'e2', 'e1']);
  });

  it('is found for an alert like by asking every silence', () => {
    const value = fc.constantFrom('x', 'y', 'z', '');
    const labels = fc.dictionary(fc.constantFrom('a', 'b', 'c'), value);
    const matcher = fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('=', '!=', '=~', '!~'), value);
    const silence = fc.record({
      matchers: fc.array(matcher, { minLength: 1, maxLength: 3 }),
      startsAtMs: fc.nat(100),
      lengthMs: fc.nat(100),
    });
    fc.assert(
      fc.property(
        fc.array(silence, { maxLength: 8 }),
        fc.array(labels, { maxLength: 5 }),
        fc.nat(200),
        (drafts, sets, nowMs) => {
          const index = createSilenceIndex();
          const silences = drafts.map(
            (draft, at): Silence => ({
              ...known,
              id: `s${at}`,
              matchers: draft.matchers.flatMap(([name, type, text]) => parseMatchers(`${name}${type}"${text}"`)),
              startsAtMs: draft.startsAtMs,
              endsAtMs: draft.startsAtMs + draft.lengthMs,
            }),
          );
          for (const each of silences) index.set(each);
          for (const set of sets) {
            const plain = silences
              .filter((each) => stateOfSilence(each, nowMs) === 'active')
              .filter((each) => each.matchers.every((own) => own.matches(set[own.name] ?? '')))
              .map((each) => each.id);
            expect(index.silencedBy(fingerprintOf(set), set, nowMs)).toEqual(plain.sort());
          }
        },
      ),
    );
  });
});

describe('alerts in a notification', () => {
  it('are in order of job, instance and labels', () => {
    const sets = [
      { z: '1' },
      { instance: 'b' },
      { job: 'b' },
      { job: 'a', instance: 'y' },
      { job: 'a', instance: 'x' },
      { instance: 'a' },
    ];
    const sorted = sets.map((labels) => alertOf(labels)).sort(compareAlerts);
    expect(sorted.map((alert) => alert.labels)).toEqual([
      { job: 'a', instance: 'x' },
      { job: 'a', instance: 'y' },
      { job: 'b' },
      { instance: 'a' },
      { instance: 'b' },
      { z: '1' },
    ]);
  });
});
