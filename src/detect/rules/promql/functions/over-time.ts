import { meanBySteps, meanExactly, sumExactly, varianceExactly } from '../exact-sum.ts';
import { quantileOf } from '../quantile.ts';
import { delta, idelta, increase, irate, rate } from './rate.ts';
import { deriv, predictLinear, smoothTwice } from './regression.ts';
import type { SeenWindow, WindowFunction } from './window-function.ts';

/** Functions over a window of each series. */
export const WINDOW_FUNCTIONS: Readonly<Record<string, WindowFunction>> = {
  rate,
  increase,
  delta,
  irate,
  idelta,
  deriv,
  predict_linear: predictLinear,
  holt_winters: smoothTwice,
  double_exponential_smoothing: smoothTwice,
  avg_over_time: ({ values, dialect }) => (dialect === '2' ? meanBySteps(values) : meanExactly(values)),
  sum_over_time: ({ values }) => sumExactly(values),
  count_over_time: ({ values }) => values.length,
  present_over_time: () => 1,
  min_over_time: ({ values }) => extreme(values, (value, best) => value < best),
  max_over_time: ({ values }) => extreme(values, (value, best) => value > best),
  first_over_time: ({ values }) => values[0] ?? null,
  last_over_time: ({ values }) => values.at(-1) ?? null,
  quantile_over_time: ({ values, given: [rank = Number.NaN] }) => quantileOf(rank, values),
  stddev_over_time: ({ values }) => Math.sqrt(varianceExactly(values)),
  stdvar_over_time: ({ values }) => varianceExactly(values),
  mad_over_time: ({ values }) => medianDeviation(values),
  changes: ({ values }) =>
    countSteps(values, (value, before) => value !== before && !(Number.isNaN(value) && Number.isNaN(before))),
  resets: ({ values }) => countSteps(values, (value, before) => value < before),
  ts_of_first_over_time: ({ points }) => (points[0]?.atMs ?? 0) / 1_000,
  ts_of_last_over_time: ({ points }) => (points.at(-1)?.atMs ?? 0) / 1_000,
  ts_of_max_over_time: (window) => timeOfExtreme(window, (value, best) => value >= best),
  ts_of_min_over_time: (window) => timeOfExtreme(window, (value, best) => value <= best),
};

/** Those that only pick a sample leave the series its name. */
export const KEEPS_NAME: ReadonlySet<string> = new Set(['first_over_time', 'last_over_time']);

type Better = (value: number, best: number) => boolean;

function extreme(values: readonly number[], better: Better): number {
  return values.reduce((best, value) => (better(value, best) || Number.isNaN(best) ? value : best));
}

function timeOfExtreme({ points }: SeenWindow, better: Better): number {
  const found = points.reduce((best, point) =>
    better(point.value, best.value) || Number.isNaN(best.value) ? point : best,
  );
  return found.atMs / 1_000;
}

function medianDeviation(values: readonly number[]): number {
  if (values.some(Number.isNaN)) return Number.NaN;
  const median = quantileOf(0.5, values);
  return quantileOf(
    0.5,
    values.map((value) => Math.abs(value - median)),
  );
}

function countSteps(values: readonly number[], isStep: (value: number, before: number) => boolean): number {
  let count = 0;
  for (let at = 1; at < values.length; at += 1) {
    if (isStep(values[at] ?? 0, values[at - 1] ?? 0)) count += 1;
  }
  return count;
}
