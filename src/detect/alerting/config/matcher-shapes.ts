import { list, mapOf, type Shape, scalar, text } from '../../../platform/yaml/shape.ts';
import { compareMatchers, createMatcher, type Matcher, MatcherError } from '../matchers/matcher.ts';
import { isLabelName, type MatcherMode, parseMatchers } from '../matchers/parse-matchers.ts';

const CLASSIC_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const checkClassicName = (name: string) => (CLASSIC_NAME.test(name) ? null : `invalid label name "${name}"`);

/** `match`: equal values by label. */
export const equalMatchers: Shape<Matcher[]> = (node, reading) => {
  const read = mapOf(text, { empty: '', checkKey: checkClassicName })(node, reading);
  return read && Object.entries(read).map(([name, value]) => createMatcher('=', name, value));
};

/** As Alertmanager keeps it, and shows it in keys. */
const anchored = (expression: string) => `^(?:${expression})$`;

/** `match_re`: anchored expressions by label. */
export const regexMatchers: Shape<Matcher[]> = (node, reading) => {
  const expression = scalar('a regular expression', (written, at, within) => {
    try {
      createMatcher('=~', '_', anchored(written));
      return written;
    } catch (thrown) {
      if (thrown instanceof MatcherError) return within.report(at, thrown.message);
      throw thrown;
    }
  });
  const read = mapOf(expression, {
    checkKey: checkClassicName,
    missing: (name) => `invalid regexp value for "${name}"`,
  })(node, reading);
  return read && Object.entries(read).map(([name, value]) => createMatcher('=~', name, anchored(value)));
};

/** `matchers`: a list of matchers, each item one or several. */
export function matcherList(mode: MatcherMode): Shape<Matcher[]> {
  const item = scalar('a matcher such as severity="critical"', (written, at, within) => {
    try {
      return parseMatchers(written, mode);
    } catch (thrown) {
      if (thrown instanceof MatcherError) return within.report(at, thrown.message);
      throw thrown;
    }
  });
  return (node, reading) => list(item, 'a matcher is empty')(node, reading)?.flat();
}

/** All three ways of writing matchers as one list, in the order that keys are made from. */
export function mergeMatchers(...lists: readonly (readonly Matcher[] | undefined)[]): Matcher[] {
  return lists.flatMap((matchers) => matchers ?? []).sort(compareMatchers);
}

/** A list of label names. @param where completes the complaint: `group_by`, `equal` */
export function labelNames(mode: MatcherMode, where: string, except: readonly string[] = []): Shape<string[]> {
  const item = scalar('a label name', (written, at, within) =>
    except.includes(written) || isLabelName(written, mode)
      ? written
      : within.report(at, `invalid label name "${written}" in ${where} list`),
  );
  return list(item, `invalid label name "" in ${where} list`);
}
