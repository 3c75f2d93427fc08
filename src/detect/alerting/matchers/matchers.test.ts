import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fingerprintOf } from '../labels/fingerprint.ts';
import { compareLabelSets, compareText, formatLabelSet } from '../labels/label-set.ts';
import { quote, unquote } from './go-quote.ts';
import { createMatcher, formatMatcher, formatMatchers, MatcherError, type MatcherType, matchesAll } from './matcher.ts';
import { type MatcherMode, parseMatcher, parseMatchers } from './parse-matchers.ts';

type Outcome = { matchers?: [string, string, string][]; shown?: string; error?: string };
type Golden = {
  matchers: ({ input: string } & Record<MatcherMode, { list: Outcome; one: Outcome }>)[];
  labels: { labels: Record<string, string>; fingerprint: string; shown: string }[];
  quotes: { text: string; quoted: string }[];
};
/** What Alertmanager 0.34.2 itself makes of these inputs. */
const golden = JSON.parse(
  readFileSync(new URL('../../../../test/fixtures/alertmanager/matchers-and-labels.json', import.meta.url), 'utf8'),
) as Golden;

const MODES: readonly MatcherMode[] = ['classic', 'utf8', 'fallback'];

function outcomeOf(parse: () => ReturnType<typeof parseMatchers>): Outcome {
  try {
    const matchers = parse();
    return { matchers: matchers.map(({ name, type, value }) => [name, type, value]), shown: formatMatchers(matchers) };
  } catch (thrown) {
    if (thrown instanceof MatcherError) return { error: thrown.message };
    throw thrown;
  }
}

const expected = ({ matchers, shown, error }: Outcome): Outcome =>
  error === undefined ? { matchers: matchers ?? [], shown: shown ?? '{}' } : { error };

describe('matchers', () => {
  it.each(MODES)('mean in %s mode what they mean to Alertmanager, errors and all', (mode) => {
    for (const example of golden.matchers) {
      const { input } = example;
      expect({ input, ...outcomeOf(() => parseMatchers(input, mode)) }).toEqual({
        input,
        ...expected(example[mode].list),
      });
      expect({ input, ...outcomeOf(() => [parseMatcher(input, mode)]) }).toEqual({
        input,
        ...expected(example[mode].one),
      });
    }
    expect(golden.matchers.length).toBeGreaterThan(100);
  });

  it('are read again as they are shown', () => {
    const type = fc.constantFrom<MatcherType>('=', '!=');
    const name = fc.string({ unit: 'grapheme', minLength: 1 });
    fc.assert(
      fc.property(name, type, fc.string({ unit: 'grapheme' }), (label, kind, value) => {
        const [read] = parseMatchers(formatMatcher(createMatcher(kind, label, value)), 'utf8');
        expect([read?.name, read?.type, read?.value]).toEqual([label, kind, value]);
      }),
    );
  });

  it('refuse what they cannot read, and never fail otherwise', () => {
    const part = fc.constantFrom(
      '{',
      '}',
      ',',
      '=',
      '!',
      '~',
      '"',
      '\\',
      'a',
      '🙂',
      ' ',
      '\n',
      '(',
      '[',
      '|',
      "'",
      '\\x',
      '0',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 20 }), fc.constantFrom(...MODES), (parts, mode) => {
        outcomeOf(() => parseMatchers(parts.join(''), mode));
      }),
      { numRuns: 2_000 },
    );
  });

  it('take a missing label for an empty one, and anchor their expressions', () => {
    const holds = (text: string, labels: Record<string, string>) => matchesAll(parseMatchers(text), labels);
    expect(holds('a=""', {})).toBe(true);
    expect(holds('a!=""', {})).toBe(false);
    expect(holds('a=~"b?"', {})).toBe(true);
    expect(holds('a=~"b"', { a: 'abc' })).toBe(false);
    expect(holds('a=~"b|c"', { a: 'c' })).toBe(true);
    expect(holds('a!~"b|c"', { a: 'cc' })).toBe(true);
    expect(holds('a=~"(?i)B.*"', { a: 'b1' })).toBe(true);
    expect(holds('a=~".*"', { a: 'two\nlines' })).toBe(false);
    expect(holds('constructor=~".+"', {})).toBe(false);
    // Backtracking would take years for this.
    expect(holds('a=~"(x+x+)+y"', { a: 'x'.repeat(5_000) })).toBe(false);
  });
});

describe('labels', () => {
  it('have the fingerprint and the form Alertmanager gives them', () => {
    for (const { labels, fingerprint, shown } of golden.labels) {
      expect(fingerprintOf(labels)).toBe(fingerprint);
      expect(formatLabelSet(labels)).toBe(shown);
    }
  });

  it('sort by their bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
        fc.pre(a.isWellFormed() && b.isWellFormed());
        expect(Math.sign(compareText(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
    expect(compareLabelSets({ a: '1' }, { a: '1', b: '2' })).toBeLessThan(0);
    expect(compareLabelSets({ a: '1' }, { b: '1' })).toBeGreaterThan(0);
    expect(compareLabelSets({ a: '1' }, { a: '1' })).toBe(0);
  });
});

describe('Go’s quotes', () => {
  it('are as Go writes them, and read back', () => {
    for (const { text, quoted } of golden.quotes) expect(quote(text)).toBe(quoted);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        fc.pre(text.isWellFormed());
        expect(unquote(quote(text))).toBe(text);
      }),
    );
  });
});
