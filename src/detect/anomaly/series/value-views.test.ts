import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ValueViews } from './value-views.ts';

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

function offsetAfter(values: readonly number[]): number {
  const views = new ValueViews();
  for (const value of values) {
    views.look(value);
    views.learn(value);
  }
  views.look(0);
  return views.offsets[2]!;
}

describe('the views of a row', () => {
  it('are the value, the mean of ten rows and the distances from the means of the last hundred and three hundred', () => {
    // Narrow enough that nothing is bounded.
    const values = fc.array(fc.double({ min: 10, max: 11, noNaN: true }), { minLength: 1, maxLength: 700 });
    fc.assert(
      fc.property(values, (rows) => {
        const views = new ValueViews();
        for (const [at, value] of rows.entries()) {
          views.look(value);
          if (at > 0 && (at % 97 === 0 || at === rows.length - 1)) {
            const past = rows.slice(0, at);
            expect(views.seen[0]).toBe(value);
            expect(views.seen[1]).toBeCloseTo(mean(rows.slice(Math.max(0, at - 9), at + 1)), 9);
            if (at < 50) expect(views.seen[2]).toBeCloseTo(value - mean(past.slice(-100)), 9);
            expect(views.seen[2]! + views.offsets[2]!).toBeCloseTo(value, 9);
            expect(views.seen[3]! + views.offsets[3]!).toBeCloseTo(value, 9);
          }
          views.learn(value);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('are hardly moved by a spike, and follow a step within some hundred rows', () => {
    const calm = Array.from({ length: 400 }, (_, row) => 20 + (row % 5));
    expect(offsetAfter(calm)).toBeCloseTo(22, 1);
    expect(offsetAfter([...calm, 100_000])).toBeLessThan(23);
    expect(offsetAfter([...calm, ...calm.map((value) => value + 1_000)])).toBeCloseTo(1_022, 0);
  });

  it('follow a constant that changes', () => {
    const constant = (value: number) => Array.from({ length: 400 }, () => value);
    expect(offsetAfter([...constant(0), ...constant(5)])).toBeCloseTo(5, 1);
  });
});
