import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase } from '../../../../test/harness/postgres.ts';
import { createManualClock } from '../../../platform/clock/manual-clock.ts';
import { type Database, openDatabase } from '../../../platform/db/database.ts';
import { createSilentLogger } from '../../../platform/log/logger.ts';
import { loadRules } from '../files/load-rules.ts';
import { readRuleStates } from '../rule-store.ts';
import type { QueryAnswer } from './active-samples.ts';
import { nextTime, offsetOf } from './group-times.ts';
import { identifyRules } from './identify-rules.ts';
import { startRuleEvaluator } from './start-rule-evaluator.ts';

const MINUTE = 60_000;
const { groups } = loadRules(
  `groups:
- name: g
  query_offset: 30s
  rules:
  - {alert: Down, expr: up == 0, for: 2m, labels: {host: "{{ $labels.instance }}"}, annotations: {s: "{{ $value }}"}}`,
  'r.yaml',
);
const [group] = identifyRules(groups);
const ruleId = group?.rules[0]?.id ?? '';
const down: QueryAnswer = { ok: true, samples: [{ labels: { __name__: 'up', instance: 'db-1' }, value: 0 }] };
const fine: QueryAnswer = { ok: true, samples: [] };

let database: Database;
beforeAll(async () => {
  database = openDatabase({
    connectionString: (await createTestDatabase()).connectionString,
    poolMax: 4,
    onError: () => {},
  });
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.pool.query('truncate rule_alerts, rule_evaluations');
});

/** An evaluator on a clock of its own, that the test moves from look to look. */
function stage(startMs: number) {
  const clock = createManualClock(new Date(startMs));
  const told: string[] = [];
  const asked: number[] = [];
  const world = {
    answer: fine as QueryAnswer,
    evaluates: true,
    refuse: false,
    hold: null as Promise<void> | null,
    missed: 0,
  };
  const evaluator = startRuleEvaluator({
    pool: database.pool,
    clock,
    logger: createSilentLogger(),
    intervalMs: MINUTE,
    externalUrl: () => 'http://ops',
    externalLabels: {},
    record: null,
    place: (expression) => ({ expression }),
    evaluates: () => world.evaluates,
    async query(_expression, atMs) {
      asked.push(atMs);
      await world.hold;
      return world.answer;
    },
    async tell(_rule, alerts) {
      if (world.refuse) throw new Error('the database is away');
      told.push(...alerts.map(({ state, labels }) => `${state} ${labels['alertname'] ?? ''} ${labels['host'] ?? ''}`));
    },
    evaluated: () => {},
    missed: (_group, count) => {
      world.missed += count;
    },
  });
  const stateNow = async () => (await readRuleStates(database.pool, [ruleId])).get(ruleId);
  return {
    world,
    told,
    asked,
    clock,
    evaluator,
    stateNow,
    /** Moves to the group's next look, and waits until what it found is stored. */
    async look(answer: QueryAnswer) {
      world.answer = answer;
      const atMs = nextTime(group?.id ?? '', MINUTE, clock.now().getTime());
      clock.advanceTo(new Date(atMs));
      await expect
        .poll(async () => (await stateNow())?.health?.evaluatedAtMs, { timeout: 10_000, interval: 10 })
        .toBe(atMs);
      // What is stored is there a moment before whoever stored it goes on.
      await sleep(25);
      return [...((await stateNow())?.alerts.values() ?? [])].map(({ state }) => state);
    },
  };
}

const START = Date.parse('2026-03-01T12:00:00Z');

