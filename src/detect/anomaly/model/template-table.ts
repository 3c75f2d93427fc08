import type { TokenBuffer } from '../tokens/token-buffer.ts';

const WAYS = 4;
const MAX_COUNT = 0xffff;
/** How many places the hand looks at to find the rarest template when the memory for symbols is full. */
const HAND_STEPS = 64;

/**
 * The templates the window holds and how often each came: level 1 of the code.
 * A template is named by two 32-bit hashes of its symbols; its symbols are kept
 * so that it can be forgotten and shown without reading the event again.
 * Places are in buckets of four; where a bucket or the memory for symbols is
 * full, the rarest template gives way (`evictions` counts them).
 */
export class TemplateTable {
  readonly hashes: Int32Array;
  readonly checks: Int32Array;
  readonly counts: Uint16Array;
  /** The symbols of each place's template, lead and end included. */
  readonly symbols: (Int32Array | null)[];
  /** Which values of each place's template may be one of few, as bits. */
  readonly enumerable: Int32Array;
  /** Events counted, and templates known. */
  total = 0;
  kinds = 0;
  evictions = 0;
  symbolCount = 0;
  hand = 0;
  private readonly mask: number;
  private readonly maxSymbols: number;
  /** Called before a template gives way, so that what was learned of it can be forgotten. */
  private readonly onEvict: (place: number) => void;

  constructor(bits: number, maxSymbols: number, onEvict: (place: number) => void) {
    const size = 1 << bits;
    this.hashes = new Int32Array(size);
    this.checks = new Int32Array(size);
    this.counts = new Uint16Array(size);
    this.enumerable = new Int32Array(size);
    this.symbols = new Array<Int32Array | null>(size).fill(null);
    this.mask = size - 1;
    this.maxSymbols = maxSymbols;
    this.onEvict = onEvict;
  }

  find(hash: number, check: number): number {
    const { hashes, checks, counts } = this;
    const bucket = hash & this.mask & ~(WAYS - 1);
    for (let place = bucket; place < bucket + WAYS; place += 1) {
      if (hashes[place] === hash && checks[place] === check && counts[place]! > 0) return place;
    }
    return -1;
  }

  /** Counts one more event of a known template. */
  increment(place: number): void {
    if (this.counts[place]! >= MAX_COUNT) return;
    this.counts[place]! += 1;
    this.total += 1;
  }

  /** Takes in a template that is not known, with a count of one; gives its place. */
  insert(tokens: TokenBuffer, enumerable: number): number {
    const { hashes, checks, counts, symbols } = this;
    while (this.symbolCount + tokens.end > this.maxSymbols && this.kinds > 0) this.evict(this.rarestFromHand());
    const bucket = tokens.templateHash & this.mask & ~(WAYS - 1);
    let rarest = bucket;
    for (let place = bucket + 1; place < bucket + WAYS; place += 1) {
      if (counts[place]! < counts[rarest]!) rarest = place;
    }
    if (counts[rarest]! > 0) this.evict(rarest);
    hashes[rarest] = tokens.templateHash;
    checks[rarest] = tokens.templateCheck;
    counts[rarest] = 1;
    this.enumerable[rarest] = enumerable;
    symbols[rarest] = tokens.symbol.slice(0, tokens.end);
    this.symbolCount += tokens.end;
    this.total += 1;
    this.kinds += 1;
    return rarest;
  }

  /** One event of the template has left the window; the last one takes the template along. */
  decrement(place: number): void {
    this.total -= 1;
    this.counts[place]! -= 1;
    if (this.counts[place] === 0) this.remove(place);
  }

  private evict(place: number): void {
    this.onEvict(place);
    this.evictions += 1;
    this.total -= this.counts[place]!;
    this.counts[place] = 0;
    this.remove(place);
  }

  private remove(place: number): void {
    this.symbolCount -= this.symbols[place]!.length;
    this.symbols[place] = null;
    this.hashes[place] = 0;
    this.checks[place] = 0;
    this.kinds -= 1;
  }

  private rarestFromHand(): number {
    let rarest = -1;
    let seen = 0;
    while (seen < HAND_STEPS || rarest < 0) {
      const place = this.hand;
      this.hand = (this.hand + 1) & this.mask;
      seen += 1;
      const count = this.counts[place]!;
      if (count > 0 && (rarest < 0 || count < this.counts[rarest]!)) rarest = place;
    }
    return rarest;
  }

  get bytes(): number {
    return (
      this.hashes.byteLength +
      this.checks.byteLength +
      this.counts.byteLength +
      this.enumerable.byteLength +
      this.counts.length * 8 +
      this.maxSymbols * 4
    );
  }
}
