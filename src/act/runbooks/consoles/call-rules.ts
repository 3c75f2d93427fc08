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

/**
 * Arguments that end a right or a record by a date or a state instead of a verb: `expires_at: 0`, `revoked_at: now`,
 * `state: "blocked"`. A date that is to come, or none, ends nothing.
 */
export const ENDS_ACCESS =
  /\b(?:(?:expir(?:es?|ed|y|ation)|valid_until|valid_to)(?:[_ ]?(?:at|on|date|time))?|(?:revoked|deleted|blocked|banned|disabled|locked|deactivated|suspended|archived|discarded|removed|terminated|cancell?ed)_(?:at|on))\b["']?(?: (?::|=>|=|,))* (?!:|=>|=|,|(?:nil|null|None|undefined)\b)(?!.*(?:from_now|since|\+|timedelta|addDays|end_of_))|\b(?:state|status)\b["']?(?: (?::|=>|=|,))* :?["']?(?:blocked|banned|disabled|suspended|deactivated|deleted|revoked|expired|locked|cancell?ed|terminated)\b/i;
