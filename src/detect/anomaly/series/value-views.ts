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

/** Rows before values are bounded. */
const FREE_ROWS = 50;
/** What goes into the longer means lies at most so many mean deviations off the centre; centre and deviation follow 100 rows. */
const MOST_DEVIATIONS = 6;
const FOLLOWED_ROWS = 100;

/** The four views of each row, from the rows before it and itself. */
export class ValueViews {
  /** What the last `look` saw, in the order of `VIEWS`. */
  readonly seen = new Float64Array(VIEWS.length);
  /** What was subtracted from the value in each view: 0 for the first two. */
  readonly offsets = new Float64Array(VIEWS.length);
  /** The last rows as they were, and, for the longer means, bounded: a spike must not come back when it leaves a mean. */
  private readonly latest = new Float64Array(SHORT);
  private readonly bounded = new Float64Array(LONG);
  private rows = 0;
  private middleSum = 0;
  private longSum = 0;
  private centre = 0;
  private deviation = 0;

  /** Looks at a finite value; it is part of the past only after `learn`. */
  look(value: number): void {
    this.offsets[2] = this.rows === 0 ? value : this.middleSum / Math.min(this.rows, MIDDLE);
    this.offsets[3] = this.rows === 0 ? value : this.longSum / Math.min(this.rows, LONG);
    let shortSum = value;
    const back = Math.min(this.rows, SHORT - 1);
    for (let age = 1; age <= back; age += 1) shortSum += this.latest[(this.rows - age) % SHORT]!;
    this.seen[0] = value;
    this.seen[1] = shortSum / (back + 1);
    this.seen[2] = value - this.offsets[2]!;
    this.seen[3] = value - this.offsets[3]!;
  }

  learn(value: number): void {
    const { bounded, rows } = this;
    const kept = this.bound(value);
    this.middleSum += kept - (rows < MIDDLE ? 0 : bounded[(rows - MIDDLE) % LONG]!);
    this.longSum += kept - (rows < LONG ? 0 : bounded[rows % LONG]!);
    this.latest[rows % SHORT] = value;
    bounded[rows % LONG] = kept;
    this.rows += 1;
    if (this.rows % LONG === 0) this.sumAgain();
  }

  get bytes(): number {
    return this.bounded.byteLength + this.latest.byteLength;
  }

  write(out: ByteWriter): void {
    out.numbers(this.latest);
    out.numbers(this.bounded);
    out.numbers(Float64Array.of(this.middleSum, this.longSum, this.centre, this.deviation));
    out.whole(this.rows);
  }

  read(from: ByteReader): void {
    from.numbers(this.latest);
    from.numbers(this.bounded);
    const levels = new Float64Array(4);
    from.numbers(levels);
    this.middleSum = levels[0]!;
    this.longSum = levels[1]!;
    this.centre = levels[2]!;
    this.deviation = levels[3]!;
    this.rows = from.whole();
  }

  /** The value, moved towards the centre when it is far out (winsorised); of a constant series anything is taken. */
  private bound(value: number): number {
    const most =
      this.rows < FREE_ROWS || this.deviation === 0 ? Number.POSITIVE_INFINITY : MOST_DEVIATIONS * this.deviation;
    const kept = Math.min(this.centre + most, Math.max(this.centre - most, value));
    const share = 1 / Math.min(this.rows + 1, FOLLOWED_ROWS);
    if (this.rows === 0) this.centre = kept;
    this.deviation += (Math.abs(kept - this.centre) - this.deviation) * share;
    this.centre += (kept - this.centre) * share;
    return kept;
  }

  /** Running sums keep the rounding of a huge value after it has left; once a round they are made anew. */
  private sumAgain(): void {
    this.middleSum = 0;
    this.longSum = 0;
    for (let place = 0; place < LONG; place += 1) {
      this.longSum += this.bounded[place]!;
      if (place >= LONG - MIDDLE) this.middleSum += this.bounded[place]!;
    }
  }
}
