import { Random } from '../arithmetic/random.ts';
import { CHANNELS, type Channel, type ChannelMeter, type ChannelStatistics } from './channels.ts';
import type { EventRecord } from './event-record.ts';

/** Windows drawn for a null: the smallest p-value of a channel is one thousandth. */
export const NULL_WINDOWS = 999;
/** Events are drawn in runs of this many, as they stood, so that bursts that are usual stay usual. */
export const BLOCK_EVENTS = 10;

/** What windows of the baseline look like when nothing has changed, for each channel, ascending. */
export type NullDistribution = Readonly<Record<Channel, Float64Array>>;

/**
 * A block bootstrap (H. R. Künsch, "The jackknife and the bootstrap for general
 * stationary observations", Annals of Statistics 17, 1989): windows put together
 * from runs of the baseline.
 *
 * @param seed the same seed and baseline give the same null
 */
export function drawNull(
  baseline: readonly EventRecord[],
  meter: ChannelMeter,
  windowEvents: number,
  seed: number,
): NullDistribution {
  const random = new Random(seed);
  const drawn: Record<Channel, Float64Array> = {
    novelty: new Float64Array(NULL_WINDOWS),
    top: new Float64Array(NULL_WINDOWS),
    frequency: new Float64Array(NULL_WINDOWS),
    values: new Float64Array(NULL_WINDOWS),
  };
  const block = Math.min(BLOCK_EVENTS, windowEvents, baseline.length);
  const numbers = meter.numbersOf(baseline);
  const window = new Int32Array(windowEvents);
  for (let k = 0; k < NULL_WINDOWS; k += 1) {
    for (let at = 0; at < windowEvents; at += block) {
      const from = random.below(baseline.length - block + 1);
      for (let i = 0; i < block && at + i < windowEvents; i += 1) window[at + i] = from + i;
    }
    const statistics = meter.measure(baseline, numbers, window);
    for (const channel of CHANNELS) drawn[channel][k] = statistics[channel];
  }
  for (const channel of CHANNELS) drawn[channel].sort();
  return drawn;
}

/** (k + 1) / (n + 1) per channel, k of the n drawn windows being at least as far out. */
export function channelPValues(statistics: ChannelStatistics, drawn: NullDistribution): Record<Channel, number> {
  const p: Record<Channel, number> = { novelty: 1, top: 1, frequency: 1, values: 1 };
  for (const channel of CHANNELS) {
    const atLeast = NULL_WINDOWS - countBelow(drawn[channel], statistics[channel]);
    p[channel] = (atLeast + 1) / (NULL_WINDOWS + 1);
  }
  return p;
}

function countBelow(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
