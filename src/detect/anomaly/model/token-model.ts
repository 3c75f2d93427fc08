import { mix } from '../arithmetic/hash.ts';
import { log2 } from '../arithmetic/log2.ts';
import { LEAD, type TokenBuffer } from '../tokens/token-buffer.ts';
import { PairCounts } from './pair-counts.ts';

/** A symbol no context has seen costs this many bits at the lowest order: flat, so that length does not matter. */
export const NOVELTY_BITS = 14;
const NOVELTY_SHARE = 1 / 2 ** NOVELTY_BITS;
/** What the orders below could still add is left out when it is below 1/64 of what is there. */
const NEGLIGIBLE = 64;

/** Whole prefix, then four, two, one and no tokens before. */
const ORDERS = 5;
/** What a new symbol costs on the whole, novelty and escapes: the price of a place where all symbols are new. */
const USUAL_NOVELTY_BITS = 16;

const ORDER_ZERO = 0x51ed77;
const ORDER_ONE = 0xa1;
const PREFIX = 0x1234567;

/**
 * The cost of each token of an event whose template is new: Witten and Bell's
 * escape (method C), interpolated over the whole prefix and the last four, two,
 * one and no tokens. I. H. Witten, T. C. Bell, "The zero-frequency problem",
 * IEEE Transactions on Information Theory 37 (1991).
 *
 * It learns templates, not events: how often a template came is told by
 * `TemplateTable`, what templates are made of is told here.
 */
export class TokenModel {
  readonly counts: PairCounts;
  /** Context of the whole line before each token; filled by `score` and by each learning. */
  private readonly prefix: Int32Array;
  /** Left by `score`: bits of each token above what its context usually costs. */
  readonly tokenExcess: Float64Array;
  private usual = -1;
  /** Of the token at hand, longest first. */
  private readonly contexts = Int32Array.of(0, 0, 0, 0, ORDER_ZERO);

  constructor(bits: number, maxTokens: number) {
    this.counts = new PairCounts(bits);
    this.prefix = new Int32Array(maxTokens);
    this.tokenExcess = new Float64Array(maxTokens);
    this.tokenExcess = new Float64Array(maxTokens);
  }

  /**
   * Writes the bits of each token to `bits[i]` and to `tokenExcess[i]` what is
   * above the usual: in a place where new words are common (host names, users)
   * a new word is not strange. Changes nothing that is learned.
   */
  score(tokens: TokenBuffer, bits: Float64Array): void {
    const { symbol, end } = tokens;
    this.readPrefixes(symbol, end);
    for (let i = LEAD; i < end; i += 1) {
      const cost = this.bitsAt(symbol, i);
      bits[i] = cost;
      this.tokenExcess[i] = cost > this.usual ? cost - this.usual : 0;
    }
  }

  private bitsAt(symbol: Int32Array, i: number): number {
    const { counts, contexts } = this;
    const name = symbol[i]!;
    let seen = 0;
    let rest = 1;
    this.usual = -1;
    contexts[0] = this.prefix[i]!;
    for (let order = 0; order < ORDERS; order += 1) {
      // Most tokens are told by the whole line before them; the shorter contexts are made when one is not.
      if (order === 1) this.readContexts(symbol, i);
      const count = counts.find(contexts[order]!, name);
      const { total, kinds } = counts;
      if (total === 0) continue;
      if (this.usual < 0 && order > 0 && total > 1) this.usual = (USUAL_NOVELTY_BITS * (kinds - 1)) / total;
      const all = total + kinds;
      seen += (rest * count) / all;
      rest *= kinds / all;
      if (count > 0 && rest * NEGLIGIBLE < seen) return -log2(seen);
    }
    return -log2(seen + rest * NOVELTY_SHARE);
  }

  learn(symbol: Int32Array, end: number): void {
    const { counts, contexts } = this;
    let prefix = PREFIX;
    for (let i = LEAD; i < end; i += 1) {
      const name = symbol[i]!;
      this.readContexts(symbol, i);
      counts.increment(prefix, name);
      for (let order = 1; order < ORDERS; order += 1) counts.increment(contexts[order]!, name);
      prefix = mix(prefix, name);
    }
  }

  forget(symbol: Int32Array, end: number): void {
    const { counts, contexts } = this;
    let prefix = PREFIX;
    for (let i = LEAD; i < end; i += 1) {
      const name = symbol[i]!;
      this.readContexts(symbol, i);
      counts.decrement(prefix, name);
      for (let order = 1; order < ORDERS; order += 1) counts.decrement(contexts[order]!, name);
      prefix = mix(prefix, name);
    }
  }

  /** The contexts of token i but its prefix, each made from the shorter one. */
  private readContexts(symbol: Int32Array, i: number): void {
    const { contexts } = this;
    const one = mix(ORDER_ONE, symbol[i - 1]!);
    const two = mix(one, symbol[i - 2]!);
    contexts[1] = mix(mix(two, symbol[i - 3]!), symbol[i - 4]!);
    contexts[2] = two;
    contexts[3] = one;
  }

  private readPrefixes(symbol: Int32Array, end: number): void {
    const { prefix } = this;
    let hash = PREFIX;
    for (let i = LEAD; i < end; i += 1) {
      prefix[i] = hash;
      hash = mix(hash, symbol[i]!);
    }
  }
}

/** The context of the two symbols before token i. */
export function twoBefore(symbol: Int32Array, i: number): number {
  return mix(mix(ORDER_ONE, symbol[i - 1]!), symbol[i - 2]!);
}
