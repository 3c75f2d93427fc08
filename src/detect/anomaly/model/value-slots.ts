import { log2 } from '../arithmetic/log2.ts';
import type { PlaceValues } from './place-values.ts';

/** Lengths of values are told apart in this many classes. */
export const LENGTH_CLASSES = 16;
const WAYS = 4;
/** Fixed point of the sum of c·log2 c: 1/256 of a bit. */
const FIXED = 256;
const MAX_COUNT = 0xffff;

/** The class of a length in bytes: 1…12 as they are, then 13–16, 17–24, 25–32, longer. */
export function lengthClass(length: number): number {
  if (length <= 12) return length - 1;
  if (length <= 16) return 12;
  if (length <= 24) return 13;
  return length <= 32 ? 14 : 15;
}

/** round(c · log2 c · 256) for the counts that come often. */
const WEIGHT = new Int32Array(4096);
for (let count = 2; count < WEIGHT.length; count += 1) WEIGHT[count] = Math.floor(count * log2(count) * FIXED);
function weight(count: number): number {
  return count < WEIGHT.length ? WEIGHT[count]! : Math.floor(count * log2(count) * FIXED);
}

/**
 * What values stand in each place ("slot"): a histogram of lengths for each.
 * Who keeps the slots names them, by the template and the value's order in it,
 * or by the wording around it where templates share what is known.
 *
 * A value costs what its length costs (Witten–Bell with a flat floor over the
 * classes); what is strange is the cost above the slot's own average, which is
 * the entropy of its histogram. Entropy comes from Σ c·log2 c, kept in whole
 * numbers, so that learning and forgetting cancel exactly.
 */
export class ValueSlots {
  readonly tags: Uint16Array;
  readonly totals: Uint16Array;
  readonly weights: Int32Array;
  readonly lengths: Uint16Array;
  /** How many length classes each slot has seen. */
  readonly kinds: Uint8Array;
  /** Which values stood in each slot, where that is kept. */
  readonly values: PlaceValues | null;
  evictions = 0;
  /** Left by `score`: bits of the length, and bits above the slot's average (not below zero). */
  bits = 0;
  excess = 0;
  private readonly mask: number;

  /** @param bits 2^bits slots; @param values reset when a slot becomes another one's */
  constructor(bits: number, values: PlaceValues | null) {
    const size = 1 << bits;
    this.tags = new Uint16Array(size);
    this.totals = new Uint16Array(size);
    this.weights = new Int32Array(size);
    this.lengths = new Uint16Array(size * LENGTH_CLASSES);
    this.kinds = new Uint8Array(size);
    this.values = values;
    this.mask = size - 1;
  }

  /** The slot's place, -1 when it is not known. */
  find(context: number): number {
    const tag = (context >>> 16) | 1;
    const bucket = context & this.mask & ~(WAYS - 1);
    for (let place = bucket; place < bucket + WAYS; place += 1) if (this.tags[place] === tag) return place;
    return -1;
  }

  /** Whether the slot is still at the place where it was found. */
  isAt(place: number, context: number): boolean {
    return this.tags[place] === ((context >>> 16) | 1);
  }

  /** The slot's place, made when it is not known; the emptiest of a full bucket gives way. */
  findOrMake(context: number): number {
    const tag = (context >>> 16) | 1;
    const bucket = context & this.mask & ~(WAYS - 1);
    let emptiest = bucket;
    for (let place = bucket; place < bucket + WAYS; place += 1) {
      if (this.tags[place] === tag) return place;
      if (this.totals[place]! < this.totals[emptiest]!) emptiest = place;
    }
    if (this.totals[emptiest]! > 0) this.evictions += 1;
    this.tags[emptiest] = tag;
    this.totals[emptiest] = 0;
    this.weights[emptiest] = 0;
    this.kinds[emptiest] = 0;
    this.values?.reset(emptiest);
    this.lengths.fill(0, emptiest * LENGTH_CLASSES, (emptiest + 1) * LENGTH_CLASSES);
    return emptiest;
  }

  score(place: number, length: number): void {
    if (place < 0 || this.totals[place] === 0) {
      this.bits = FLOOR_BITS;
      this.excess = 0;
      return;
    }
    const total = this.totals[place]!;
    const at = place * LENGTH_CLASSES;
    const count = this.lengths[at + length]!;
    const kinds = this.kinds[place]!;
    this.bits = -log2((count + kinds / 32) / (total + kinds));
    const average = log2(total) - this.weights[place]! / FIXED / total + (kinds * YOUNG_BITS) / (total + 1);
    this.excess = this.bits > average ? this.bits - average : 0;
  }

  /** True when the slot had not seen this length. */
  learn(place: number, length: number): boolean {
    if (this.totals[place]! >= MAX_COUNT) return false;
    const at = place * LENGTH_CLASSES + length;
    const count = this.lengths[at]!;
    this.lengths[at] = count + 1;
    this.totals[place]! += 1;
    this.weights[place]! += weight(count + 1) - weight(count);
    if (count > 0) return false;
    this.kinds[place]! += 1;
    return true;
  }

  /** True when the slot has now no value of this length left. */
  forget(place: number, length: number): boolean {
    const at = place * LENGTH_CLASSES + length;
    const count = this.lengths[at]!;
    if (count === 0) return false;
    this.lengths[at] = count - 1;
    this.totals[place]! -= 1;
    this.weights[place]! += weight(count - 1) - weight(count);
    if (count > 1) return false;
    this.kinds[place]! -= 1;
    if (this.totals[place] === 0) this.values?.reset(place);
    return true;
  }

  get bytes(): number {
    return (
      this.tags.byteLength +
      this.totals.byteLength +
      this.weights.byteLength +
      this.lengths.byteLength +
      this.kinds.byteLength
    );
  }
}

const FLOOR_BITS = 5;
/** A slot that has seen little is not yet surprised: each length it knows cost about this much when it was new. */
const YOUNG_BITS = 6;
