import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteReader, ByteWriter } from '../snapshot/bytes.ts';
import { Rarity } from './rarity.ts';

const bits = fc.array(fc.double({ min: 0, max: 20, noNaN: true }), { minLength: 60, maxLength: 400 });

describe('the rarity of a code length', () => {
  it('is about −log2 of the share of rows as long, below the tail', () => {
    const rarity = new Rarity();
    for (let row = 0; row < 1_000; row += 1) rarity.learn((row % 100) / 10);
    expect(rarity.of(0)).toBe(0);
    expect(rarity.of(5)).toBeCloseTo(1, 1);
    expect(rarity.of(9)).toBeCloseTo(Math.log2(10), 1);
  });

  it('rises with the code length, also beyond anything seen', () => {
    fc.assert(
      fc.property(bits, (seen) => {
        const rarity = new Rarity();
        for (const length of seen) rarity.learn(length);
        let before = -1;
        for (let length = 0; length <= 31; length += 0.25) {
          const now = rarity.of(length);
          expect(now).toBeGreaterThanOrEqual(before);
          before = now;
        }
        expect(before).toBeGreaterThan(Math.log2(seen.length / 20));
      }),
    );
  });

  it('is the same after its counts were stored', () => {
    fc.assert(
      fc.property(bits, fc.double({ min: 0, max: 31, noNaN: true }), (seen, asked) => {
        const rarity = new Rarity();
        for (const length of seen) rarity.learn(length);
        const out = new ByteWriter();
        rarity.write(out);
        const again = new Rarity();
        again.read(new ByteReader(out.bytes()));
        expect(again.of(asked)).toBe(rarity.of(asked));
      }),
    );
  });

  it('stays an order of size when the far past is halved', () => {
    const rarity = new Rarity();
    for (let row = 0; row < 40_000; row += 1) rarity.learn(row % 1_000 === 0 ? 12 : (row % 64) / 32);
    expect(rarity.of(12)).toBeGreaterThan(8);
    expect(rarity.of(12)).toBeLessThan(14);
  });
});
