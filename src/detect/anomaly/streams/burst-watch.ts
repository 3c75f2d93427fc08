/** Events looked back on. */
const EVENTS = 50;
/** How unlikely a burst by chance has to be: once in ten million looks. */
const CHANCE = 1e-7;

/**
 * Says when anomalies come in a burst. P-values are calibrated, so how many of fifty events are anomalies by chance is a
 * binomial: a burst is a count that chance does not explain. One strange line is an anomaly; a burst is what opens an
 * incident.
 */
export class BurstWatch {
  readonly #flags: Uint8Array;
  #at = 0;
  #count = 0;
  #seen = 0;
  #needed: number;

  constructor(alpha: number, flags = new Uint8Array(EVENTS), at = 0, seen = 0) {
    this.#flags = flags;
    this.#at = at;
    this.#seen = seen;
    this.#count = flags.reduce((sum, flag) => sum + flag, 0);
    this.#needed = burstCount(alpha);
  }

  setAlpha(alpha: number): void {
    this.#needed = burstCount(alpha);
  }

  /** @returns true when the last events hold more anomalies than chance explains */
  push(anomaly: boolean): boolean {
    const flag = anomaly ? 1 : 0;
    this.#count += flag - (this.#flags[this.#at] ?? 0);
    this.#flags[this.#at] = flag;
    this.#at = (this.#at + 1) % EVENTS;
    this.#seen += 1;
    return this.#count >= this.#needed;
  }

  get anomalies(): number {
    return this.#count;
  }

  get events(): number {
    return Math.min(this.#seen, EVENTS);
  }

  state(): { flags: number[]; at: number; seen: number } {
    return { flags: [...this.#flags], at: this.#at, seen: this.#seen };
  }

  static restore(alpha: number, state: { flags: readonly number[]; at: number; seen: number }): BurstWatch {
    return new BurstWatch(alpha, Uint8Array.from(state.flags), state.at, state.seen);
  }
}

/** The least count of so many whose chance, at one in `1 / alpha` each, is below the bound. */
export function burstCount(alpha: number): number {
  // P(X = 0), then each term from the one before; what is left is the tail.
  let term = 1;
  for (let n = 0; n < EVENTS; n += 1) term *= 1 - alpha;
  let tail = 1;
  for (let count = 0; count < EVENTS; count += 1) {
    tail -= term;
    if (tail < CHANCE) return count + 1;
    term = (term * (EVENTS - count) * alpha) / ((count + 1) * (1 - alpha));
  }
  return EVENTS;
}
