import type { Placed, Selector } from './expression.ts';
import { charge, type Run } from './run.ts';
import type { StoredSeries } from './series-store.ts';
import type { Sample, SolidPoint, Window } from './values.ts';

/** A sample older than this says nothing about now. */
const LOOKBACK_MS = 300_000;
/** The newest sample of each series, with its own time. */
export function selectNow(selector: Selector, run: Run): Sample[] {
  const atMs = placedAt(selector, run);
  return run.store.select(selector.matchers).flatMap(({ labels, points }): Sample[] => {
    const point = points[lastUpTo(points, atMs)];
    charge(run, 1);
    if (!point || point.value === null) return [];
    const ageMs = atMs - point.atMs;
    if (ageMs > LOOKBACK_MS || (ageMs === LOOKBACK_MS && run.dialect === '3')) return [];
    return [{ labels, value: point.value, atMs: point.atMs }];
  });
}

/** All samples of each series inside a window. */
export function selectWindows(
  selector: Selector,
  { fromMs, toMs }: { fromMs: number; toMs: number },
  run: Run,
): Window[] {
  return run.store.select(selector.matchers).flatMap(({ labels, points }): Window[] => {
    // From Prometheus 3 on a window is open on its left side.
    const first = lastUpTo(points, run.dialect === '3' ? fromMs : fromMs - 1) + 1;
    const inside = points
      .slice(first, lastUpTo(points, toMs) + 1)
      .filter((point): point is SolidPoint => point.value !== null);
    charge(run, inside.length);
    return inside.length > 0 ? [{ labels, points: inside }] : [];
  });
}

export function placedAt({ at, offsetMs }: Placed, run: Run): number {
  return (typeof at === 'number' ? at : at === null ? run.atMs : run.queryAtMs) - offsetMs;
}

/** The place of the last point at or before a time; -1 when there is none. */
function lastUpTo(points: StoredSeries['points'], atMs: number): number {
  let low = 0;
  let high = points.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle]?.atMs ?? 0) <= atMs) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
