/**
 * What the model must know to forget the oldest events: the name of each
 * event's template and the length classes of its values, in two rings. An event
 * of the window costs ten bytes and one more per value.
 */
export class EventWindow {
  readonly hashes: Int32Array;
  readonly checks: Int32Array;
  readonly valueCounts: Uint16Array;
  readonly values: Uint8Array;
  /** Events in the window, place of the oldest one, and the same for values. */
  size = 0;
  first = 0;
  valueSize = 0;
  firstValue = 0;

  /** @param events capacity in events; @param values capacity in values; both powers of two */
  constructor(events: number, values: number) {
    this.hashes = new Int32Array(events);
    this.checks = new Int32Array(events);
    this.valueCounts = new Uint16Array(events);
    this.values = new Uint8Array(values);
  }

  /** Whether an event with so many values needs the oldest one to leave first. */
  isFullFor(valueCount: number): boolean {
    return this.size === this.hashes.length || this.valueSize + valueCount > this.values.length;
  }

  push(hash: number, check: number, lengths: Uint8Array, valueCount: number): void {
    const place = (this.first + this.size) & (this.hashes.length - 1);
    this.hashes[place] = hash;
    this.checks[place] = check;
    this.valueCounts[place] = valueCount;
    const mask = this.values.length - 1;
    let at = this.firstValue + this.valueSize;
    for (let i = 0; i < valueCount; i += 1, at += 1) this.values[at & mask] = lengths[i]!;
    this.size += 1;
    this.valueSize += valueCount;
  }

  /** Takes the oldest event away; its values were at `firstValue` before. */
  shift(): void {
    const count = this.valueCounts[this.first]!;
    this.first = (this.first + 1) & (this.hashes.length - 1);
    this.firstValue = (this.firstValue + count) & (this.values.length - 1);
    this.size -= 1;
    this.valueSize -= count;
  }

  get bytes(): number {
    return this.hashes.byteLength + this.checks.byteLength + this.valueCounts.byteLength + this.values.byteLength;
  }
}
