import { log2 } from '../arithmetic/log2.ts';
import { OFTENNESS_CLASSES, oftennessOf, type Step, type TraceShape } from './trace-shape.ts';

/** How a trace differs from those that begin like it, in words and as data. */
export interface StepDifference {
  readonly kind: 'missing' | 'extra' | 'repeated' | 'failed';
  readonly step: string;
  readonly words: string;
}

interface KnownStep {
  /** Traces it was seen in, and those in which it failed. */
  traces: number;
  failed: number;
  /** Traces by how often it happened in them, see `oftennessOf`. */
  readonly often: number[];
}

interface KnownRoot {
  traces: number;
  readonly steps: Map<string, KnownStep>;
}

/** All that is known, as JSON keeps it. */
export type KnownStepsState = readonly [root: string, traces: number, steps: readonly [string, KnownStep][]][];

const MOST_ROOTS = 200;
const MOST_STEPS = 200;
/** Fewer traces than this say nothing about what belongs to them. */
const FEWEST_TRACES = 20;
/** A step belongs to a kind of trace when it is in this share of them, and is unusual below the other. */
const USUAL_SHARE = 0.95;
const UNUSUAL_SHARE = 0.02;
/** Then counts are halved, so that a new release becomes the usual. */
const FORGET_AT = 10_000;

/** Which steps the traces of each kind have: what explains a strange one. */
export class KnownSteps {
  /** In the order in which they were heard of last. */
  private readonly roots = new Map<string, KnownRoot>();
  /** Kinds of trace and steps given up because there were too many. */
  evictions = 0;

  /**
   * How surprising the least likely fact about the trace's steps is, in bits:
   * that one is there or not, failed, or happened so often; 0 for a trace that
   * begins like none before.
   */
  surprise({ root, steps }: TraceShape): number {
    const known = this.roots.get(root);
    if (known === undefined || known.traces < FEWEST_TRACES) return 0;
    const { traces } = known;
    let bits = 0;
    for (const [key, { traces: seen }] of known.steps) {
      if (!steps.has(key)) bits = Math.max(bits, rarity(traces - seen, traces));
    }
    for (const [key, { count, failed }] of steps) {
      const step = known.steps.get(key);
      if (step === undefined) return Math.max(bits, rarity(0, traces));
      bits = Math.max(bits, rarity(step.traces, traces), rarity(step.often[oftennessOf(count)]!, step.traces));
      if (failed > 0) bits = Math.max(bits, rarity(step.failed, step.traces));
    }
    return bits;
  }

  differences({ root, steps }: TraceShape): StepDifference[] {
    const known = this.roots.get(root);
    if (known === undefined) return [];
    const { traces } = known;
    if (traces < FEWEST_TRACES) return [];
    const found: StepDifference[] = [];
    for (const [key, { traces: seen }] of known.steps) {
      if (steps.has(key) || seen < USUAL_SHARE * traces) continue;
      found.push({ kind: 'missing', step: key, words: `${key} is missing; ${seen} of ${traces} such traces have it` });
    }
    for (const [key, step] of steps) {
      const words = compare(key, step, known.steps.get(key), traces);
      if (words !== null) found.push({ ...words, step: key });
    }
    return found;
  }

  learn({ root, steps }: TraceShape): void {
    const known = this.roots.get(root) ?? { traces: 0, steps: new Map() };
    this.roots.delete(root);
    this.roots.set(root, known);
    if (this.roots.size > MOST_ROOTS) this.dropFirst(this.roots);
    known.traces += 1;
    for (const [key, { count, failed }] of steps) {
      const step = known.steps.get(key) ?? {
        traces: 0,
        failed: 0,
        often: Array.from({ length: OFTENNESS_CLASSES }, () => 0),
      };
      known.steps.delete(key);
      known.steps.set(key, step);
      if (known.steps.size > MOST_STEPS) this.dropFirst(known.steps);
      step.traces += 1;
      if (failed > 0) step.failed += 1;
      step.often[oftennessOf(count)]! += 1;
    }
    if (known.traces >= FORGET_AT) forgetHalf(known);
  }

  /** Rough upper bound of what is kept, in bytes. */
  get bytes(): number {
    let bytes = 0;
    for (const [root, { steps }] of this.roots) {
      bytes += 100 + 2 * root.length;
      for (const key of steps.keys()) bytes += 150 + 2 * key.length;
    }
    return bytes;
  }

  state(): KnownStepsState {
    return [...this.roots].map(([root, { traces, steps }]) => [root, traces, [...steps]]);
  }

  static restore(state: KnownStepsState, evictions: number): KnownSteps {
    const known = new KnownSteps();
    known.evictions = evictions;
    for (const [root, traces, steps] of state) {
      known.roots.set(root, {
        traces,
        steps: new Map(steps.map(([key, step]) => [key, { ...step, often: [...step.often] }])),
      });
    }
    return known;
  }

  private dropFirst(map: Map<string, unknown>): void {
    for (const oldest of map.keys()) {
      map.delete(oldest);
      this.evictions += 1;
      return;
    }
  }
}

function compare(
  key: string,
  { count, failed }: Step,
  known: KnownStep | undefined,
  traces: number,
): Pick<StepDifference, 'kind' | 'words'> | null {
  if (known === undefined || known.traces <= UNUSUAL_SHARE * traces) {
    const seen = known === undefined ? 'none' : String(known.traces);
    return {
      kind: 'extra',
      words: `${key} is extra; ${seen} of ${traces} such traces ${seen === '1' ? 'has' : 'have'} it`,
    };
  }
  if (failed > 0 && known.failed <= UNUSUAL_SHARE * known.traces) {
    return { kind: 'failed', words: `${key} failed; so it did in ${known.failed} of ${known.traces} traces` };
  }
  const asOften = known.often.slice(oftennessOf(count)).reduce((sum, seen) => sum + seen, 0);
  if (asOften <= UNUSUAL_SHARE * known.traces) {
    return {
      kind: 'repeated',
      words: `${key} happened ${count} times; about as often in ${asOften} of ${known.traces} traces`,
    };
  }
  return null;
}

/** Bits of what happened in so many of so many traces; it may always happen once more. */
const rarity = (times: number, traces: number) => log2((traces + 1) / (Math.max(0, times) + 1));

function forgetHalf(known: KnownRoot): void {
  known.traces >>>= 1;
  for (const [key, step] of known.steps) {
    step.traces >>>= 1;
    step.failed >>>= 1;
    for (let often = 0; often < OFTENNESS_CLASSES; often += 1) step.often[often]! >>>= 1;
    if (step.traces === 0) known.steps.delete(key);
  }
}
