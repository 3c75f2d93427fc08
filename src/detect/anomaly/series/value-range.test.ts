import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OVERFLOW_BINS, ValueRange } from './value-range.ts';

const rangeOf = (low: number, high: number) => {
  const range = new ValueRange();
  range.learn(low, true);
  range.learn(high, true);
  return range;
};

describe('the range of a series', () => {
  it('gives symbols that rise with the value, within the alphabet', () => {
    const value = fc.double({ min: -1e300, max: 1e300, noNaN: true });
    fc.assert(
      fc.property(value, value, value, value, fc.constantFrom(4, 6, 8), (a, b, x, y, inner) => {
        const range = rangeOf(Math.min(a, b), Math.max(a, b));
        const lower = range.symbolOf(Math.min(x, y), inner);
        const higher = range.symbolOf(Math.max(x, y), inner);
        expect(lower).toBeGreaterThanOrEqual(0);
        expect(higher).toBeGreaterThanOrEqual(lower);
        expect(higher).toBeLessThan(inner + 2 * OVERFLOW_BINS);
      }),
    );
  });

  it('names the values of a symbol', () => {
    const range = rangeOf(0, 80);
    for (const value of [-50, -11, -1, 0, 9.9, 10, 45, 79, 80, 85, 101, 140]) {
      const [from, to] = range.valuesOf(range.symbolOf(value, 8), 8);
      expect(value).toBeGreaterThanOrEqual(from);
      expect(value).toBeLessThanOrEqual(to);
    }
  });

  it('is widened by a wild value only so far', () => {
    const range = rangeOf(0, 10);
    range.learn(1e9, false);
    expect(range.valuesOf(OVERFLOW_BINS, 1)).toEqual([0, 50]);
    expect(range.symbolOf(1e9, 4)).toBe(4 + 2 * OVERFLOW_BINS - 1);
  });

  it('calls any other value than the only one seen the farthest', () => {
    const range = rangeOf(7, 7);
    expect(range.symbolOf(7, 4)).toBe(OVERFLOW_BINS);
    expect(range.symbolOf(7.0001, 4)).toBe(4 + 2 * OVERFLOW_BINS - 1);
    expect(range.symbolOf(6.9999, 4)).toBe(0);
  });

  it('gives back what it has not needed for long', () => {
    const range = rangeOf(0, 1_000);
    for (let row = 0; row < 20_000; row += 1) range.learn(row % 10, false);
    expect(range.valuesOf(OVERFLOW_BINS, 1)[1]).toBeLessThan(600);
  });
});
