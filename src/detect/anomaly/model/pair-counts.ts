import { mix } from '../arithmetic/hash.ts';

/** A bucket holds this many pairs; a pair is looked for in its bucket only. */
const WAYS = 4;
const MAX_PAIR_COUNT = 0xffff;
const MAX_CONTEXT_TOTAL = 0xfffff;
const MAX_CONTEXT_KINDS = 0xfff;

/**
 * Counts of (context, symbol) pairs and of contexts, in two fixed tables.
 *
 * A pair is a 16-bit tag and a 16-bit count in a bucket of four; where a bucket
 * is full the rarest pair gives way (`evictions` counts them). A context is its
 * total (20 bits) and how many symbols it has seen (12 bits), without a tag:
 * contexts that share a place share their counts, which costs bits and never
 * correctness. Counts go up and down, never below zero.
 */
export class PairCounts {
  readonly pairs: Uint32Array;
  readonly contexts: Uint32Array;
  evictions = 0;
  /** Left by `find`: total and kinds of the context. */
  total = 0;
  kinds = 0;
  private readonly pairMask: number;
  private readonly contextMask: number;

  /** @param bits the pair table has 2^bits places, the context table half as many */
  constructor(bits: number) {
    this.pairs = new Uint32Array(1 << bits);
    this.contexts = new Uint32Array(1 << (bits - 1));
    this.pairMask = (1 << bits) - 1;
    this.contextMask = (1 << (bits - 1)) - 1;
  }

  /** How often `symbol` followed `context`; leaves the context's `total` and `kinds`. */
  find(context: number, symbol: number): number {
    const entry = this.contexts[(context >>> 3) & this.contextMask]!;
    this.total = entry >>> 12;
    this.kinds = entry & MAX_CONTEXT_KINDS;
    if (this.total === 0) return 0;
    const key = mix(context, symbol);
    const tag = (key >>> 16) | 1;
    const bucket = key & this.pairMask & ~(WAYS - 1);
    const { pairs } = this;
    for (let place = bucket; place < bucket + WAYS; place += 1) {
      const pair = pairs[place]!;
      if (pair >>> 16 === tag) return pair & 0xffff;
    }
    return 0;
  }

  increment(context: number, symbol: number): void {
    const { pairs, contexts } = this;
    const contextPlace = (context >>> 3) & this.contextMask;
    const entry = contexts[contextPlace]!;
    let total = entry >>> 12;
    let kinds = entry & MAX_CONTEXT_KINDS;
    const key = mix(context, symbol);
    const tag = (key >>> 16) | 1;
    const bucket = key & this.pairMask & ~(WAYS - 1);
    let rarest = bucket;
    let rarestCount = 0x10000;
    let found = -1;
    for (let place = bucket; place < bucket + WAYS; place += 1) {
      const pair = pairs[place]!;
      if (pair >>> 16 === tag) {
        found = place;
        break;
      }
      const count = pair & 0xffff;
      if (count < rarestCount) {
        rarestCount = count;
        rarest = place;
      }
    }
    if (found < 0) {
      if (rarestCount > 0) this.evictions += 1;
      pairs[rarest] = (tag << 16) | 1;
      if (kinds < MAX_CONTEXT_KINDS) kinds += 1;
    } else if ((pairs[found]! & 0xffff) < MAX_PAIR_COUNT) pairs[found]! += 1;
    if (total < MAX_CONTEXT_TOTAL) total += 1;
    contexts[contextPlace] = (total << 12) | kinds;
  }

  decrement(context: number, symbol: number): void {
    const { pairs, contexts } = this;
    const contextPlace = (context >>> 3) & this.contextMask;
    const entry = contexts[contextPlace]!;
    let total = entry >>> 12;
    let kinds = entry & MAX_CONTEXT_KINDS;
    const key = mix(context, symbol);
    const tag = (key >>> 16) | 1;
    const bucket = key & this.pairMask & ~(WAYS - 1);
    for (let place = bucket; place < bucket + WAYS; place += 1) {
      const pair = pairs[place]!;
      if (pair >>> 16 !== tag) continue;
      if ((pair & 0xffff) <= 1) {
        pairs[place] = 0;
        if (kinds > 0) kinds -= 1;
      } else pairs[place] = pair - 1;
      break;
    }
    if (total > 0) total -= 1;
    contexts[contextPlace] = (total << 12) | kinds;
  }

  get bytes(): number {
    return this.pairs.byteLength + this.contexts.byteLength;
  }
}
