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
        expect(peaks.push(strangeness)).toBe(isPeak);
        seen.push(strangeness);
      }
    }),
    { numRuns: 10 },
  );
});
