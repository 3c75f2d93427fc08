import type { RunClass } from '../risk/verdict.ts';

/**
 * What a call does where its name alone does not say, or says the wrong thing. `path` is matched against the whole
 * chain (`Sidekiq::Queue.new.clear`, `db.orders.remove`) and `args` against its arguments; the first that fits decides.
 */
export type CallRule = {
  path: RegExp;
  args?: RegExp;
  risk: RunClass;
  reason: string;
  /** Complete lines whose class this rule decides. They are run as tests. */
  examples: readonly string[];
};

/** Words of a language and its libraries that do nothing outside the console. */
export const named = (names: string): RegExp => new RegExp(`(?:^|[.:])(?:${names.trim().split(/\s+/).join('|')})$`);
