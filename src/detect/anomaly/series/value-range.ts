import { log2 } from '../arithmetic/log2.ts';
import type { ByteReader, ByteWriter } from '../snapshot/bytes.ts';

/** Bins on either side of the range, each twice as wide as the one before; the outermost is open. */
export const OVERFLOW_BINS = 3;

/** The first overflow bin is this part of the range wide. */
const OVERFLOW_STEPS = 8;
/** One row widens the range by at most so many of its own widths: a wild value must not blind the series to all others. */
const MOST_GROWTH = 4;
/** After so many rows the range gives back half of what none of them needed. */
const RELAX_EVERY = 8_192;
/** Distances in widths of the range beyond this are one. */
const FARTHEST = 1e9;

/**
 * The range of the values seen, which turns a value into a symbol: equal bins
 * inside, logarithmic overflow bins outside.
 */
export class ValueRange {
  private low = Number.POSITIVE_INFINITY;
  private high = Number.NEGATIVE_INFINITY;
  /** The range of the rows since the last relaxation. */
  private recentLow = Number.POSITIVE_INFINITY;
  private recentHigh = Number.NEGATIVE_INFINITY;
  private rows = 0;

  /** The symbol of a value, 0…`inner` + 2 × OVERFLOW_BINS − 1, rising with it. */
  symbolOf(value: number, inner: number): number {
    const width = this.high - this.low;
    if (value < this.low) return OVERFLOW_BINS - 1 - overflow((this.low - value) / width);
    if (value > this.high) return OVERFLOW_BINS + inner + overflow((value - this.high) / width);
    if (width === 0) return OVERFLOW_BINS;
    return OVERFLOW_BINS + Math.min(inner - 1, Math.floor(((value - this.low) / width) * inner));
  }

  /** The values that have a symbol; the outermost bins end where a next one would begin. */
  valuesOf(symbol: number, inner: number): readonly [number, number] {
    return [this.lowerEdge(symbol, inner), this.lowerEdge(symbol + 1, inner)];
  }

  /** Widens the range to a value; at once for the first rows, by a bounded step later. */
  learn(value: number, isFirst: boolean): void {
    const width = this.high - this.low;
    const most = isFirst || width === 0 ? Number.POSITIVE_INFINITY : MOST_GROWTH * width;
    if (value < this.low) this.low = isFirst ? value : this.low - Math.min(this.low - value, most);
    if (value > this.high) this.high = isFirst ? value : this.high + Math.min(value - this.high, most);
    this.recentLow = Math.min(this.recentLow, value);
    this.recentHigh = Math.max(this.recentHigh, value);
    this.rows += 1;
    if (this.rows % RELAX_EVERY === 0) this.relax();
  }

  write(out: ByteWriter): void {
    out.numbers(Float64Array.of(this.low, this.high, this.recentLow, this.recentHigh));
    out.whole(this.rows);
  }

  read(from: ByteReader): void {
    const edges = new Float64Array(4);
    from.numbers(edges);
    this.low = edges[0]!;
    this.high = edges[1]!;
    this.recentLow = edges[2]!;
    this.recentHigh = edges[3]!;
    this.rows = from.whole();
  }

  private relax(): void {
    if (this.recentLow > this.low) this.low += (this.recentLow - this.low) / 2;
    if (this.recentHigh < this.high) this.high -= (this.high - this.recentHigh) / 2;
    this.recentLow = Number.POSITIVE_INFINITY;
    this.recentHigh = Number.NEGATIVE_INFINITY;
  }

  private lowerEdge(symbol: number, inner: number): number {
    const width = this.high - this.low;
    const below = OVERFLOW_BINS - symbol;
    if (below > 0) return this.low - (width * (2 ** below - 1)) / OVERFLOW_STEPS;
    const above = symbol - OVERFLOW_BINS - inner;
    if (above >= 0) return this.high + (width * (2 ** above - 1)) / OVERFLOW_STEPS;
    return this.low + (width * (symbol - OVERFLOW_BINS)) / inner;
  }
}

/** Which overflow bin a distance falls into, in widths of the range; a range without width has all in the outermost. */
function overflow(distance: number): number {
  if (!(distance < FARTHEST)) return OVERFLOW_BINS - 1;
  return Math.min(OVERFLOW_BINS - 1, Math.floor(log2(1 + distance * OVERFLOW_STEPS)));
}
