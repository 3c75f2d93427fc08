import { mix } from '../arithmetic/hash.ts';
import { log2 } from '../arithmetic/log2.ts';
import { enumerableValues } from '../tokens/enumerable-values.ts';
import { createTokenBuffer, isValueSymbol, LEAD, MAX_TOKENS, type TokenBuffer } from '../tokens/token-buffer.ts';
import { tokenize } from '../tokens/tokenize.ts';
import { EventWindow } from './event-window.ts';
import { Examples } from './examples.ts';
import type { ModelSize } from './model-size.ts';
import { PlaceValues } from './place-values.ts';
import { TemplateTable } from './template-table.ts';
import { TokenModel, twoBefore } from './token-model.ts';
import { lengthClass, ValueSlots } from './value-slots.ts';

/** So many events of a template teach the token model: what comes often must not drown what is rare. */
const LEARNED_COPIES = 2;
/** The first values of an event are looked at one by one, as many as a whole number has bits. */
const ENUMERABLE_VALUES = 31;
/** The mean excess counts half of the largest one, over the tokens and a few more, so that short lines are not loud. */
const MEAN_SHARE = 0.5;
const MEAN_PRIOR = 8;

/**
 * What a stream's past looks like, and what an event costs for who knows only
 * that past. Two levels: a template that is known costs one lookup; a new one
 * is coded token by token. Values are judged by place, with either.
 *
 * `read` cuts an event into tokens, `score` judges it and changes nothing,
 * `learn` takes it in and lets the oldest events of the window go.
 */
export class StreamModel {
  readonly tokens: TokenBuffer = createTokenBuffer();
  private event: Uint8Array = new Uint8Array(0);
  private eventFrom = 0;
  private eventTo = 0;
  /** After `score`: bits of each token (template part) and of each value, and what of them is above the usual. */
  readonly tokenBits = new Float64Array(MAX_TOKENS + LEAD + 4);
  readonly valueBits = new Float64Array(MAX_TOKENS + LEAD + 4);
  readonly valueExcess = new Float64Array(MAX_TOKENS + LEAD + 4);
  /** After `score`. */
  isNew = false;
  templatePlace = -1;
  /** Bits of the template's name: -log2 of its share when known, of the escape when new. */
  templateBits = 0;
  bits = 0;
  /** Largest excess of one token or value, and the sum of all. */
  largestExcess = 0;
  excess = 0;
  valueExcessSum = 0;

  readonly tokenModel: TokenModel;
  readonly slots: ValueSlots;
  readonly placeValues: PlaceValues;
  /** The same by context instead of by template: which lengths templates have in places worded alike. */
  readonly sharedSlots: ValueSlots;
  readonly templates: TemplateTable;
  readonly window: EventWindow;
  readonly examples: Examples;
  private readonly unknown = new Uint8Array(MAX_TOKENS + LEAD + 4);
  private readonly lengths = new Uint8Array(MAX_TOKENS + LEAD + 4);
  /** Where `score` found each value's slot, so that `learn` need not look again. */
  private readonly places = new Int32Array(MAX_TOKENS + LEAD + 4);

  constructor(size: ModelSize) {
    this.tokenModel = new TokenModel(size.pairBits, MAX_TOKENS + LEAD + 4);
    this.placeValues = new PlaceValues(size.slotBits);
    this.slots = new ValueSlots(size.slotBits, this.placeValues);
    this.sharedSlots = new ValueSlots(size.slotBits - 1, null);
    this.templates = new TemplateTable(size.templateBits, size.maxSymbols, (place) => this.unlearnTemplate(place));
    this.window = new EventWindow(size.windowEvents, size.windowValues);
    this.examples = new Examples(size.exampleBytes);
  }

  read(bytes: Uint8Array, from: number, to: number): void {
    this.event = bytes;
    this.eventFrom = from;
    this.eventTo = to;
    tokenize(bytes, from, to, this.tokens);
  }

  /** Judges the event that was read; gives its score (bits, higher is stranger). */
  score(): number {
    const { tokens, templates, tokenBits, valueExcess, valueBits, lengths, places, slots } = this;
    const { start, valueToken, valueHash, valueCount } = tokens;
    const place = templates.find(tokens.templateHash, tokens.templateCheck);
    this.templatePlace = place;
    let bits: number;
    let largest = 0;
    let excess = 0;
    if (place >= 0) {
      this.isNew = false;
      bits = log2((templates.total + templates.kinds) / templates.counts[place]!);
      this.templateBits = bits;
    } else {
      this.isNew = true;
      bits = log2((templates.total + templates.kinds + 1) / (templates.kinds + 0.5));
      this.templateBits = bits;
      this.tokenModel.score(tokens, tokenBits);
      const { tokenExcess } = this.tokenModel;
      for (let i = LEAD; i < tokens.end; i += 1) {
        bits += tokenBits[i]!;
        const above = tokenExcess[i]!;
        excess += above;
        if (above > largest) largest = above;
      }
    }
    const enumerable = place >= 0 ? templates.enumerable[place]! : 0;
    let valueSum = 0;
    for (let j = 0; j < valueCount; j += 1) {
      const i = valueToken[j]!;
      const length = lengthClass(start[i + 1]! - start[i]!);
      lengths[j] = length;
      let used = slots;
      let slot: number;
      if (place >= 0) {
        slot = slots.find(mix(tokens.templateHash, j));
        places[j] = slot;
      } else {
        used = this.sharedSlots;
        slot = used.find(sharedContext(tokens.symbol, i));
        places[j] = -1;
      }
      used.score(slot, length);
      let above = used.excess;
      let cost = used.bits;
      this.unknown[j] = 0;
      if (slot >= 0 && (enumerable & (1 << j)) !== 0 && j < ENUMERABLE_VALUES) {
        const unknown = this.placeValues.excess(slot, valueHash[j]!);
        this.unknown[j] = unknown > 0 ? 1 : 0;
        cost += unknown;
        if (unknown > above) above = unknown;
      }
      valueBits[j] = cost;
      valueExcess[j] = above;
      bits += cost;
      valueSum += above;
      if (above > largest) largest = above;
    }
    excess += valueSum;
    this.bits = bits;
    this.largestExcess = largest;
    this.valueExcessSum = valueSum;
    this.excess = excess;
    return largest + (MEAN_SHARE * excess) / (tokens.end - LEAD + MEAN_PRIOR);
  }

