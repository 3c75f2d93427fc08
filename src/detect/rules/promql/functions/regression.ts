import { addExactly, isInfinite, NOTHING_YET } from '../exact-sum.ts';
import { PromqlError } from '../promql-error.ts';
import type { SolidPoint } from '../values.ts';
import type { WindowFunction } from './window-function.ts';

export const deriv: WindowFunction = ({ points }) =>
  points.length < 2 ? null : fitLine(points, points[0]?.atMs ?? 0).slope;

export const predictLinear: WindowFunction = ({ points, atMs, given: [seconds = Number.NaN] }) => {
  if (points.length < 2) return null;
  const { slope, intercept } = fitLine(points, atMs);
  return slope * seconds + intercept;
};

/** Holt's smoothing with a trend. @throws PromqlError for factors outside 0 to 1 */
export const smoothTwice: WindowFunction = ({ values, given: [smoothing = 0, trend = 0] }) => {
  for (const [name, factor] of [
    ['smoothing', smoothing],
    ['trend', trend],
  ] as const) {
    if (!(factor > 0 && factor < 1))
      throw new PromqlError(`invalid ${name} factor. Expected: 0 < ${name[0]}f < 1, got: ${factor.toFixed(6)}`);
  }
  if (values.length < 2) return null;
  let before = 0;
  let smoothed = values[0] ?? 0;
  let slope = (values[1] ?? 0) - (values[0] ?? 0);
  for (let at = 1; at < values.length; at += 1) {
    if (at > 1) slope = trend * (smoothed - before) + (1 - trend) * slope;
    const next = smoothing * (values[at] ?? 0) + (1 - smoothing) * (smoothed + slope);
    before = smoothed;
    smoothed = next;
  }
  return smoothed;
};

/** Least squares; times in seconds from `originMs`. */
function fitLine(points: readonly SolidPoint[], originMs: number): { slope: number; intercept: number } {
  const first = points[0]?.value ?? 0;
  if (points.every(({ value }) => value === first))
    return isInfinite(first) ? { slope: Number.NaN, intercept: Number.NaN } : { slope: 0, intercept: first };
  let [times, values, products, squares] = [NOTHING_YET, NOTHING_YET, NOTHING_YET, NOTHING_YET];
  for (const { atMs, value } of points) {
    const seconds = (atMs - originMs) / 1_000;
    times = addExactly(times, seconds);
    values = addExactly(values, value);
    products = addExactly(products, seconds * value);
    squares = addExactly(squares, seconds * seconds);
  }
  const count = points.length;
  const sumOfTimes = times.sum + times.lost;
  const sumOfValues = values.sum + values.lost;
  const covariance = products.sum + products.lost - (sumOfTimes * sumOfValues) / count;
  const variance = squares.sum + squares.lost - (sumOfTimes * sumOfTimes) / count;
  const slope = covariance / variance;
  return { slope, intercept: sumOfValues / count - (slope * sumOfTimes) / count };
}
