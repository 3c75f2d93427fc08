import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteWriter } from '../snapshot/bytes.ts';
import { writeModel } from '../snapshot/model-snapshot.ts';
import type { ModelSize } from './model-size.ts';
import { StreamModel } from './stream-model.ts';

/** Tables so large that nothing has to give way for a few hundred small events, and a window of 32 of them. */
const ROOMY: ModelSize = {
  pairBits: 16,
  slotBits: 12,
  templateBits: 12,
  maxSymbols: 65_536,
  windowEvents: 32,
  windowValues: 4096,
  exampleBytes: 65_536,
};
/** Tables so small that everything gives way all the time. */
const CROWDED: ModelSize = {
  pairBits: 4,
  slotBits: 3,
  templateBits: 2,
  maxSymbols: 64,
  windowEvents: 16,
  windowValues: 16,
  exampleBytes: 200,
};

const word = fc.constantFrom('GET', 'POST', 'failed', 'timeout', 'user', 'ä ö', '/', '=', '[', ']', 'eth0', 'v2');
const value = fc.oneof(
  fc.nat({ max: 99_999 }).map(String),
  fc.nat().map((n) => `0x${n.toString(16)}`),
  fc.uuid(),
  fc.nat().map((n) => `node${n}a`),
);
const event = fc
  .array(fc.oneof({ arbitrary: word, weight: 3 }, value), { minLength: 1, maxLength: 8 })
  .map((parts) => parts.join(' '));
const events = fc.array(event, { minLength: 1, maxLength: 120 });

function feed(model: StreamModel, texts: readonly string[]): number[] {
  return texts.map((text) => {
    const bytes = Buffer.from(text);
    model.read(bytes, 0, bytes.length);
    const score = model.score();
    model.learn();
    return score;
  });
}

function everything(model: StreamModel): Uint8Array {
  const out = new ByteWriter();
  writeModel(out, model);
  return out.bytes();
}

describe('the model of a stream', () => {
  it('is not changed by judging', () => {
    fc.assert(
      fc.property(events, events, (known, asked) => {
        const model = new StreamModel(ROOMY);
        feed(model, known);
        const before = Buffer.from(everything(model));
        for (const text of asked) {
          const bytes = Buffer.from(text);
          model.read(bytes, 0, bytes.length);
          model.score();
        }
        expect(before.equals(everything(model))).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it('knows after sliding what one knows that saw only the window', () => {
    fc.assert(
      fc.property(events, (texts) => {
        const slid = new StreamModel(ROOMY);
        feed(slid, texts);
        const rebuilt = new StreamModel(ROOMY);
        feed(rebuilt, texts.slice(-slid.window.size));
        expect(evictionsOf(slid)).toBe(0);
        // Which of several empty places a pair or slot stands in depends on the order; what is known does not.
        for (const text of texts) {
          expect(judged(slid, text)).toEqual(judged(rebuilt, text));
        }
        expect(slid.templates.total).toBe(rebuilt.templates.total);
        expect(slid.templates.kinds).toBe(rebuilt.templates.kinds);
        expect(contextsOf(slid)).toEqual(contextsOf(rebuilt));
      }),
      { numRuns: 40 },
    );
  });

  it('never counts below zero and stays within its bounds when everything has to give way', () => {
    fc.assert(
      fc.property(events, (texts) => {
        const model = new StreamModel(CROWDED);
        for (const score of feed(model, texts)) expect(Number.isFinite(score) && score >= 0).toBe(true);
        const { templates, window, slots, sharedSlots } = model;
        let total = 0;
        let kinds = 0;
        for (const count of templates.counts) {
          total += count;
          if (count > 0) kinds += 1;
        }
        expect([templates.total, templates.kinds]).toEqual([total, kinds]);
        expect(templates.symbolCount).toBe(templates.symbols.reduce((sum, one) => sum + (one?.length ?? 0), 0));
        expect(window.size).toBeLessThanOrEqual(16);
        for (const table of [slots, sharedSlots]) {
          for (let place = 0; place < table.totals.length; place += 1) {
            const row = table.lengths.subarray(place * 16, place * 16 + 16);
            expect(table.totals[place]).toBe(row.reduce((sum, count) => sum + count, 0));
            expect(table.kinds[place]).toBe(row.filter((count) => count > 0).length);
            expect(table.weights[place]).toBeGreaterThanOrEqual(0);
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});

function judged(model: StreamModel, text: string): (number | boolean)[] {
  const bytes = Buffer.from(text);
  model.read(bytes, 0, bytes.length);
  return [model.score(), model.bits, model.isNew];
}

function evictionsOf(model: StreamModel): number {
  const { templates, slots, sharedSlots, tokenModel } = model;
  return templates.evictions + slots.evictions + sharedSlots.evictions + tokenModel.counts.evictions;
}

function contextsOf(model: StreamModel): number[] {
  return Array.from(model.tokenModel.counts.contexts);
}
