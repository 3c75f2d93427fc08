import { RE2JS, RE2JSException } from 're2js';
import { compareText, type LabelSet, labelValue } from '../labels/label-set.ts';
import { quote } from './go-quote.ts';

export type MatcherType = '=' | '!=' | '=~' | '!~';

/** One condition on one label, with Alertmanager's meaning. */
export type Matcher = {
  readonly name: string;
  readonly type: MatcherType;
  readonly value: string;
  /** Whether a label of this value fulfils it; a missing label is an empty one. */
  matches(value: string): boolean;
};

/** A text that is no matcher, in the words of Alertmanager's parsers: clients show them as they are. */
export class MatcherError extends Error {}

/**
 * @param value for `=~` and `!~` an RE2 expression, anchored at both ends; RE2 takes linear time whatever is asked
 * @throws MatcherError when the expression is none
 */
export function createMatcher(type: MatcherType, name: string, value: string): Matcher {
  switch (type) {
    case '=':
      return { name, type, value, matches: (given) => given === value };
    case '!=':
      return { name, type, value, matches: (given) => given !== value };
    case '=~': {
      const test = compileAnchored(value);
      return { name, type, value, matches: test };
    }
    case '!~': {
      const test = compileAnchored(value);
      return { name, type, value, matches: (given) => !test(given) };
    }
  }
}

const LITERAL = /^[\w\-/:@ ,;<>=!"'#%&~]*$/;

/**
 * An RE2 expression that must match the whole text.
 * @throws MatcherError in the words of Go's regexp package
 */
export function compileAnchored(expression: string): (text: string) => boolean {
  // Most expressions in use are a list of words, which needs no engine.
  const words = expression.split('|');
  if (words.every((word) => LITERAL.test(word))) {
    if (words.length === 1) return (text) => text === expression;
    const set = new Set(words);
    return (text) => set.has(text);
  }
  if (expression === '.*') return (text) => !text.includes('\n');
  if (expression === '.+') return (text) => text.length > 0 && !text.includes('\n');
  const compiled = compile(`^(?:${expression})$`);
  return (text) => compiled.test(text);
}

function compile(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (thrown) {
    if (!(thrown instanceof RE2JSException)) throw thrown;
    const why = thrown.message.replace(/^error parsing regexp: /, '');
    throw new MatcherError(`error parsing regexp: ${why.includes('`') ? why : `${why}: \`${pattern}\``}`);
  }
}

/** Whether all hold for these labels. */
export function matchesAll(matchers: readonly Matcher[], labels: LabelSet): boolean {
  return matchers.every((matcher) => matcher.matches(labelValue(labels, matcher.name)));
}

const RESERVED = /[\s\u0085{}!=~,\\"'`]/u;

/** `name="value"`, with the name quoted where it needs it: how matchers are shown and group keys are built. */
export function formatMatcher(matcher: Pick<Matcher, 'name' | 'type' | 'value'>): string {
  if (RESERVED.test(matcher.name)) return `${quote(matcher.name)}${matcher.type}${quote(matcher.value)}`;
  const escaped = matcher.value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
  return `${matcher.name}${matcher.type}"${escaped}"`;
}

/** `{a="b",c=~"d"}`. */
export function formatMatchers(matchers: readonly Pick<Matcher, 'name' | 'type' | 'value'>[]): string {
  return `{${matchers.map(formatMatcher).join(',')}}`;
}

const TYPE_ORDER: readonly MatcherType[] = ['=', '!=', '=~', '!~'];

/** By name, value and type: the order in a route's key, whatever the order in the file. */
export function compareMatchers(left: Matcher, right: Matcher): number {
  return (
    compareText(left.name, right.name) ||
    compareText(left.value, right.value) ||
    TYPE_ORDER.indexOf(left.type) - TYPE_ORDER.indexOf(right.type)
  );
}
