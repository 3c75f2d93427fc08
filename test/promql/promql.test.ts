import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { readSeriesName, readSeriesValues } from '../../src/detect/rules/promql/read-series.ts';
import { createSeriesStore } from '../../src/detect/rules/promql/series-store.ts';
import { programOnPath, requireServer } from '../harness/require-server.ts';
import { compareAnswers } from './compare-answers.ts';
import { answerOurselves } from './our-answers.ts';
import { type Answer, askPromtool } from './promtool-answers.ts';
import { QUESTIONS } from './questions.ts';
import { randomExpressions } from './random-expressions.ts';
import { INTERVAL_MS, SERIES } from './series.ts';

const promtool = await requireServer('promtool', programOnPath('promtool'));
const store = createSeriesStore();
for (const { series, values } of SERIES) {
  const labels = readSeriesName(series);
  for (const [index, value] of readSeriesValues(values).entries())
    if (value !== 'absent') store.append(labels, { atMs: index * INTERVAL_MS, value });
}
const LIMIT = { timeout: 120_000 };

function differences(
  questions: readonly { expr: string; atMs: number; exact: boolean }[],
  theirs: readonly Answer[],
  dialect: '2' | '3',
): string[] {
  return questions.flatMap((question, index) => {
    const ours = answerOurselves(store, question, { defaultStepMs: INTERVAL_MS, dialect });
    const difference = compareAnswers(ours, theirs[index] ?? 'error', question.exact);
    return difference === null ? [] : [`${question.expr} at ${question.atMs / 1_000} s: ${difference}`];
  });
}

describe('our PromQL', LIMIT, () => {
  it('says what Prometheus 3 says', () => {
    const golden = JSON.parse(readFileSync(new URL('prometheus-3.json', import.meta.url), 'utf8')) as Answer[];
    expect(golden).toHaveLength(QUESTIONS.length);
    expect(QUESTIONS.length).toBeGreaterThan(4_000);
    expect(differences(QUESTIONS, golden, '3')).toEqual([]);
  });

  it('says the same whenever it is asked, and what it says of now does not change with what comes later', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000 }), fc.integer({ min: 0, max: 40 }), (seed, minute) => {
        const [expr = ''] = randomExpressions(seed, 1);
        if (/@ 900/.test(expr)) return;
        const atMs = minute * INTERVAL_MS;
        const past = createSeriesStore();
        for (const { labels, points } of store.select([]))
          for (const point of points) if (point.atMs <= atMs) past.append(labels, point);
        const options = { defaultStepMs: INTERVAL_MS, dialect: '3' as const };
        expect(answerOurselves(past, { expr, atMs }, options)).toEqual(answerOurselves(store, { expr, atMs }, options));
      }),
      { numRuns: 300 },
    );
  });
});

describe('beside the promtool that is there', LIMIT, () => {
  beforeEach(promtool.skipUnlessThere);

  it('says the same to every question', async () => {
    const { program, dialect } = await findPromtool();
    const theirs = await askPromtool(program, { series: SERIES, intervalMs: INTERVAL_MS, questions: QUESTIONS });
    expect(differences(QUESTIONS, theirs, dialect)).toEqual([]);
  });

  it('says the same to expressions made up at random', async () => {
    const { program, dialect } = await findPromtool();
    const seed = Number(process.env['HOLDFAST_TEST_SEED'] ?? 7);
    const questions = randomExpressions(seed, 1_500).map((expr, index) => ({
      expr,
      atMs: ((index * 7) % 60) * INTERVAL_MS,
      exact: false,
    }));
    const end = { expr: 'up', atMs: 60 * INTERVAL_MS, exact: true };
    const asked = [...questions, end];
    const theirs = await askPromtool(program, { series: SERIES, intervalMs: INTERVAL_MS, questions: asked });
    expect(theirs.filter((answer) => answer !== 'error').length).toBeGreaterThan(questions.length / 2);
    expect(differences(asked, theirs, dialect)).toEqual([]);
  });
});

async function findPromtool(): Promise<{ program: string; dialect: '2' | '3' }> {
  const program = process.env['HOLDFAST_TEST_PROMTOOL'] ?? 'promtool';
  const { stdout, stderr } = await promisify(execFile)(program, ['--version']);
  return { program, dialect: /version (\d+)\./.exec(`${stdout}${stderr}`)?.[1] === '2' ? '2' : '3' };
}
