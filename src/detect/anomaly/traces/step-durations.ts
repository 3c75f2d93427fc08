import { log2 } from '../arithmetic/log2.ts';
import { Rarity } from '../series/rarity.ts';
import type { ByteReader, ByteWriter } from '../snapshot/bytes.ts';
import type { TraceShape } from './trace-shape.ts';

/** A step that took long, and what was usual for it. */
export interface StepDuration {
  readonly step: string;
  readonly durationMs: number;
  /** Ninety-nine of a hundred take at most about this; null while too few were seen. */
  readonly usualMs: number | null;
  /** How rare it is to take so long, in bits. */
  readonly rarity: number;
}

const MOST_STEPS = 200;
const LONGEST_KEY = 1_000;
const UNUSUAL_SHARE = 0.01;

/** How long each step takes: a histogram of 32 levels for each doubling, from a microsecond up. */
export class StepDurations {
  /** In the order in which they were heard of last. */
  private readonly steps = new Map<string, Rarity>();
  evictions = 0;

  /** Each step's slowest call, the rarest first. */
  judge({ steps }: TraceShape): StepDuration[] {
    const judged: StepDuration[] = [];
    for (const [step, { slowestMs }] of steps) {
      const known = this.steps.get(step);
      const rarity = known?.of(lengthOf(slowestMs)) ?? 0;
      const usual = known?.exceededBy(UNUSUAL_SHARE) ?? null;
      judged.push({ step, durationMs: slowestMs, usualMs: usual === null ? null : millisecondsOf(usual), rarity });
    }
    return judged.sort((one, other) => other.rarity - one.rarity || (one.step < other.step ? -1 : 1));
  }

  learn({ steps }: TraceShape): void {
    for (const [step, { slowestMs }] of steps) {
      const known = this.steps.get(step) ?? new Rarity();
      known.learn(lengthOf(slowestMs));
      this.steps.delete(step);
      this.steps.set(step, known);
      if (this.steps.size > MOST_STEPS) this.dropQuietest();
    }
  }

  get bytes(): number {
    let bytes = 0;
    for (const [step, known] of this.steps) bytes += 100 + 2 * step.length + known.bytes;
    return bytes;
  }

  write(out: ByteWriter): void {
    out.uint32(this.steps.size);
    for (const [step, known] of this.steps) {
      out.text(step);
      known.write(out);
    }
    out.whole(this.evictions);
  }

  read(from: ByteReader): void {
    const count = from.uint32();
    if (count > MOST_STEPS) throw new RangeError(`${count} steps where at most ${MOST_STEPS} were expected`);
    for (let at = 0; at < count; at += 1) {
      const step = from.text(LONGEST_KEY);
      const known = new Rarity();
      known.read(from);
      this.steps.set(step, known);
    }
    this.evictions = from.whole();
  }

  private dropQuietest(): void {
    for (const quietest of this.steps.keys()) {
      this.steps.delete(quietest);
      this.evictions += 1;
      return;
    }
  }
}

/** A duration as doublings of a microsecond. */
const lengthOf = (durationMs: number) => (durationMs > 0.001 ? log2(durationMs * 1_000) : 0);

/** Back again, to two digits; by square roots and products only, which are the same on every machine. */
function millisecondsOf(doublings: number): number {
  let milliseconds = 0.001;
  let rest = doublings;
  let factor = 2;
  for (; rest >= 1; rest -= 1) milliseconds *= 2;
  for (let part = 0.5; part >= 1 / 32; part /= 2) {
    factor = Math.sqrt(factor);
    if (rest >= part) {
      milliseconds *= factor;
      rest -= part;
    }
  }
  return Number(milliseconds.toPrecision(2));
}
