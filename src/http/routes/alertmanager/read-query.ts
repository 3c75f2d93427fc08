import {
  type AlertEngine,
  type AlertFilter,
  compileAnchored,
  type Matcher,
  MatcherError,
  parseMatcher,
} from '../../../detect/alerting/index.ts';

/** A query that cannot be understood, in the words Alertmanager's clients show. */
export class QueryError extends Error {}

type Query = Record<string, unknown>;

/** Reads what `GET /api/v2/alerts` and `/alerts/groups` are asked with. @throws QueryError */
export function readAlertFilter(query: Query, engine: Pick<AlertEngine, 'mode'>): AlertFilter & { muted: boolean } {
  const receiver = last(query['receiver']);
  return {
    matchers: readMatchers(query['filter'], engine),
    active: readFlag(query['active']),
    silenced: readFlag(query['silenced']),
    inhibited: readFlag(query['inhibited']),
    // Older clients ask for `unprocessed` too; nothing is ever in that state here.
    muted: readFlag(query['muted']),
    receiver: receiver === undefined ? null : readReceiver(receiver),
  };
}

/** `filter=a=b&filter=c=~d`. @throws QueryError */
export function readMatchers(given: unknown, engine: Pick<AlertEngine, 'mode'>): Matcher[] {
  try {
    return all(given).map((text) => parseMatcher(text, engine.mode));
  } catch (thrown) {
    if (thrown instanceof MatcherError) throw new QueryError(thrown.message);
    throw thrown;
  }
}

function readReceiver(expression: string): (name: string) => boolean {
  try {
    return compileAnchored(expression);
  } catch (thrown) {
    if (thrown instanceof MatcherError) throw new QueryError(`failed to parse receiver param: ${thrown.message}`);
    throw thrown;
  }
}

const YES = new Set(['true', '1', 'yes', 'ok', 'y', 'on', 'selected', 'checked', 't', 'enabled']);

/** True unless it is given and says no. */
export function readFlag(given: unknown): boolean {
  const text = last(given);
  return text === undefined || YES.has(text.toLowerCase());
}

function all(given: unknown): string[] {
  if (given === undefined) return [];
  return Array.isArray(given) ? given.map(String) : [String(given)];
}

function last(given: unknown): string | undefined {
  return all(given).at(-1);
}