  /** Takes in the event that was read and scored last. */
  learn(): void {
    const { tokens, templates, window, lengths, places, slots } = this;
    while (window.size > 0 && window.isFullFor(tokens.valueCount)) this.forgetOldest();
    let place = templates.find(tokens.templateHash, tokens.templateCheck);
    if (place >= 0) templates.increment(place);
    else {
      place = templates.insert(tokens, enumerableValues(this.event, this.eventFrom, tokens));
      this.examples.set(place, this.event.subarray(this.eventFrom, this.eventTo));
    }
    if (templates.counts[place]! <= LEARNED_COPIES) this.tokenModel.learn(tokens.symbol, tokens.end);
    const enumerable = templates.enumerable[place]!;
    for (let j = 0; j < tokens.valueCount; j += 1) {
      const length = lengths[j]!;
      const context = mix(tokens.templateHash, j);
      const found = places[j]!;
      const slot = found >= 0 && slots.isAt(found, context) ? found : slots.findOrMake(context);
      if (j < ENUMERABLE_VALUES && (enumerable & (1 << j)) !== 0) this.placeValues.learn(slot, tokens.valueHash[j]!);
      if (slots.learn(slot, length)) {
        const shared = this.sharedSlots.findOrMake(sharedContext(tokens.symbol, tokens.valueToken[j]!));
        this.sharedSlots.learn(shared, length);
      }
    }
    window.push(tokens.templateHash, tokens.templateCheck, lengths, tokens.valueCount);
  }

  private forgetOldest(): void {
    const { window, templates, slots } = this;
    const hash = window.hashes[window.first]!;
    const place = templates.find(hash, window.checks[window.first]!);
    const symbols = place >= 0 ? templates.symbols[place]! : null;
    const mask = window.values.length - 1;
    const count = window.valueCounts[window.first]!;
    for (let j = 0; j < count; j += 1) {
      const slot = slots.find(mix(hash, j));
      if (slot < 0) continue;
      const length = window.values[(window.firstValue + j) & mask]!;
      if (!slots.forget(slot, length) || symbols === null) continue;
      const shared = this.sharedSlots.find(sharedContext(symbols, valueTokenOf(symbols, j)));
      if (shared >= 0) this.sharedSlots.forget(shared, length);
    }
    if (place >= 0) {
      if (templates.counts[place]! <= LEARNED_COPIES) this.tokenModel.forget(symbols!, symbols!.length);
      templates.decrement(place);
      if (templates.counts[place] === 0) this.examples.delete(place);
    }
    window.shift();
  }

  private unlearnTemplate(place: number): void {
    this.examples.delete(place);
    const symbols = this.templates.symbols[place]!;
    const copies = Math.min(LEARNED_COPIES, this.templates.counts[place]!);
    for (let copy = 0; copy < copies; copy += 1) this.tokenModel.forget(symbols, symbols.length);
  }

  /** Whether the j-th value of the event scored last is one that never stood in its place, though few do. */
  isUnknownValue(j: number): boolean {
    return this.unknown[j] === 1;
  }

  /** The context by which templates share what is known of the j-th value of the event. */
  sharedContextOf(j: number): number {
    return sharedContext(this.tokens.symbol, this.tokens.valueToken[j]!);
  }

  get bytes(): number {
    return (
      this.tokenModel.counts.bytes +
      this.slots.bytes +
      this.placeValues.bytes +
      this.sharedSlots.bytes +
      this.templates.bytes +
      this.window.bytes +
      this.examples.bytes
    );
  }
}

function sharedContext(symbol: Int32Array, i: number): number {
  return mix(twoBefore(symbol, i), symbol[i]!);
}

/** Which token the j-th value of a template is. */
function valueTokenOf(symbols: Int32Array, j: number): number {
  let values = -1;
  for (let i = LEAD; i < symbols.length; i += 1) {
    if (isValueSymbol(symbols[i]!)) values += 1;
    if (values === j) return i;
  }
  return symbols.length - 1;
}
