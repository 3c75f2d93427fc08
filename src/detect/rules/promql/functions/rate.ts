import type { SeenWindow, WindowFunction } from './window-function.ts';

/** Samples this much further apart than usual are taken for the end of the series. */
const NEAR_ENOUGH = 1.1;

export const increase: WindowFunction = (window) => extrapolate(window, true);
export const delta: WindowFunction = (window) => extrapolate(window, false);
export const rate: WindowFunction = (window) => {
  const { fromMs, toMs } = window;
  return extrapolate(window, true, (toMs - fromMs) / 1_000);
};
export const irate: WindowFunction = (window) => lastStep(window, true);
export const idelta: WindowFunction = (window) => lastStep(window, false);

/**
 * The change over the whole window, from the samples inside: continued to the window's edges where the first and the last
 * sample are near them, else by half the usual distance; a counter is never continued below zero.
 */
function extrapolate({ points, fromMs, toMs, dialect }: SeenWindow, isCounter: boolean, perSeconds = 0): number | null {
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last || points.length < 2) return null;
  let change = last.value - first.value;
  if (isCounter) {
    let before = first.value;
    for (const { value } of points.slice(1)) {
      if (value < before) change += before;
      before = value;
    }
  }
  const sampled = (last.atMs - first.atMs) / 1_000;
  const usual = sampled / (points.length - 1);
  const threshold = usual * NEAR_ENOUGH;
  let toStart = (first.atMs - fromMs) / 1_000;
  let toEnd = (toMs - last.atMs) / 1_000;
  const toZero = isCounter && change > 0 && first.value >= 0 ? sampled * (first.value / change) : toStart;
  let covered = sampled;
  if (dialect === '2') {
    toStart = Math.min(toStart, toZero);
    covered += toStart < threshold ? toStart : usual / 2;
    covered += toEnd < threshold ? toEnd : usual / 2;
  } else {
    if (toStart >= threshold) toStart = usual / 2;
    const start = isCounter && change > 0 && first.value >= 0 ? Math.min(toStart, toZero) : toStart;
    if (toEnd >= threshold) toEnd = usual / 2;
    covered = sampled + start + toEnd;
  }
  let factor = covered / sampled;
  if (perSeconds > 0) factor /= perSeconds;
  return change * factor;
}

/** From the last two samples alone. */
function lastStep({ points }: SeenWindow, isRate: boolean): number | null {
  const last = points.at(-1);
  const before = points.at(-2);
  if (!last || !before || last.atMs === before.atMs) return null;
  const change = isRate && last.value < before.value ? last.value : last.value - before.value;
  return isRate ? change / ((last.atMs - before.atMs) / 1_000) : change;
}
