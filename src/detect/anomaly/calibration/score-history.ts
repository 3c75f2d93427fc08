/** Scores are kept and compared in whole hundredths of a bit. */
export const SCORE_UNIT = 100;
/** Scores above 81.91 bits are one: nothing is decided up there. */
const LEVEL_BITS = 13;
const LEVELS = 1 << LEVEL_BITS;
/** The score of an event a person confirmed as an anomaly: it no longer counts. */
const TAKEN_OUT = 0xffff;

/** A score in bits as a whole number of hundredths, within what the history can tell apart. */
export function scoreLevel(bits: number): number {
  const level = Math.floor(bits * SCORE_UNIT + 0.5);
  if (level >= LEVELS) return LEVELS - 1;
  return level > 0 ? level : 0;
}

/**
 * The last scores of a stream, each taken before its event was learned, and how
 * many of them are at least as high as a given one: a prequential conformal
 * p-value (V. Vovk, A. Gammerman, G. Shafer, "Algorithmic Learning in a Random
 * World", 2005). Counting is a Fenwick tree over score levels: thirteen steps
 * however long the history is.
 */
export class ScoreHistory {
  /** Levels of the last scores, a ring. */
  readonly ring: Uint16Array;
  private readonly tree = new Uint16Array(LEVELS + 1);
  /** Scores ever pushed. */
  pushed = 0;
  /** Scores that count now. */
  size = 0;

  constructor(capacity: number) {
    this.ring = new Uint16Array(capacity);
  }

  /** (k + 1) / (n + 1), k of the n scores being at least `level`, in steps of a millionth. */
  pValue(level: number): number {
    const atLeast = this.size - this.countBelow(level);
    return Math.round(((atLeast + 1) / (this.size + 1)) * 1e6) / 1e6;
  }

  push(level: number): void {
    const place = this.pushed % this.ring.length;
    if (this.pushed >= this.ring.length && this.ring[place] !== TAKEN_OUT) {
      this.add(this.ring[place]!, -1);
      this.size -= 1;
    }
    this.ring[place] = level;
    this.add(level, 1);
    this.size += 1;
    this.pushed += 1;
  }

  /** Takes the score out that was pushed as number `index` (0 for the first); false when it is not kept any more. */
  takeOut(index: number): boolean {
    if (index < 0 || index >= this.pushed || index < this.pushed - this.ring.length) return false;
    const place = index % this.ring.length;
    if (this.ring[place] === TAKEN_OUT) return false;
    this.add(this.ring[place]!, -1);
    this.ring[place] = TAKEN_OUT;
    this.size -= 1;
    return true;
  }

  /** Builds the tree again from the ring, after the ring was restored. */
  recount(): void {
    this.tree.fill(0);
    this.size = 0;
    const kept = Math.min(this.pushed, this.ring.length);
    for (let place = 0; place < kept; place += 1) {
      if (this.ring[place] === TAKEN_OUT) continue;
      this.add(this.ring[place]!, 1);
      this.size += 1;
    }
  }

  get bytes(): number {
    return this.ring.byteLength + this.tree.byteLength;
  }

  private countBelow(level: number): number {
    let count = 0;
    for (let at = level; at > 0; at -= at & -at) count += this.tree[at]!;
    return count;
  }

  private add(level: number, change: number): void {
    for (let at = level + 1; at <= LEVELS; at += at & -at) this.tree[at]! += change;
  }
}
