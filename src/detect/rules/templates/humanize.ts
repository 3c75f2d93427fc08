import { formatFloat } from '../../../platform/go-template/index.ts';

const significant = (value: number) => formatFloat(value, 'g', 4);
const LARGER = ['k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y'];
const SMALLER = ['m', 'u', 'n', 'p', 'f', 'a', 'z', 'y'];
const BINARY = ['ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei', 'Zi', 'Yi'];

/** `1.234k`, `12.35m`: four digits and a prefix of the metric system. */
export function humanize(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return significant(value);
  if (Math.abs(value) >= 1) return withPrefix(value, LARGER, 1_000);
  let small = value;
  let prefix = '';
  for (const next of SMALLER) {
    if (Math.abs(small) >= 1) break;
    prefix = next;
    small *= 1_000;
  }
  return `${significant(small)}${prefix}`;
}

/** `1.5Gi`: the same by powers of two. */
export function humanize1024(value: number): string {
  return Math.abs(value) <= 1 || !Number.isFinite(value) ? significant(value) : withPrefix(value, BINARY, 1_024);
}

/** `12.5%` of 0.125. */
export function humanizePercentage(ratio: number): string {
  return `${significant(ratio * 100)}%`;
}

function withPrefix(value: number, prefixes: readonly string[], step: number): string {
  let rest = value;
  let prefix = '';
  for (const next of prefixes) {
    if (Math.abs(rest) < step) break;
    prefix = next;
    rest /= step;
  }
  return `${significant(rest)}${prefix}`;
}

/** Seconds since 1970 as milliseconds; null for what is no time. */
export function timestampMs(seconds: number): number | null {
  if (!Number.isFinite(seconds)) return null;
  const ms = Math.floor(seconds * 1_000);
  if (Math.abs(ms) > 8.64e15) throw new Error(`${formatFloat(seconds, 'g', null)} cannot be represented as a time`);
  return ms;
}
