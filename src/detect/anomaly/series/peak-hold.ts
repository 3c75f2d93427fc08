import type { ByteReader, ByteWriter } from '../snapshot/bytes.ts';

/** Rows a peak stands for: what follows within them and is no stranger belongs to it. */
const HELD_ROWS = 150;

/** Tells the rows that are stranger than all of the last rows: one anomaly is reported once, when it begins. */
export class PeakHold {
  private readonly ring = new Float64Array(HELD_ROWS).fill(-1);
  private rows = 0;

  /** Whether a row of this strangeness (≥ 0) is a peak; the row is then part of the past. */
  push(strangeness: number): boolean {
    let highest = -1;
    for (let place = 0; place < HELD_ROWS; place += 1) {
      if (this.ring[place]! > highest) highest = this.ring[place]!;
    }
    this.ring[this.rows % HELD_ROWS] = strangeness;
    this.rows += 1;
    return strangeness > highest;
  }

  get bytes(): number {
    return this.ring.byteLength;
  }

  write(out: ByteWriter): void {
    out.numbers(this.ring);
    out.whole(this.rows);
  }

  read(from: ByteReader): void {
    from.numbers(this.ring);
    this.rows = from.whole();
  }
}
