import { log2 } from '../arithmetic/log2.ts';
import type { EventRecord } from './event-record.ts';

export const CHANNELS = ['novelty', 'top', 'frequency', 'values'] as const;
export type Channel = (typeof CHANNELS)[number];
export type ChannelStatistics = Readonly<Record<Channel, number>>;

const HALF_COUNT = 0.5;

/**
 * Computes the four figures of windows of one size. Novelty: the sum of what is
 * above the usual. Top: its three strangest events. Frequency: how far the mix
 * of templates is from the baseline's (Kullback–Leibler divergence times the
 * number of events), because a burst of something usual lowers novelty. Values:
 * what values alone are above the usual.
 */
export class ChannelMeter {
  private readonly windowEvents: number;
  /** Templates by a small number, and how likely each was in the baseline, in bits. */
  private readonly numbers = new Map<number, number>();
  private readonly logShares: number[] = [];
  private readonly unseenLogShare: number;
  private readonly counts: Int32Array;
  /** What m of the window's events having one template is worth: m · log2(m / W). */
  private readonly worth: Float64Array;
  private readonly touched: Int32Array;

  /** @param shares events whose mix of templates is the usual one; shares are smoothed by half a count */
  constructor(shares: readonly EventRecord[], windowEvents: number) {
    this.windowEvents = windowEvents;
    const counts = new Map<number, number>();
    for (const { template } of shares) counts.set(template, (counts.get(template) ?? 0) + 1);
    const all = shares.length + HALF_COUNT * (counts.size + 1);
    for (const [template, count] of counts) {
      this.numbers.set(template, this.logShares.length);
      this.logShares.push(log2((count + HALF_COUNT) / all));
    }
    this.unseenLogShare = log2(HALF_COUNT / all);
    // Templates the baseline does not have get numbers as they come: at most one per event of a window.
    this.counts = new Int32Array(counts.size + windowEvents);
    this.touched = new Int32Array(windowEvents);
    this.worth = Float64Array.from({ length: windowEvents + 1 }, (_, m) => (m === 0 ? 0 : m * log2(m / windowEvents)));
  }

  /** The template numbers of a run of events, for `measure`. */
  numbersOf(events: readonly EventRecord[]): Int32Array {
    const unseen = new Map<number, number>();
    return Int32Array.from(events, ({ template }) => {
      const known = this.numbers.get(template);
      if (known !== undefined) return known;
      // The same unseen template has the same number within the run, modulo the room there is for a window's own.
      let number = unseen.get(template);
      if (number === undefined) {
        number = this.logShares.length + (unseen.size % this.windowEvents);
        unseen.set(template, number);
      }
      return number;
    });
  }

  /**
   * @param events the run the window is drawn from; @param numbers of `numbersOf` it
   * @param members indexes of the window's events within the run
   */
  measure(events: readonly EventRecord[], numbers: Int32Array, members: Int32Array): ChannelStatistics {
    const { counts, touched, worth, logShares } = this;
    let novelty = 0;
    let values = 0;
    let first = 0;
    let second = 0;
    let third = 0;
    let kinds = 0;
    for (let i = 0; i < this.windowEvents; i += 1) {
      const at = members[i]!;
      const event = events[at]!;
      novelty += event.novelty;
      values += event.values;
      const { score } = event;
      if (score > third) {
        if (score > first) {
          third = second;
          second = first;
          first = score;
        } else if (score > second) {
          third = second;
          second = score;
        } else third = score;
      }
      const number = numbers[at]!;
      if (counts[number] === 0) {
        touched[kinds] = number;
        kinds += 1;
      }
      counts[number]! += 1;
    }
    let frequency = 0;
    for (let k = 0; k < kinds; k += 1) {
      const number = touched[k]!;
      const count = counts[number]!;
      frequency += worth[count]! - count * (logShares[number] ?? this.unseenLogShare);
      counts[number] = 0;
    }
    return { novelty, top: first + second + third, frequency, values };
  }
}
