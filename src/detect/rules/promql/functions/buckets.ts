import type { PromqlDialect } from '../dialect.ts';
import { dropLabels, dropName, type Labels, labelKey } from '../labels.ts';
import type { Sample } from '../values.ts';

type Bucket = { upTo: number; count: number };
export type Histogram = { labels: Labels; buckets: Bucket[] };

/** Counts nearer than this to each other differ by rounding alone. */
const ROUNDING = 1e-12;
const SMALLEST_NORMAL = 2 ** -1022;

/** Puts the series of classic histograms together again; a series without a bound is none of them. */
export function collectHistograms(samples: readonly Sample[]): Histogram[] {
  const histograms = new Map<string, Histogram>();
  for (const { labels, value } of samples) {
    const upTo = readBound(labels.get('le'));
    if (upTo === null) continue;
    const key = labelKey(dropLabels(labels, ['le']));
    const known = histograms.get(key);
    if (known) known.buckets.push({ upTo, count: value });
    else histograms.set(key, { labels: dropName(dropLabels(labels, ['le'])), buckets: [{ upTo, count: value }] });
  }
  return [...histograms.values()];
}

/** The value below which this share of what was counted lies, taken as evenly spread inside a bucket. */
export function quantileOfBuckets(rank: number, unordered: readonly Bucket[], dialect: PromqlDialect): number {
  if (Number.isNaN(rank)) return Number.NaN;
  if (rank < 0) return Number.NEGATIVE_INFINITY;
  if (rank > 1) return Number.POSITIVE_INFINITY;
  const buckets = mergeBuckets(unordered);
  if (buckets.at(-1)?.upTo !== Number.POSITIVE_INFINITY) return Number.NaN;
  makeMonotonic(buckets, dialect === '2' ? 0 : ROUNDING);
  const total = buckets.at(-1)?.count ?? 0;
  if (buckets.length < 2 || total === 0) return Number.NaN;
  let wanted = rank * total;
  const found = buckets.slice(0, -1).findIndex(({ count }) => count >= wanted);
  const bucket = buckets[found];
  if (!bucket) return buckets.at(-2)?.upTo ?? Number.NaN;
  if (found === 0 && bucket.upTo <= 0) return bucket.upTo;
  let from = 0;
  let inside = bucket.count;
  const below = buckets[found - 1];
  if (below) {
    from = below.upTo;
    inside -= below.count;
    wanted -= below.count;
  }
  return from + (bucket.upTo - from) * (wanted / inside);
}

/** The share of what was counted between two values. */
export function fractionOfBuckets(lower: number, upper: number, unordered: readonly Bucket[]): number {
  const buckets = mergeBuckets(unordered);
  const last = buckets.at(-1);
  if (last?.upTo !== Number.POSITIVE_INFINITY) return Number.NaN;
  if (last.count === 0 || Number.isNaN(lower) || Number.isNaN(upper)) return Number.NaN;
  if (lower >= upper) return 0;
  return (countBelow(upper, buckets) - countBelow(lower, buckets)) / last.count;
}

/** How many are below a value. In a bucket without an end nothing is known but its own count. */
function countBelow(value: number, buckets: readonly Bucket[]): number {
  const total = buckets.at(-1)?.count ?? 0;
  let from = (buckets[0]?.upTo ?? 0) <= 0 ? Number.NEGATIVE_INFINITY : 0;
  let below = 0;
  for (const { upTo, count } of buckets) {
    if (from >= value) return Math.min(below, total);
    if (upTo > value) {
      const inside =
        from === Number.NEGATIVE_INFINITY ? count : below + ((count - below) * (value - from)) / (upTo - from);
      return Math.min(inside, total);
    }
    below = count;
    from = upTo;
  }
  return total;
}

function mergeBuckets(unordered: readonly Bucket[]): Bucket[] {
  const merged: Bucket[] = [];
  for (const bucket of [...unordered].sort((one, other) =>
    one.upTo < other.upTo ? -1 : one.upTo > other.upTo ? 1 : 0,
  )) {
    const last = merged.at(-1);
    if (last?.upTo === bucket.upTo) last.count += bucket.count;
    else merged.push({ ...bucket });
  }
  return merged;
}

/** A larger bucket holds at least what a smaller one does; scrapes that raced each other say otherwise. */
function makeMonotonic(buckets: Bucket[], tolerance: number): void {
  let before = buckets[0]?.count ?? 0;
  for (const bucket of buckets.slice(1)) {
    if (bucket.count < before || isAlmost(before, bucket.count, tolerance)) bucket.count = before;
    else before = bucket.count;
  }
}

function isAlmost(one: number, other: number, tolerance: number): boolean {
  const sum = Math.abs(one) + Math.abs(other);
  const difference = Math.abs(one - other);
  if (one === 0 || other === 0 || sum < SMALLEST_NORMAL) return difference < tolerance * SMALLEST_NORMAL;
  return difference / Math.min(sum, Number.MAX_VALUE) < tolerance;
}

function readBound(written: string | undefined): number | null {
  if (written === undefined || written === '') return null;
  const [, sign = '', body = ''] = /^([-+]?)(.*)$/.exec(written) ?? [];
  if (/^inf(inity)?$/i.test(body)) return sign === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (!/^(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(body)) return null;
  return Number(written);
}
