import { log2 } from '../arithmetic/log2.ts';

/** Counts are kept in quarters, so that they can be halved twice. */
const ONE = 4;
/** A context that has seen this many symbols forgets half of each: about four months of an hour at five minutes a row. */
const FORGET_AT = 1_500 * ONE;
/** A symbol seen once is forgotten the second time its context is halved. */
const LEAST_COUNT = 2;

/**
 * How often each symbol was seen in each context, and from that what a symbol
 * costs: the context's own counts with Witten–Bell escape to those of all rows
 * together, and from there to all symbols alike (I. H. Witten, T. C. Bell, "The
 * zero-frequency problem", IEEE Trans. Information Theory 37(4), 1991).
 */
export class SymbolCounts {
  /** Per context: a count for each symbol, their sum, how many symbols were seen (ONE each). */
  readonly table: Uint16Array;
  private readonly symbols: number;
  private readonly stride: number;

  /** @param contexts how many besides that of all rows */
  constructor(symbols: number, contexts: number) {
    this.symbols = symbols;
    this.stride = symbols + 2;
    this.table = new Uint16Array((contexts + 1) * this.stride);
  }

  /** Bits a symbol costs in a context, 0…contexts − 1. */
  bits(context: number, symbol: number): number {
    const { table, stride } = this;
    const alike = 1 / this.symbols;
    const overall = this.escape(0, symbol, alike);
    const own = (context + 1) * stride;
    return -log2(table[own + this.symbols]! === 0 ? overall : this.escape(own, symbol, overall));
  }

  learn(context: number, symbol: number): void {
    this.add(0, symbol);
    this.add((context + 1) * this.stride, symbol);
  }

  private escape(at: number, symbol: number, otherwise: number): number {
    const { table, symbols } = this;
    const sum = table[at + symbols]!;
    const kinds = table[at + symbols + 1]!;
    return sum === 0 ? otherwise : (table[at + symbol]! + kinds * otherwise) / (sum + kinds);
  }

  private add(at: number, symbol: number): void {
    const { table, symbols } = this;
    if (table[at + symbol] === 0) table[at + symbols + 1]! += ONE;
    table[at + symbol]! += ONE;
    table[at + symbols]! += ONE;
    if (table[at + symbols]! > FORGET_AT) this.forgetHalf(at);
  }

  private forgetHalf(at: number): void {
    const { table, symbols } = this;
    let sum = 0;
    let kinds = 0;
    for (let symbol = 0; symbol < symbols; symbol += 1) {
      const half = table[at + symbol]! >>> 1;
      const kept = half < LEAST_COUNT ? 0 : half;
      table[at + symbol] = kept;
      sum += kept;
      if (kept > 0) kinds += ONE;
    }
    table[at + symbols] = sum;
    table[at + symbols + 1] = kinds;
  }
}
