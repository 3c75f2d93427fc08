import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeSample, type ProbeState, type ProbeVerdict } from './judge-sample.ts';

const UNKNOWN: ProbeState = { state: 'unknown', consecutiveFailures: 0, consecutiveSuccesses: 0 };
const limits = fc.record({ failures: fc.integer({ min: 1, max: 5 }), successes: fc.integer({ min: 1, max: 5 }) });
const answers = fc.array(fc.boolean(), { maxLength: 60 });

function play(healthy: readonly boolean[], limit: { failures: number; successes: number }) {
  const steps: { state: ProbeState; verdict: ProbeVerdict }[] = [];
  let state = UNKNOWN;
  for (const answer of healthy) {
    const { after, verdict } = judgeSample(state, answer, limit);
    steps.push({ state: after, verdict });
    state = after;
  }
  return steps;
}

describe('a probe', () => {
  it('fails exactly after so many bad answers in a row, and recovers after so many good ones', () => {
    fc.assert(
      fc.property(answers, limits, (healthy, limit) => {
        for (const [index, { verdict }] of play(healthy, limit).entries()) {
          const run = (value: boolean, length: number) =>
            index + 1 >= length && healthy.slice(index + 1 - length, index + 1).every((answer) => answer === value);
          if (verdict === 'failed') expect(run(false, limit.failures)).toBe(true);
          if (verdict === 'recovered') expect(run(true, limit.successes)).toBe(true);
        }
      }),
    );
  });

  it('never fails twice without a recovery between, nor the other way round', () => {
    fc.assert(
      fc.property(answers, limits, (healthy, limit) => {
        const told = play(healthy, limit)
          .map((step) => step.verdict)
          .filter((verdict) => verdict === 'failed' || verdict === 'recovered');
        for (const [index, verdict] of told.entries()) expect(verdict).toBe(index % 2 === 0 ? 'failed' : 'recovered');
      }),
    );
  });

  it('is failing from its failure to its recovery, and at no other time', () => {
    fc.assert(
      fc.property(answers, limits, (healthy, limit) => {
        let failing = false;
        for (const { state, verdict } of play(healthy, limit)) {
          if (verdict === 'failed') failing = true;
          if (verdict === 'recovered') failing = false;
          expect(state.state === 'failing').toBe(failing);
          expect(state.consecutiveFailures === 0 || state.consecutiveSuccesses === 0).toBe(true);
        }
      }),
    );
  });

  it('that flaps faster than its limits stays what it is', () => {
    const flapping = Array.from({ length: 40 }, (_, index) => index % 2 === 0);
    const verdicts = play(flapping, { failures: 2, successes: 2 }).map((step) => step.verdict);
    expect(new Set(verdicts)).toEqual(new Set(['became-healthy', 'unchanged']));
  });
});
