import { log2 } from '../arithmetic/log2.ts';
import type { EventRecord } from './event-record.ts';

export const CHANNELS = ['novelty', 'top', 'frequency', 'values'] as const;
export type Channel = (typeof CHANNELS)[number];
export type ChannelStatistics = Readonly<Record<Channel, number>>;

/** How often each template came in the baseline; shares are smoothed by half a count. */
export interface TemplateShares {
  readonly logShareOf: (template: number) => number;
}

const TOP_EVENTS = 3;
const HALF_COUNT = 0.5;

export function templateShares(baseline: readonly EventRecord[]): TemplateShares {
  const counts = new Map<number, number>();
  for (const { template } of baseline) counts.set(template, (counts.get(template) ?? 0) + 1);
  const all = baseline.length + HALF_COUNT * (counts.size + 1);
  const logs = new Map<number, number>();
  for (const [template, count] of counts) logs.set(template, log2((count + HALF_COUNT) / all));
  const unseen = log2(HALF_COUNT / all);
  return { logShareOf: (template) => logs.get(template) ?? unseen };
}

/**
 * The four figures of a window. Novelty: the sum of what is above the usual.
 * Top: its three strangest events. Frequency: how far the mix of templates is
 * from the baseline's (Kullback–Leibler divergence times the number of events),
 * because a burst of something usual lowers novelty. Values: what values alone
 * are above the usual.
 */
export function channelStatistics(window: readonly EventRecord[], shares: TemplateShares): ChannelStatistics {
  let novelty = 0;
  let values = 0;
  const top = [0, 0, 0];
  const counts = new Map<number, number>();
  for (const event of window) {
    novelty += event.novelty;
    values += event.values;
    keepTop(top, event.score);
    counts.set(event.template, (counts.get(event.template) ?? 0) + 1);
  }
  let frequency = 0;
  for (const [template, count] of counts) {
    frequency += count * (log2(count / window.length) - shares.logShareOf(template));
  }
  return { novelty, top: top.reduce((sum, score) => sum + score, 0), frequency, values };
}

/** `top` holds the largest scores, largest first. */
function keepTop(top: number[], score: number): void {
  for (let place = 0; place < TOP_EVENTS; place += 1) {
    if (score <= top[place]!) continue;
    top.splice(place, 0, score);
    top.pop();
    return;
  }
}
