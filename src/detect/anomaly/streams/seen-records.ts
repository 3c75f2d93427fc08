/** Records remembered, so that one that comes again is noticed. */
const REMEMBERED = 4_096;

/**
 * Counts records that came before with the same time and content: a sender that batched anew after an error, two
 * collectors on one file. They are judged like any other; that they are many is something to know.
 */
export class SeenRecords {
  readonly #ring: Float64Array;
  readonly #set: Set<number>;
  #at: number;

  constructor(ring = new Float64Array(REMEMBERED), at = 0) {
    this.#ring = ring;
    this.#set = new Set(ring);
    this.#set.delete(0);
    this.#at = at;
  }

  /** @returns whether this one was seen lately */
  push(at: number, content: string): boolean {
    const key = hashOf(at, content);
    if (this.#set.has(key)) return true;
    this.#set.delete(this.#ring[this.#at] ?? 0);
    this.#ring[this.#at] = key;
    this.#set.add(key);
    this.#at = (this.#at + 1) % REMEMBERED;
    return false;
  }

  state(): { ring: string; at: number } {
    return { ring: Buffer.from(this.#ring.buffer).toString('base64'), at: this.#at };
  }

  static restore(state: { ring: string; at: number }): SeenRecords {
    const bytes = Buffer.from(state.ring, 'base64');
    const ring = new Float64Array(REMEMBERED);
    new Uint8Array(ring.buffer).set(bytes.subarray(0, ring.byteLength));
    return new SeenRecords(ring, state.at);
  }
}

/** 53 bits, two independent multiplications; never 0. */
function hashOf(at: number, content: string): number {
  let low = 0x811c9dc5 ^ (at % 4_294_967_296);
  let high = 0x9e3779b9 ^ Math.floor(at / 4_294_967_296) ^ Math.floor((at % 1) * 1e6);
  for (let index = 0; index < content.length; index += 1) {
    const unit = content.charCodeAt(index);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x85ebca6b);
    high ^= high >>> 15;
  }
  return ((high >>> 11) & 0x1f_ffff) * 4_294_967_296 + (low >>> 0) + 1;
}
