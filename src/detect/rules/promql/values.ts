import type { Labels } from './labels.ts';
import type { Point } from './series-store.ts';

/** One series of an instant: `atMs` is the instant, and for a bare selector the time of the sample itself. */
export type Sample = { labels: Labels; value: number; atMs: number };
export type Window = { labels: Labels; points: readonly SolidPoint[] };
export type SolidPoint = Point & { value: number };

export type Value =
  | { type: 'scalar'; value: number }
  | { type: 'text'; value: string }
  | { type: 'vector'; samples: readonly Sample[] }
  | { type: 'matrix'; windows: readonly Window[]; fromMs: number; toMs: number };
