import type { PromqlDialect } from '../dialect.ts';
import type { SolidPoint } from '../values.ts';

/** What a function over a window sees of one series: at least one point. */
export type SeenWindow = {
  points: readonly SolidPoint[];
  values: readonly number[];
  fromMs: number;
  toMs: number;
  /** The instant that is asked about; an offset moves the window, not this. */
  atMs: number;
  /** The function's other arguments, in their order. */
  given: readonly number[];
  dialect: PromqlDialect;
};

/** null: the series is too short to say anything. */
export type WindowFunction = (window: SeenWindow) => number | null;
