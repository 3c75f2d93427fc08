import { InvalidArgumentError } from 'commander';
import { MAX_TABLE_BITS, MIN_TABLE_BITS, PROFILES, type Profile } from '../../detect/anomaly/index.ts';
import type { LineFormat } from './event-of-line.ts';

export type ScanOptions = {
  baseline?: readonly string[];
  learn?: boolean;
  alpha?: number;
  profile: Profile;
  format: LineFormat;
  windows?: { events: number; hop: number };
  tableBits?: number;
  only?: 'anomalies';
  failOn?: 'anomaly';
  follow?: boolean;
  stats?: boolean;
  metric?: boolean;
  evidence?: string;
  key?: string;
};

export function parseAlpha(text: string): number {
  const alpha = Number(text);
  if (!(alpha > 0 && alpha < 1)) throw new InvalidArgumentError('Write a share between 0 and 1, such as 0.01.');
  return alpha;
}

/** `50` or `50/25`: events of a window and after how many the next one ends. */
export function parseWindows(text: string): { events: number; hop: number } {
  const [, events, hop] = /^(\d{1,5})(?:\/(\d{1,5}))?$/.exec(text) ?? [];
  if (events === undefined) throw new InvalidArgumentError('Write it as EVENTS or EVENTS/HOP, such as 50/25.');
  return { events: Number(events), hop: Number(hop ?? events) };
}

export function parseProfile(text: string): Profile {
  if (!Object.hasOwn(PROFILES, text))
    throw new InvalidArgumentError(`Choose one of: ${Object.keys(PROFILES).join(', ')}.`);
  return text as Profile;
}

export function parseTableBits(text: string): number {
  const bits = Number(text);
  if (!Number.isInteger(bits) || bits < MIN_TABLE_BITS || bits > MAX_TABLE_BITS)
    throw new InvalidArgumentError(`Choose ${MIN_TABLE_BITS}, ${MIN_TABLE_BITS + 1} or ${MAX_TABLE_BITS}.`);
  return bits;
}
