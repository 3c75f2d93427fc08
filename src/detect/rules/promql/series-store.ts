import type { LabelMatcher } from './expression.ts';
import { type Labels, labelKey, METRIC_NAME } from './labels.ts';
import { compileMatchers } from './matchers.ts';

/** A sample; null is the mark that the series is gone from here on. */
export type Point = { atMs: number; value: number | null };
export type StoredSeries = { labels: Labels; points: readonly Point[] };
type GrowingSeries = { labels: Labels; points: Point[] };

export type SeriesStore = {
  /** False when there is another sample of that time already, or a later one: the first stays. */
  append(labels: Labels, point: Point): boolean;
  /** In the order they were first written. */
  select(matchers: readonly LabelMatcher[]): StoredSeries[];
};

/** Series in memory. */
export function createSeriesStore(): SeriesStore {
  const all = new Map<string, GrowingSeries>();
  const byName = new Map<string, GrowingSeries[]>();
  return {
    append(labels, point) {
      const key = labelKey(labels);
      let series = all.get(key);
      if (!series) {
        series = { labels, points: [] };
        all.set(key, series);
        const name = labels.get(METRIC_NAME) ?? '';
        const alike = byName.get(name);
        if (alike) alike.push(series);
        else byName.set(name, [series]);
      }
      const last = series.points.at(-1);
      if (last && last.atMs >= point.atMs) return last.atMs === point.atMs && last.value === point.value;
      series.points.push(point);
      return true;
    },
    select(matchers) {
      const named = matchers.find(({ name, operator }) => name === METRIC_NAME && operator === '=');
      const candidates = named ? (byName.get(named.value) ?? []) : [...all.values()];
      const fits = compileMatchers(matchers);
      return candidates.filter(({ labels }) => fits(labels));
    },
  };
}