describe('the evaluation of rules', () => {
  it('waits, fires, is told each minute and once of the end', async () => {
    const { look, told, asked, evaluator } = stage(START);
    await evaluator.setGroups(groups);
    expect(await look(down)).toEqual(['pending']);
    expect(await look(down)).toEqual(['pending']);
    expect(await look(down)).toEqual(['firing']);
    expect(await look(down)).toEqual(['firing']);
    expect(await look(fine)).toEqual(['resolved']);
    expect(await look(fine)).toEqual([]);
    await evaluator.stop();
    expect(told).toEqual(['firing Down db-1', 'firing Down db-1', 'resolved Down db-1']);
    // 30 s before each look, a minute apart.
    expect(asked.slice(1).map((atMs, index) => atMs - (asked[index] ?? 0))).toEqual(Array(5).fill(MINUTE));
    expect(nextTime(group?.id ?? '', MINUTE, START) - (asked[0] ?? 0)).toBe(30_000);
  });

  it('keeps what it knows while a query has no answer, and says why', async () => {
    const { look, stateNow, told, evaluator } = stage(START);
    await evaluator.setGroups(groups);
    for (let index = 0; index < 3; index += 1) await look(down);
    expect(await look({ ok: false, reason: 'no answer: refused' })).toEqual(['firing']);
    expect((await stateNow())?.health).toMatchObject({ health: 'err', error: 'no answer: refused' });
    expect(await look(down)).toEqual(['firing']);
    expect((await stateNow())?.health).toMatchObject({ health: 'ok', error: null });
    await evaluator.stop();
    expect(told.filter((each) => each.startsWith('resolved'))).toEqual([]);
  });

  it('tells again what could not be told', async () => {
    const { look, world, told, stateNow, evaluator } = stage(START);
    await evaluator.setGroups(groups);
    world.refuse = true;
    for (let index = 0; index < 3; index += 1) await look(down);
    expect((await stateNow())?.health?.error).toContain('the database is away');
    await look(fine);
    world.refuse = false;
    await look(fine);
    await evaluator.stop();
    expect(told).toEqual(['resolved Down db-1']);
  });

  it('goes on where another process was, without the time nobody looked', async () => {
    const first = stage(START);
    await first.evaluator.setGroups(groups);
    await first.look(down);
    await first.evaluator.stop();
    const second = stage(first.clock.now().getTime() + 10 * MINUTE);
    await second.evaluator.setGroups(groups);
    // Without the gap it has waited for a minute, then two.
    expect(await second.look(down)).toEqual(['pending']);
    expect(await second.look(down)).toEqual(['firing']);
    await second.evaluator.stop();
  });

  it('is left to the process that tells of alerts', async () => {
    const { clock, world, asked, evaluator } = stage(START);
    world.evaluates = false;
    await evaluator.setGroups(groups);
    for (let index = 0; index < 3; index += 1) {
      clock.advanceBy(MINUTE);
      await new Promise(setImmediate);
    }
    await evaluator.stop();
    expect(asked).toEqual([]);
  });

  it('never looks twice at once, and counts what it misses', async () => {
    const { clock, world, asked, look, evaluator } = stage(START);
    await evaluator.setGroups(groups);
    let release = () => {};
    world.hold = new Promise((resolve) => {
      release = resolve;
    });
    clock.advanceBy(MINUTE);
    await expect.poll(() => asked.length).toBe(1);
    clock.advanceBy(5 * MINUTE);
    expect(asked).toHaveLength(1);
    world.hold = null;
    release();
    await expect.poll(() => world.missed).toBe(5);
    await look(fine);
    await evaluator.stop();
    expect(asked).toHaveLength(2);
  });

  it('ends the alerts of rules that are gone', async () => {
    const { look, told, evaluator } = stage(START);
    await evaluator.setGroups(groups);
    for (let index = 0; index < 3; index += 1) await look(down);
    await evaluator.setGroups([]);
    await evaluator.stop();
    expect(told.at(-1)).toBe('resolved Down db-1');
    expect((await database.pool.query('select from rule_alerts')).rowCount).toBe(0);
  });
});

describe('the times of a group', () => {
  it('are one interval apart, later than asked, and the same for everybody', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[0-9a-f]{24}$/),
        fc.integer({ min: 1_000, max: 86_400_000 }),
        fc.nat(2e12),
        (id, ms, after) => {
          const next = nextTime(id, ms, after);
          expect(next).toBeGreaterThan(after);
          expect(next - after).toBeLessThanOrEqual(ms);
          expect(((next % ms) + ms) % ms).toBe(offsetOf(id, ms));
          expect(nextTime(id, ms, next)).toBe(next + ms);
        },
      ),
    );
  });
});
