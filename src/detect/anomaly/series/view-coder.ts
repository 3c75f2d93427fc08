import { log2 } from '../arithmetic/log2.ts';
import type { ByteReader, ByteWriter } from '../snapshot/bytes.ts';
import { NO_HOUR } from './hour-of-day.ts';
import { SymbolCounts } from './symbol-counts.ts';
import { OVERFLOW_BINS, ValueRange } from './value-range.ts';

/**
 * Bins inside the range, one alphabet each; their code lengths are averaged, so
 * that no single bin's edge decides. Few bins do better than many: novelty has
 * to mean something.
 */
const ALPHABETS = [4, 6, 8] as const;
const FINEST = 2;
/** The first rows only make the range. */
const FIRST_ROWS = 10;
/** What happens in at least one of 100 rows at this hour is expected. */
const EXPECTED_BITS = log2(100);

/** One view of a series: what a value costs in it by the hour of the day, in bits. */
export class ViewCoder {
  private readonly range = new ValueRange();
  private readonly counts = ALPHABETS.map((inner) => new SymbolCounts(inner + 2 * OVERFLOW_BINS, NO_HOUR + 1));
  private rows = 0;

  /** Mean code length of a value over the alphabets; null while the range is being made. */
  bits(value: number, hour: number): number | null {
    if (this.rows < FIRST_ROWS) return null;
    let sum = 0;
    for (let at = 0; at < ALPHABETS.length; at += 1) {
      sum += this.counts[at]!.bits(hour, this.range.symbolOf(value, ALPHABETS[at]!));
    }
    return sum / ALPHABETS.length;
  }

  learn(value: number, hour: number): void {
    const isFirst = this.rows < FIRST_ROWS;
    for (let at = 0; at < ALPHABETS.length; at += 1) {
      this.counts[at]!.learn(hour, isFirst ? OVERFLOW_BINS : this.range.symbolOf(value, ALPHABETS[at]!));
    }
    this.range.learn(value, isFirst);
    this.rows += 1;
  }

  /** From the lowest to the highest bin that is expected at this hour. */
  expected(hour: number): readonly [number, number] {
    const inner = ALPHABETS[FINEST];
    const last = inner + 2 * OVERFLOW_BINS - 1;
    const isExpected = (symbol: number) => this.counts[FINEST]!.bits(hour, symbol) <= EXPECTED_BITS;
    let lowest = 0;
    while (lowest < last && !isExpected(lowest)) lowest += 1;
    let highest = last;
    while (highest > lowest && !isExpected(highest)) highest -= 1;
    return [this.range.valuesOf(lowest, inner)[0], this.range.valuesOf(highest, inner)[1]];
  }

  get bytes(): number {
    return this.counts.reduce((sum, { table }) => sum + table.byteLength, 0);
  }

  write(out: ByteWriter): void {
    this.range.write(out);
    for (const { table } of this.counts) out.numbers(table);
    out.whole(this.rows);
  }

  read(from: ByteReader): void {
    this.range.read(from);
    for (const { table } of this.counts) from.numbers(table);
    this.rows = from.whole();
  }
}
