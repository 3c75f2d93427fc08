import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ScoreHistory, scoreLevel } from './score-history.ts';

describe('the history of scores', () => {
  it('ranks as counting one by one does, also after scores were taken out', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.array(
          fc.oneof(fc.record({ push: fc.integer({ min: 0, max: 8191 }) }), fc.record({ out: fc.nat({ max: 99 }) })),
          { maxLength: 100 },
        ),
        fc.integer({ min: 0, max: 8191 }),
        (capacity, steps, asked) => {
          const history = new ScoreHistory(capacity);
          const naive: (number | null)[] = [];
          for (const step of steps) {
            if ('push' in step) {
              history.push(step.push);
              naive.push(step.push);
            } else {
              const index = step.out;
              const kept = index < naive.length && index >= naive.length - capacity && naive[index] !== null;
              expect(history.takeOut(index)).toBe(kept);
              if (kept) naive[index] = null;
            }
          }
          const kept = naive.slice(-capacity).filter((level) => level !== null);
          const atLeast = kept.filter((level) => level >= asked).length;
          expect(history.pValue(asked)).toBe(Math.round(((atLeast + 1) / (kept.length + 1)) * 1e6) / 1e6);
          const again = new ScoreHistory(capacity);
          again.ring.set(history.ring);
          again.pushed = history.pushed;
          again.recount();
          expect(again.pValue(asked)).toBe(history.pValue(asked));
        },
      ),
    );
  });

  it('keeps scores within what it can tell apart', () => {
    expect(scoreLevel(14.804)).toBe(1480);
    expect(scoreLevel(-1)).toBe(0);
    expect(scoreLevel(1e9)).toBe(8191);
  });
});
