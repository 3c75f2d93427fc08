/**
 * Neumaier's sum: what rounding lost is kept beside it, so that the order of samples does not show in the result.
 * https://en.wikipedia.org/wiki/Kahan_summation_algorithm#Further_enhancements
 */
export type ExactSum = { sum: number; lost: number };

export function addExactly({ sum, lost }: ExactSum, value: number): ExactSum {
  const total = sum + value;
  if (!Number.isFinite(total) && !Number.isNaN(total)) return { sum: total, lost: 0 };
  return {
    sum: total,
    lost: lost + (Math.abs(sum) >= Math.abs(value) ? sum - total + value : value - total + sum),
  };
}

export const NOTHING_YET: ExactSum = { sum: 0, lost: 0 };

export function sumExactly(values: readonly number[]): number {
  const { sum, lost } = values.reduce(addExactly, NOTHING_YET);
  return isInfinite(sum) ? sum : sum + lost;
}

/** The mean; where the sum would overflow, from then on by small steps. */
export function meanExactly(values: readonly number[]): number {
  let running: ExactSum = { sum: values[0] ?? Number.NaN, lost: 0 };
  let byMean = false;
  for (let count = 2; count <= values.length; count += 1) {
    const value = values[count - 1] ?? Number.NaN;
    if (!byMean) {
      const next = addExactly(running, value);
      if (!isInfinite(next.sum)) {
        running = next;
        continue;
      }
      byMean = true;
      running = { sum: running.sum / (count - 1), lost: running.lost / (count - 1) };
    }
    const share = (count - 1) / count;
    running = addExactly({ sum: share * running.sum, lost: share * running.lost }, value / count);
  }
  if (byMean) return running.sum + running.lost;
  return running.sum / values.length + running.lost / values.length;
}

/** As Prometheus 2 did it: by small steps from the first value on, an infinite mean held. */
export function meanBySteps(values: readonly number[]): number {
  let mean: ExactSum = NOTHING_YET;
  let count = 0;
  for (const value of values) {
    count += 1;
    if (isInfinite(mean.sum)) {
      if (isInfinite(value) && mean.sum > 0 === value > 0) continue;
      if (!isInfinite(value) && !Number.isNaN(value)) continue;
    }
    mean = addExactly(mean, value / count - mean.sum / count);
  }
  return isInfinite(mean.sum) ? mean.sum : mean.sum + mean.lost;
}

/** Welford's variance with exact sums. */
export function varianceExactly(values: readonly number[]): number {
  let count = 0;
  let mean: ExactSum = NOTHING_YET;
  let squares: ExactSum = NOTHING_YET;
  for (const value of values) {
    count += 1;
    const delta = value - (mean.sum + mean.lost);
    mean = addExactly(mean, delta / count);
    squares = addExactly(squares, delta * (value - (mean.sum + mean.lost)));
  }
  return (squares.sum + squares.lost) / count;
}

export const isInfinite = (value: number) => value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY;
