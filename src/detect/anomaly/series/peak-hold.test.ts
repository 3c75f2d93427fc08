import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PeakHold } from './peak-hold.ts';

it('a peak is stranger than each of the last rows, more of them the longer the series', () => {
  const levels = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(levels, fc.integer({ min: 1, max: 6_000 }), (pattern, rows) => {
      const peaks = new PeakHold();
      const seen: number[] = [];
      for (let row = 0; row < rows; row += 1) {
        // Falls slowly over the series, so that what expires is noticed.
        const strangeness = pattern[row % pattern.length]! * (1 - row / 10_000);
        const held = Math.min(750, Math.max(120, Math.floor(row * 0.03)));
        const isPeak = seen.slice(-held).every((earlier) => earlier < strangeness);
        expect(peaks.push(strangeness) !== null).toBe(isPeak);
        seen.push(strangeness);
      }
    }),
    { numRuns: 10 },
  );
});

it('a series that often cries is believed less, until it has been calm for long', () => {
  const peaks = new PeakHold();
  const cry = () => {
    for (let row = 0; row < 800; row += 1) peaks.push(1);
    return peaks.push(10)!;
  };
  expect(cry()).toBe(10);
  const often = Array.from({ length: 20 }, cry).at(-1)!;
  expect(often).toBeLessThan(9.5);
  expect(often).toBeGreaterThan(8.5);
  for (let row = 0; row < 50_000; row += 1) peaks.push(1);
  expect(cry()).toBeGreaterThan(9.9);
});
