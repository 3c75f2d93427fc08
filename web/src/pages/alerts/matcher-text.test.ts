import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchersOf, showMatcher, splitMatchers, toWireMatcher } from './matcher-text.ts';

describe('matchers people type', () => {
  it('are split at commas and spaces, quotes kept together', () => {
    expect(splitMatchers('a=b, c=~"d, e" f!="g"')).toEqual(['a=b', 'c=~"d, e"', 'f!="g"']);
    expect(splitMatchers('{a="b"}')).toEqual(['a="b"']);
    expect(splitMatchers('')).toEqual([]);
    expect(splitMatchers('a=b, what')).toBeNull();
    expect(splitMatchers('a="b')).toBeNull();
  });

  it('come back as they were from any labels', () => {
    const labels = fc.dictionary(fc.string({ unit: 'grapheme', minLength: 1 }), fc.string({ unit: 'grapheme' }), {
      minKeys: 1,
      maxKeys: 4,
    });
    fc.assert(
      fc.property(labels, (given) => {
        const texts = matchersOf(given);
        expect(splitMatchers(texts.join(', '))).toEqual(texts);
        expect(
          Object.fromEntries(texts.map((text) => [toWireMatcher(text)?.name, toWireMatcher(text)?.value])),
        ).toEqual({ ...given });
      }),
    );
  });

  it('keep their kind', () => {
    for (const text of ['a="b"', 'a!="b"', 'a=~"b"', 'a!~"b"']) {
      const matcher = toWireMatcher(text);
      expect(matcher && showMatcher(matcher)).toBe(text);
    }
  });
});
