import type { ByteReader, ByteWriter } from '../snapshot/bytes.ts';

/** A peak stands for what follows and is no stranger: for this many rows, and in a long series for a share of its rows. */
const FEWEST_HELD_ROWS = 120;
const HELD_SHARE = 0.03;
const MOST_HELD_ROWS = 750;
/** A peak of so many bits is an outcry, and each outcry takes this much from the later ones, less as time goes by. */
const OUTCRY_BITS = 6;
const OUTCRY_COST = 0.07;
const OUTCRY_FADE = 1 - 1 / 10_000;

/**
 * Weighs a row's strangeness by what was said of late: one anomaly is reported
 * once, when it begins, and a series that often cries is believed less.
 */
export class PeakHold {
  private readonly ring = new Float64Array(MOST_HELD_ROWS);
  private rows = 0;
  /** The strangest of the rows held at the moment, and the last row that was it. */
  private highest = -1;
  private highestRow = -1;

  /** Outcries so far, faded. */
  private outcries = 0;

  /** What is left of a strangeness (≥ 0) that is a peak, null when it is none; the row is then part of the past. */
  push(strangeness: number): number | null {
    const held = Math.min(MOST_HELD_ROWS, Math.max(FEWEST_HELD_ROWS, Math.floor(this.rows * HELD_SHARE)));
    if (this.rows - this.highestRow > held) this.findHighest(held);
    const isPeak = strangeness > this.highest;
    if (strangeness >= this.highest) {
      this.highest = strangeness;
      this.highestRow = this.rows;
    }
    this.ring[this.rows % MOST_HELD_ROWS] = strangeness;
    this.rows += 1;
    this.outcries *= OUTCRY_FADE;
    if (!isPeak) return null;
    const left = Math.max(0, strangeness - OUTCRY_COST * this.outcries);
    if (strangeness >= OUTCRY_BITS) this.outcries += 1;
    return left;
  }

  get bytes(): number {
    return this.ring.byteLength;
  }

  write(out: ByteWriter): void {
    out.numbers(this.ring);
    out.numbers(Float64Array.of(this.highest, this.outcries));
    out.whole(this.rows);
    out.whole(this.highestRow + 1);
  }

  read(from: ByteReader): void {
    from.numbers(this.ring);
    const levels = new Float64Array(2);
    from.numbers(levels);
    this.highest = levels[0]!;
    this.outcries = levels[1]!;
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
