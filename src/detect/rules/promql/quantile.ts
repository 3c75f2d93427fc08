/** A value between the two nearest ranks. Outside 0 to 1 it is infinite. */
export function quantileOf(rank: number, values: readonly number[]): number {
  if (values.length === 0 || Number.isNaN(rank)) return Number.NaN;
  if (rank < 0) return Number.NEGATIVE_INFINITY;
  if (rank > 1) return Number.POSITIVE_INFINITY;
  const sorted = [...values].sort(byValue);
  const place = rank * (sorted.length - 1);
  const lower = Math.max(0, Math.floor(place));
  const upper = Math.min(sorted.length - 1, lower + 1);
  const weight = place - Math.floor(place);
  return (sorted[lower] ?? Number.NaN) * (1 - weight) + (sorted[upper] ?? Number.NaN) * weight;
}

/** What is no number is less than any. */
const byValue = (one: number, other: number) =>
  Number.isNaN(one) ? (Number.isNaN(other) ? 0 : -1) : Number.isNaN(other) ? 1 : one - other || 0;
