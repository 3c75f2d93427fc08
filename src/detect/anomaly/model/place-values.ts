import { log2 } from '../arithmetic/log2.ts';

/** A place that has had more different values than this is open: anything may stand there. */
const MAX_VALUES = 12;
const OPEN = 0xff;
/** A place that always had one value must have had it this often before another one is strange. */
const CONSTANT_EVENTS = 256;
/** A place with several values must have had so many events, and have changed between its values so often each. */
const MIXED_EVENTS = 64;
const CHANGES_PER_VALUE = 3;
/** What a value never seen costs besides the escape. */
const NEW_VALUE_BITS = 6;
/** Each known value was new once: while a place is young that is not strange. */
const YOUNG_BITS = 8;
const MAX_U16 = 0xffff;

/**
 * Which values a place of a template has had, where they are few: a status of
 * 500 where only 200 and 404 ever stood. Times and counters also have few values
 * for a while; what tells them apart is that their values do not come back, so
 * a place counts only when it changed between its values again and again, or
 * never did for long.
 *
 * Unlike everything else in the model this is not forgotten event by event: a
 * place's values are kept until the place itself is empty or gives way.
 */
export class PlaceValues {
  /** 16-bit tags of the values, MAX_VALUES per place. */
  readonly tags: Uint16Array;
  /** How many values each place has; OPEN for too many. */
  readonly counts: Uint8Array;
  readonly events: Uint16Array;
  readonly changes: Uint16Array;
  readonly last: Uint16Array;

  constructor(bits: number) {
    const size = 1 << bits;
    this.tags = new Uint16Array(size * MAX_VALUES);
    this.counts = new Uint8Array(size);
    this.events = new Uint16Array(size);
    this.changes = new Uint16Array(size);
    this.last = new Uint16Array(size);
  }

  /** Bits above the usual when the value never stood here though few do; 0 when it did or when anything may. */
  excess(place: number, valueHash: number): number {
    const values = this.counts[place]!;
    if (values === 0 || values === OPEN || !this.isSettled(place, values)) return 0;
    if (this.has(place, values, tagOf(valueHash))) return 0;
    const events = this.events[place]!;
    const cost = log2((events + values) / values) + NEW_VALUE_BITS;
    const usual = log2(values) + (values * YOUNG_BITS) / (events + 1);
    return cost > usual ? cost - usual : 0;
  }

  learn(place: number, valueHash: number): void {
    const values = this.counts[place]!;
    if (values === OPEN) return;
    const tag = tagOf(valueHash);
    if (this.events[place]! < MAX_U16) this.events[place]! += 1;
    if (values > 0 && this.last[place] === tag) return;
    if (this.changes[place]! < MAX_U16) this.changes[place]! += 1;
    this.last[place] = tag;
    if (this.has(place, values, tag)) return;
    if (values === MAX_VALUES) {
      this.counts[place] = OPEN;
      return;
    }
    this.tags[place * MAX_VALUES + values] = tag;
    this.counts[place] = values + 1;
  }

  /** The place is another one's now, or nobody's. */
  reset(place: number): void {
    this.counts[place] = 0;
    this.events[place] = 0;
    this.changes[place] = 0;
    this.last[place] = 0;
    this.tags.fill(0, place * MAX_VALUES, (place + 1) * MAX_VALUES);
  }

  /** How many values a place is known to have, 0 when anything may stand there. */
  known(place: number): number {
    const values = this.counts[place]!;
    return values === OPEN ? 0 : values;
  }

  get bytes(): number {
    return (
      this.tags.byteLength +
      this.counts.byteLength +
      this.events.byteLength +
      this.changes.byteLength +
      this.last.byteLength
    );
  }

  private isSettled(place: number, values: number): boolean {
    const events = this.events[place]!;
    if (values === 1) return events >= CONSTANT_EVENTS;
    return events >= MIXED_EVENTS && this.changes[place]! >= CHANGES_PER_VALUE * values;
  }

  private has(place: number, values: number, tag: number): boolean {
    const at = place * MAX_VALUES;
    for (let i = at; i < at + values; i += 1) if (this.tags[i] === tag) return true;
    return false;
  }
}

function tagOf(valueHash: number): number {
  return ((valueHash ^ (valueHash >>> 16)) & 0xffff) | 1;
}
