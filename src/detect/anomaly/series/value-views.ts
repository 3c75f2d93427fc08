import type { ByteReader, ByteWriter } from '../snapshot/bytes.ts';

/**
 * A row is looked at in four ways, since anomalies come at several scales: a
 * spike shows in the value, a shift that noise hides in the mean of a few rows,
 * a step away from how things were of late in the distance from a longer mean.
 */
export const VIEWS = ['value', 'mean of 10 rows', 'distance from the last 100', 'distance from the last 300'] as const;

const SHORT = 10;
const MIDDLE = 100;
const LONG = 300;

/** The four views of each row, from the rows before it and itself. */
export class ValueViews {
  /** What the last `look` saw, in the order of `VIEWS`. */
  readonly seen = new Float64Array(VIEWS.length);
  /** What was subtracted from the value in each view: 0 for the first two. */
  readonly offsets = new Float64Array(VIEWS.length);
  private readonly ring = new Float64Array(LONG);
  private rows = 0;
  private middleSum = 0;
  private longSum = 0;

  /** Looks at a finite value; it is part of the past only after `learn`. */
  look(value: number): void {
    this.offsets[2] = this.rows === 0 ? value : this.middleSum / Math.min(this.rows, MIDDLE);
    this.offsets[3] = this.rows === 0 ? value : this.longSum / Math.min(this.rows, LONG);
    let shortSum = value;
    const back = Math.min(this.rows, SHORT - 1);
    for (let age = 1; age <= back; age += 1) shortSum += this.ring[(this.rows - age) % LONG]!;
    this.seen[0] = value;
    this.seen[1] = shortSum / (back + 1);
    this.seen[2] = value - this.offsets[2]!;
    this.seen[3] = value - this.offsets[3]!;
  }

  learn(value: number): void {
    const { ring, rows } = this;
    this.middleSum += value - (rows < MIDDLE ? 0 : ring[(rows - MIDDLE) % LONG]!);
    this.longSum += value - (rows < LONG ? 0 : ring[rows % LONG]!);
    ring[rows % LONG] = value;
    this.rows += 1;
    if (this.rows % LONG === 0) this.sumAgain();
  }

  get bytes(): number {
    return this.ring.byteLength;
  }

  write(out: ByteWriter): void {
    out.numbers(this.ring);
    out.numbers(Float64Array.of(this.middleSum, this.longSum));
    out.whole(this.rows);
  }

  read(from: ByteReader): void {
    from.numbers(this.ring);
    const sums = new Float64Array(2);
    from.numbers(sums);
    this.middleSum = sums[0]!;
    this.longSum = sums[1]!;
    this.rows = from.whole();
  }

  /** Running sums keep the rounding of a huge value after it has left; once a round they are made anew. */
  private sumAgain(): void {
    this.middleSum = 0;
    this.longSum = 0;
    for (let place = 0; place < LONG; place += 1) {
      this.longSum += this.ring[place]!;
      if (place >= LONG - MIDDLE) this.middleSum += this.ring[place]!;
    }
  }
}
