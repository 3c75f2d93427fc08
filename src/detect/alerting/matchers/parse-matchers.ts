import { type Matcher, MatcherError } from './matcher.ts';
import { parseClassicMatcher, parseClassicMatchers } from './parse-classic-matchers.ts';
import { parseUtf8Matcher, parseUtf8Matchers } from './parse-utf8-matchers.ts';

/**
 * How matchers are read: `classic` as before Alertmanager 0.27, `utf8` strictly with UTF-8 names, `fallback` (the
 * default) with UTF-8 names, and as classic where only that reads it or where both read it differently.
 */
export type MatcherMode = 'classic' | 'utf8' | 'fallback';

/** A list of matchers, braces optional. @throws MatcherError */
export function parseMatchers(text: string, mode: MatcherMode = 'fallback'): Matcher[] {
  if (mode === 'classic') return parseClassicMatchers(text);
  if (mode === 'utf8') return parseUtf8Matchers(text);
  return preferClassicWhereTheyDiffer(
    attempt(() => parseUtf8Matchers(text)),
    attempt(() => parseClassicMatchers(text)),
    (left, right) =>
      left.length === right.length && left.every((matcher, index) => isSame(matcher, right[index] as Matcher)),
  );
}

/** One matcher, without braces. @throws MatcherError */
export function parseMatcher(text: string, mode: MatcherMode = 'fallback'): Matcher {
  if (mode === 'classic') return parseClassicMatcher(text);
  if (text.startsWith('{') || text.endsWith('}')) throw new MatcherError(`unexpected open or close brace: ${text}`);
  if (mode === 'utf8') return parseUtf8Matcher(text);
  return preferClassicWhereTheyDiffer(
    attempt(() => parseUtf8Matcher(text)),
    attempt(() => parseClassicMatcher(text)),
    isSame,
  );
}

/** Whether a label may have this name: anything in UTF-8, or in classic mode `[a-zA-Z_][a-zA-Z0-9_]*`. */
export function isLabelName(name: string, mode: MatcherMode): boolean {
  return mode === 'classic' ? /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name) : name.length > 0 && name.isWellFormed();
}

type Attempt<Value> = { value: Value; error?: never } | { error: MatcherError; value?: never };

function attempt<Value>(parse: () => Value): Attempt<Value> {
  try {
    return { value: parse() };
  } catch (thrown) {
    if (thrown instanceof MatcherError) return { error: thrown };
    throw thrown;
  }
}

function preferClassicWhereTheyDiffer<Value>(
  utf8: Attempt<Value>,
  classic: Attempt<Value>,
  isEqual: (left: Value, right: Value) => boolean,
): Value {
  if (utf8.error) {
    if (classic.error) throw classic.error;
    return classic.value;
  }
  return classic.error || isEqual(utf8.value, classic.value) ? utf8.value : classic.value;
}

function isSame(left: Matcher, right: Matcher): boolean {
  return left.name === right.name && left.type === right.type && left.value === right.value;
}
