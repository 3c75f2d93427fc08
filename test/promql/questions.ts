import { EXPRESSIONS, INEXACT_EXPRESSIONS } from './expressions.ts';
import { EVAL_TIMES_MS } from './series.ts';

/** Each expression at each instant; goldens stand in this order. */
export const QUESTIONS: readonly { expr: string; atMs: number; exact: boolean }[] = [
  ...EXPRESSIONS.map((expr) => ({ expr, exact: true })),
  ...INEXACT_EXPRESSIONS.map((expr) => ({ expr, exact: false })),
].flatMap(({ expr, exact }) => EVAL_TIMES_MS.map((atMs) => ({ expr, atMs, exact })));
