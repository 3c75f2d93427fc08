import { log2 } from '../arithmetic/log2.ts';
import type { ByteReader, ByteWriter } from '../snapshot/bytes.ts';

/** Code lengths are kept and compared in whole 32nds of a bit. */
const UNIT = 32;
/** Above 32 bits all are alike: no count here gives more. */
const LEVELS = 32 * UNIT;
/** The share of rows that makes the tail, and the fewest rows. */
const TAIL_SHARE = 0.03;
const FEWEST_TAIL_ROWS = 5;
/** Rows before a code length says how rare it is. */
const FEWEST_ROWS = 50;
/** The tail is taken to fall off no faster than e-fold in a quarter of a bit; else a dead calm series would cry at a whisper. */
const SHARPEST_TAIL = UNIT / 4;
/** What was seen before is at most so many bits rarer than its count says: a tail of two heaps is not exponential. */
const MOST_ABOVE_COUNT = 4;
/** Then every count is halved: memory stays what it is and the far past fades. */
const MOST_ROWS = 32_768;

/**
 * How rare a code length is among those of the series so far, in bits: −log2 of
 * the share of rows that cost as much. Beyond the highest 3 % the tail is taken
 * as exponential with their mean excess (J. Pickands, "Statistical inference
 * using extreme order statistics", Annals of Statistics 3(1), 1975), so that what was never seen
 * still has an order, comparable between views and between series.
 */
export class Rarity {
  private readonly counts = new Uint32Array(LEVELS);
  private rows = 0;
  /** The tail: the levels from `tailFrom` up, how many rows they hold and the sum of those rows' levels. */
  private tailFrom = LEVELS;
  private tailRows = 0;
  private tailSum = 0;

  /** Rarity of a code length in bits, 0 while too little was seen. */
  of(bits: number): number {
    const { rows, tailFrom, tailRows } = this;
    if (rows < FEWEST_ROWS) return 0;
    const level = levelOf(bits);
    const atLeast = this.rowsFrom(level);
    const counted = log2((rows + 1) / (atLeast + 1));
    if (level < tailFrom) return counted;
    const excess = tailRows === 0 ? 0 : this.tailSum / tailRows - tailFrom + 0.5;
    const scale = Math.max(SHARPEST_TAIL, excess);
    const beyond = log2((rows + 1) / (tailRows + 1)) + ((level - tailFrom) / scale) * Math.LOG2E;
    return atLeast === 0 ? beyond : Math.min(beyond, counted + MOST_ABOVE_COUNT);
  }

  /** The code length that at most this share of the rows exceeds; null while too little was seen. */
  exceededBy(share: number): number | null {
    if (this.rows < FEWEST_ROWS) return null;
    const most = this.rows * share;
    let beyond = 0;
    let level = LEVELS;
    while (level > 0 && beyond + this.counts[level - 1]! <= most) {
      level -= 1;
      beyond += this.counts[level]!;
    }
    return level / UNIT;
  }

  learn(bits: number): void {
    const level = levelOf(bits);
    this.counts[level]! += 1;
    this.rows += 1;
    if (level >= this.tailFrom) {
      this.tailRows += 1;
      this.tailSum += level;
    }
    if (this.rows >= MOST_ROWS) this.halve();
    this.moveTail();
  }

  get bytes(): number {
    return this.counts.byteLength;
  }

  write(out: ByteWriter): void {
    out.numbers(this.counts);
  }

  read(from: ByteReader): void {
    from.numbers(this.counts);
    this.recount();
  }

  /** Rows as long as a level or longer. */
  private rowsFrom(level: number): number {
    const { counts, tailFrom } = this;
    let rows = level < tailFrom ? this.tailRows : 0;
    for (let at = level, end = level < tailFrom ? tailFrom : LEVELS; at < end; at += 1) rows += counts[at]!;
    return rows;
  }

  private halve(): void {
    // Rounded up: the few rows of the far tail are what it is made of.
    for (let level = 0; level < LEVELS; level += 1) this.counts[level] = (this.counts[level]! + 1) >>> 1;
    this.recount();
  }

  private recount(): void {
    this.rows = 0;
    for (const count of this.counts) this.rows += count;
    this.tailFrom = LEVELS;
    this.tailRows = 0;
    this.tailSum = 0;
    this.moveTail();
  }

  /** Keeps the tail as long as it may be: from the lowest level above which there are no more rows than its share. */
  private moveTail(): void {
    const { counts } = this;
    const most = Math.max(FEWEST_TAIL_ROWS, Math.floor(this.rows * TAIL_SHARE));
    while (this.tailRows > most) {
      this.tailRows -= counts[this.tailFrom]!;
      this.tailSum -= counts[this.tailFrom]! * this.tailFrom;
      this.tailFrom += 1;
    }
    while (this.tailFrom > 0 && this.tailRows + counts[this.tailFrom - 1]! <= most) {
      this.tailFrom -= 1;
      this.tailRows += counts[this.tailFrom]!;
      this.tailSum += counts[this.tailFrom]! * this.tailFrom;
    }
  }
}

function levelOf(bits: number): number {
  const level = Math.floor(bits * UNIT);
  return level >= LEVELS ? LEVELS - 1 : Math.max(0, level);
}
