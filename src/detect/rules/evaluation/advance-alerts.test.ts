import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { advanceAlerts, endAll, isDue, RESEND_MS, resumeAlerts } from './advance-alerts.ts';
import type { RuleAlert, RuleAlerts } from './rule-alert.ts';

const MINUTE = 60_000;
const sample = (fingerprint: string, value = 1) => ({
  fingerprint,
  labels: { id: fingerprint },
  annotations: {},
  value,
});
const NONE: RuleAlerts = new Map();

/** Evaluates once a minute; each step names what is there. @returns `id:state` after each */
function story(steps: readonly string[], rule: { forMs?: number; keepFiringForMs?: number }, limit = 0) {
  let alerts = NONE;
  return steps.map((step, index) => {
    const nowMs = index * MINUTE;
    const advanced = advanceAlerts(
      alerts,
      [...step].map((id) => sample(id)),
      {
        rule: { forMs: 0, keepFiringForMs: 0, ...rule },
        nowMs,
        limit,
      },
    );
    alerts = new Map(
      [...advanced.alerts].map(([id, alert]) => [id, isDue(alert, nowMs) ? { ...alert, sentAtMs: nowMs } : alert]),
    );
    return [...alerts.values()]
      .map(({ fingerprint, state }) => `${fingerprint}:${state}`)
      .sort()
      .join(' ');
  });
}

describe('alerts of a rule', () => {
  it.each([
    ['fires at once without for', ['a', ''], {}, ['a:firing', 'a:resolved']],
    ['waits for its time', ['a', 'a', 'a'], { forMs: 2 * MINUTE }, ['a:pending', 'a:pending', 'a:firing']],
    [
      'is forgotten when it goes while it waits',
      ['a', '', 'a', 'a'],
      { forMs: 2 * MINUTE },
      ['a:pending', '', 'a:pending', 'a:pending'],
    ],
    ['is forgotten once its end was told', ['a', '', '', ''], {}, ['a:firing', 'a:resolved', '', '']],
    [
      'waits anew after its end',
      ['a', 'a', '', 'a'],
      { forMs: MINUTE },
      ['a:pending', 'a:firing', 'a:resolved', 'a:pending'],
    ],
    [
      'fires on for a while',
      ['a', '', '', ''],
      { keepFiringForMs: 2 * MINUTE },
      ['a:firing', 'a:firing', 'a:firing', 'a:resolved'],
    ],
    [
      'fires on from the last time it went',
      ['a', '', 'a', '', '', ''],
      { keepFiringForMs: 2 * MINUTE },
      ['a:firing', 'a:firing', 'a:firing', 'a:firing', 'a:firing', 'a:resolved'],
    ],
    ['is not kept while it waits', ['a', ''], { forMs: MINUTE, keepFiringForMs: MINUTE }, ['a:pending', '']],
    [
      'each on its own',
      ['a', 'ab', 'b'],
      { forMs: MINUTE },
      ['a:pending', 'a:firing b:pending', 'a:resolved b:firing'],
    ],
  ])('%s', (_what, steps, rule, expected) => expect(story(steps, rule)).toEqual(expected));

  it('end when there are more than the limit, which is an error', () => {
    expect(story(['ab', 'abc', 'ab'], {}, 2)).toEqual([
      'a:firing b:firing',
      'a:resolved b:resolved',
      'a:firing b:firing',
    ]);
    const options = { rule: { forMs: 0, keepFiringForMs: 0 }, nowMs: 0, limit: 1 };
    expect(advanceAlerts(NONE, [sample('a'), sample('b')], options).error).toBe('exceeded limit of 1 with 2 alerts');
  });

  it('stay as they are when two samples have the same labels', () => {
    const options = { rule: { forMs: 0, keepFiringForMs: 0 }, nowMs: 0, limit: 0 };
    const before = advanceAlerts(NONE, [sample('a')], options).alerts;
    const { alerts, error } = advanceAlerts(before, [sample('a'), sample('a')], options);
    expect(alerts).toBe(before);
    expect(error).toContain('same labelset');
  });

  it('are told when they fire, again each minute, and once when they end', () => {
    const rule = { forMs: 0, keepFiringForMs: 0 };
    let alerts = NONE;
    const told: string[] = [];
    for (let nowMs = 0; nowMs <= 5 * MINUTE; nowMs += MINUTE / 4) {
      const there = nowMs < 3 * MINUTE ? [sample('a')] : [];
      alerts = advanceAlerts(alerts, there, { rule, nowMs, limit: 0 }).alerts;
      const due = [...alerts.values()].filter((alert) => isDue(alert, nowMs));
      told.push(...due.map(({ state }) => `${nowMs / MINUTE} ${state}`));
      alerts = new Map(
        [...alerts].map(([id, alert]) => [id, due.includes(alert) ? { ...alert, sentAtMs: nowMs } : alert]),
      );
    }
    expect(RESEND_MS).toBe(MINUTE);
    expect(told).toEqual(['0 firing', '1 firing', '2 firing', '3 resolved']);
    expect(alerts.size).toBe(0);
  });
});

