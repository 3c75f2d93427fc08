import type { Anomaly } from '../../../../src/contract/anomaly.ts';
import type { Stream } from '../../../../src/contract/stream.ts';
import type { StateWords } from '../../lib/words.ts';

export const STREAM_STATES: Record<Stream['state'], StateWords> = {
  warming: { word: 'Warming up', tone: 'quiet', shape: 'ring' },
  active: { word: 'Active', tone: 'good', shape: 'tick' },
  paused: { word: 'Paused', tone: 'ask', shape: 'pause' },
  evicted: { word: 'Evicted', tone: 'bad', shape: 'stop' },
};

export const FEEDBACK_STATES: Record<'none' | 'normal' | 'confirmed', StateWords> = {
  none: { word: 'Not looked at', tone: 'quiet', shape: 'ring' },
  normal: { word: 'Normal', tone: 'quiet', shape: 'tick' },
  confirmed: { word: 'Confirmed', tone: 'bad', shape: 'cross' },
};

export const WHAT_WORDS: Record<Anomaly['what'], string> = {
  event: 'event',
  window: 'window of events',
  point: 'point',
  trace: 'trace',
};

/** The channels of a window in the words of who reads them. */
export const CHANNEL_WORDS = {
  novelty: 'new wording',
  top: 'few very strange events',
  frequency: 'another mix of messages',
  values: 'unusual values',
} as const;

/** A p-value as a person reads it: one in so many. */
export function oneIn(p: number): string {
  return p >= 0.5 ? 'usual' : `1 in ${Math.round(1 / p).toLocaleString('en')}`;
}

/** A share as a percentage with the digits it needs. */
export function percent(share: number): string {
  const value = share * 100;
  return `${value === 0 ? '0' : value < 0.1 ? value.toFixed(2) : value.toFixed(1)} %`;
}
