import { object, type Shape, text } from '../../../platform/yaml/shape.ts';
import type { Matcher } from '../matchers/matcher.ts';
import type { MatcherMode } from '../matchers/parse-matchers.ts';
import { equalMatchers, labelNames, matcherList, mergeMatchers, regexMatchers } from './matcher-shapes.ts';

/** A firing alert of the sources mutes the targets that have the same values of the `equal` labels. */
export type InhibitRule = {
  name: string;
  sourceMatchers: Matcher[];
  targetMatchers: Matcher[];
  equal: string[];
};

/** A rule that says nothing: it mutes nothing that does not mute itself. */
export function emptyInhibitRule(): InhibitRule {
  return { name: '', sourceMatchers: [], targetMatchers: [], equal: [] };
}

/** One rule; one that says nothing is a rule all the same. */
export function inhibitRule(mode: MatcherMode): Shape<InhibitRule> {
  const readFields = object('inhibit_rules', {
    name: text,
    source_match: equalMatchers,
    source_match_re: regexMatchers,
    source_matchers: matcherList(mode),
    target_match: equalMatchers,
    target_match_re: regexMatchers,
    target_matchers: matcherList(mode),
    equal: labelNames(mode, 'equal'),
  });
  return (node, reading) => {
    const read = readFields(node, reading);
    return (
      read && {
        name: read.name ?? '',
        sourceMatchers: mergeMatchers(read.sourceMatch, read.sourceMatchRe, read.sourceMatchers),
        targetMatchers: mergeMatchers(read.targetMatch, read.targetMatchRe, read.targetMatchers),
        equal: [...new Set(read.equal ?? [])],
      }
    );
  };
}