describe('after a time when nobody looked', () => {
  const pending = (activeAtMs: number): RuleAlert => ({
    ...sample('a'),
    state: 'pending',
    activeAtMs,
    firedAtMs: null,
    resolvedAtMs: null,
    goneSinceMs: null,
    sentAtMs: null,
  });
  const resumed = (lastMinute: number, nowMinute: number) =>
    resumeAlerts(new Map([['a', pending(0)]]), {
      lastMs: lastMinute * MINUTE,
      nowMs: nowMinute * MINUTE,
      intervalMs: MINUTE,
    }).get('a')?.activeAtMs;

  it('waiting goes on where it was', () => {
    expect(resumed(3, 4)).toBe(0);
    expect(resumed(3, 5)).toBe(0);
    expect(resumed(3, 14)).toBe(10 * MINUTE);
  });
  it('of more than an hour, it begins anew', () => expect(resumed(3, 70)).toBeUndefined());
  it('what fires goes on firing', () => {
    const firing: RuleAlert = { ...pending(0), state: 'firing', firedAtMs: 0 };
    const options = { lastMs: 0, nowMs: 500 * MINUTE, intervalMs: MINUTE };
    expect(resumeAlerts(new Map([['a', firing]]), options).get('a')).toBe(firing);
  });
});

/** The state of one set of labels after the last of these looks, told from the whole history and not step by step. */
function oracle(present: readonly boolean[], times: readonly number[], forMs: number, keepMs: number): string {
  let from = 0;
  // An episode begins with a sample, and ends with the look that forgets or resolves it.
  for (;;) {
    while (from < present.length && !present[from]) from += 1;
    if (from === present.length) return 'none';
    const activeAt = times[from] ?? 0;
    let gone = from;
    while (gone < present.length && present[gone]) gone += 1;
    const fires = times.findIndex((time, index) => index >= from && index < gone && time - activeAt >= forMs);
    if (fires < 0) {
      if (gone === present.length) return 'pending';
      from = gone;
      continue;
    }
    let end = -1;
    let lastGone = -1;
    for (let index = fires; index < present.length && end < 0; index += 1) {
      if (present[index]) lastGone = -1;
      else {
        if (lastGone < 0) lastGone = index;
        if ((times[index] ?? 0) - (times[lastGone] ?? 0) >= keepMs) end = index;
      }
    }
    if (end < 0) return 'firing';
    if (end === present.length - 1) return 'resolved';
    from = end + 1;
  }
}

describe('any history', () => {
  const histories = fc.array(fc.record({ there: fc.boolean(), afterMs: fc.integer({ min: 1, max: 5 }) }), {
    maxLength: 40,
  });

  it('comes to what its definition says', () => {
    fc.assert(
      fc.property(
        histories,
        fc.integer({ min: 0, max: 12 }),
        fc.integer({ min: 0, max: 12 }),
        (history, forMs, keepMs) => {
          let alerts = NONE;
          let nowMs = 0;
          const present: boolean[] = [];
          const times: number[] = [];
          for (const { there, afterMs } of history) {
            nowMs += afterMs;
            present.push(there);
            times.push(nowMs);
            const rule = { forMs, keepFiringForMs: keepMs };
            alerts = advanceAlerts(alerts, there ? [sample('a')] : [], { rule, nowMs, limit: 0 }).alerts;
            expect(alerts.get('a')?.state ?? 'none').toBe(oracle(present, times, forMs, keepMs));
            const due = [...alerts.values()].filter((alert) => isDue(alert, nowMs));
            alerts = new Map(
              [...alerts].map(([id, alert]) => [id, due.includes(alert) ? { ...alert, sentAtMs: nowMs } : alert]),
            );
          }
          for (const alert of endAll(alerts, nowMs + 1).values()) expect(alert.state).toBe('resolved');
        },
      ),
      { numRuns: 500 },
    );
  });

  it('tells the end of everything it told of, once', () => {
    fc.assert(
      fc.property(
        histories,
        fc.integer({ min: 0, max: 6 }),
        fc.array(fc.boolean(), { maxLength: 40 }),
        (history, keepMs, lost) => {
          let alerts = NONE;
          let nowMs = 0;
          let told = '';
          const steps = [...history, ...Array.from({ length: 20 }, () => ({ there: false, afterMs: 1 }))];
          steps.forEach(({ there, afterMs }, index) => {
            nowMs += afterMs;
            const rule = { forMs: 0, keepFiringForMs: keepMs };
            alerts = advanceAlerts(alerts, there ? [sample('a')] : [], { rule, nowMs, limit: 0 }).alerts;
            for (const [id, alert] of alerts) {
              // Whoever is told may be away.
              if (!isDue(alert, nowMs) || (lost[index] ?? false)) continue;
              told += alert.state === 'firing' ? 'f' : 'r';
              alerts = new Map(alerts).set(id, { ...alert, sentAtMs: nowMs });
            }
          });
          expect(alerts.size).toBe(0);
          // An end whose beginning was lost is told too: nothing of it is kept back.
          expect(told).toMatch(/^(?:f*r)*$/);
        },
      ),
      { numRuns: 500 },
    );
  });
});
