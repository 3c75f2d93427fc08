import type { ByteReader, ByteWriter } from '../snapshot/bytes.ts';

/** A peak stands for what follows and is no stranger: for this many rows, and in a long series for a share of its rows. */
const FEWEST_HELD_ROWS = 120;
const HELD_SHARE = 0.03;
const MOST_HELD_ROWS = 750;

/** Tells the rows that are stranger than all of the last rows: one anomaly is reported once, when it begins. */
export class PeakHold {
  private readonly ring = new Float64Array(MOST_HELD_ROWS);
  private rows = 0;
  /** The strangest of the rows held at the moment, and the last row that was it. */
  private highest = -1;
  private highestRow = -1;

  /** Whether a row of this strangeness (≥ 0) is a peak; the row is then part of the past. */
  push(strangeness: number): boolean {
    const held = Math.min(MOST_HELD_ROWS, Math.max(FEWEST_HELD_ROWS, Math.floor(this.rows * HELD_SHARE)));
    if (this.rows - this.highestRow > held) this.findHighest(held);
    const isPeak = strangeness > this.highest;
    if (strangeness >= this.highest) {
      this.highest = strangeness;
      this.highestRow = this.rows;
    }
    this.ring[this.rows % MOST_HELD_ROWS] = strangeness;
    this.rows += 1;
    return isPeak;
  }

  get bytes(): number {
    return this.ring.byteLength;
  }

  write(out: ByteWriter): void {
    out.numbers(this.ring);
    out.numbers(Float64Array.of(this.highest));
    out.whole(this.rows);
    out.whole(this.highestRow + 1);
  }

  read(from: ByteReader): void {
    from.numbers(this.ring);
    const highest = new Float64Array(1);
    from.numbers(highest);
    this.highest = highest[0]!;
    this.rows = from.whole();
    this.highestRow = from.whole() - 1;
  }

  private findHighest(held: number): void {
    this.highest = -1;
    for (let row = Math.max(0, this.rows - held); row < this.rows; row += 1) {
      if (this.ring[row % MOST_HELD_ROWS]! < this.highest) continue;
      this.highest = this.ring[row % MOST_HELD_ROWS]!;
      this.highestRow = row;
    }
  }
}
