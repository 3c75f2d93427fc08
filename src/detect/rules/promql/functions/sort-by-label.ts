import { compareLabels } from '../labels.ts';
import type { Sample } from '../values.ts';

const PARTS = /\d+|\D+/g;

/** By these labels, numbers inside them as numbers; then by all. */
export function compareByLabels(names: readonly string[]): (one: Sample, other: Sample) => number {
  return (one, other) => {
    for (const name of names) {
      const order = compareNaturally(one.labels.get(name) ?? '', other.labels.get(name) ?? '');
      if (order !== 0) return order;
    }
    return compareLabels(one.labels, other.labels);
  };
}

function compareNaturally(one: string, other: string): number {
  if (one === other) return 0;
  const ones = one.match(PARTS) ?? [];
  const others = other.match(PARTS) ?? [];
  for (let at = 0; at < Math.min(ones.length, others.length); at += 1) {
    const [left = '', right = ''] = [ones[at], others[at]];
    if (left === right) continue;
    if (/^\d/.test(left) && /^\d/.test(right) && Number(left) !== Number(right)) return Number(left) - Number(right);
    return left < right ? -1 : 1;
  }
  return ones.length - others.length;
}
