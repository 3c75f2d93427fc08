import { MAX_EXAMPLE_BYTES } from '../model/examples.ts';
import type { PlaceValues } from '../model/place-values.ts';
import type { StreamModel } from '../model/stream-model.ts';
import type { ValueSlots } from '../model/value-slots.ts';
import { LEAD, MAX_TOKENS } from '../tokens/token-buffer.ts';
import type { ByteReader, ByteWriter } from './bytes.ts';

/** Writes everything a model knows; the order is the format. */
export function writeModel(out: ByteWriter, model: StreamModel): void {
  const { tokenModel, templates, window } = model;
  out.numbers(tokenModel.counts.pairs);
  out.numbers(tokenModel.counts.contexts);
  out.whole(tokenModel.counts.evictions);
  writeSlots(out, model.slots);
  writeSlots(out, model.sharedSlots);
  for (const array of arraysOf(model.placeValues)) out.numbers(array);
  out.numbers(templates.hashes);
  out.numbers(templates.checks);
  out.numbers(templates.counts);
  out.numbers(templates.enumerable);
  for (const symbols of templates.symbols) if (symbols !== null) out.numbers(symbols);
  for (const value of [templates.total, templates.kinds, templates.evictions, templates.hand]) out.whole(value);
  out.numbers(window.hashes);
  out.numbers(window.checks);
  out.numbers(window.valueCounts);
  out.numbers(window.values);
  for (const value of [window.size, window.first, window.valueSize, window.firstValue]) out.whole(value);
  const examples = [...model.examples.entries()];
  out.uint32(examples.length);
  for (const [place, example] of examples) {
    out.uint32(place);
    out.numbers(example);
  }
}

/** Fills a new model of the same size with what `writeModel` wrote. Throws a RangeError on bytes that do not fit. */
export function readModel(from: ByteReader, model: StreamModel): void {
  const { tokenModel, templates, window } = model;
  from.numbers(tokenModel.counts.pairs);
  from.numbers(tokenModel.counts.contexts);
  tokenModel.counts.evictions = from.whole();
  readSlots(from, model.slots);
  readSlots(from, model.sharedSlots);
  for (const array of arraysOf(model.placeValues)) from.numbers(array);
  from.numbers(templates.hashes);
  from.numbers(templates.checks);
  from.numbers(templates.counts);
  from.numbers(templates.enumerable);
  for (let place = 0; place < templates.counts.length; place += 1) {
    if (templates.counts[place] === 0) continue;
    const symbols = from.freeWords(LEAD + MAX_TOKENS + 1);
    templates.symbols[place] = symbols;
    templates.symbolCount += symbols.length;
  }
  templates.total = from.whole();
  templates.kinds = from.whole();
  templates.evictions = from.whole();
  templates.hand = inRange(from.whole(), templates.counts.length);
  from.numbers(window.hashes);
  from.numbers(window.checks);
  from.numbers(window.valueCounts);
  from.numbers(window.values);
  window.size = inRange(from.whole(), window.hashes.length + 1);
  window.first = inRange(from.whole(), window.hashes.length);
  window.valueSize = inRange(from.whole(), window.values.length + 1);
  window.firstValue = inRange(from.whole(), window.values.length);
  const count = inRange(from.uint32(), templates.counts.length + 1);
  for (let i = 0; i < count; i += 1) {
    const place = inRange(from.uint32(), templates.counts.length);
    model.examples.set(place, from.freeBytes(MAX_EXAMPLE_BYTES));
  }
}

function arraysOf({ tags, counts, events, changes, last }: PlaceValues): (Uint8Array | Uint16Array)[] {
  return [tags, counts, events, changes, last];
}

function writeSlots(out: ByteWriter, slots: ValueSlots): void {
  out.numbers(slots.tags);
  out.numbers(slots.totals);
  out.numbers(slots.weights);
  out.numbers(slots.lengths);
  out.numbers(slots.kinds);
  out.whole(slots.evictions);
}

function readSlots(from: ByteReader, slots: ValueSlots): void {
  from.numbers(slots.tags);
  from.numbers(slots.totals);
  from.numbers(slots.weights);
  from.numbers(slots.lengths);
  from.numbers(slots.kinds);
  slots.evictions = from.whole();
}

function inRange(value: number, limit: number): number {
  if (value >= limit) throw new RangeError(`${value} where a number below ${limit} was expected`);
  return value;
}
