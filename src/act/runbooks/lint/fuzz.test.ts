import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { stopSyntaxThread } from '../syntax/parse-syntax.ts';
import { applyFixes } from './apply-fixes.ts';
import { lintRunbook } from './lint-runbook.ts';
import { LINT_RULES } from './rules/index.ts';

const FOLDER = fileURLToPath(new URL('../../../../test/fixtures/runbooks/', import.meta.url));
const TEXTS = [
  ...readdirSync(FOLDER).map((name) => readFileSync(FOLDER + name, 'utf8')),
  ...LINT_RULES.flatMap((rule) => [rule.bad, rule.good, ...(rule.silent ?? []), ...(rule.loud ?? [])]),
];
const FUZZ_MS = 10_000;

afterAll(stopSyntaxThread);

/** Pieces of real documents cut and joined anywhere, with noise between them. */
const pieces = fc
  .array(
    fc.oneof(
      fc.tuple(fc.nat(TEXTS.length - 1), fc.nat(), fc.nat(1_500)).map(([which, from, length]) => {
        const text = TEXTS[which]!;
        const start = from % Math.max(1, text.length);
        return text.slice(start, start + length);
      }),
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.constantFrom(
        '```',
        '~~~\n',
        '"',
        "'",
        '$(',
        '<<EOF\n',
        '<!-- holdfast-lint-disable ',
        '-->',
        '\r\n',
        '\t',
        '\uE000',
        '\uFEFF',
        '|',
        '\\\n',
        '# ',
        '1. ',
      ),
    ),
    { minLength: 1, maxLength: 12 },
  )
  .map((parts) => parts.join(''));

describe('any text', () => {
  it('is linted without an error, its findings lie in it, and fixes leave it readable', async () => {
    await fc.assert(
      fc.asyncProperty(pieces, async (text) => {
        const findings = await lintRunbook({ file: 'fuzz.md', text }, { fileExists: () => true });
        const lines = text.split(/\r\n|\r|\n/);
        for (const finding of findings) {
          expect(finding.line).toBeGreaterThanOrEqual(1);
          expect(finding.endLine).toBeLessThanOrEqual(lines.length);
          expect(finding.column).toBeLessThanOrEqual(lines[finding.line - 1]!.length + 2);
          expect(finding.endLine > finding.line || finding.endColumn >= finding.column).toBe(true);
        }
        expect(typeof applyFixes(text, findings).text).toBe('string');
      }),
      { interruptAfterTimeLimit: FUZZ_MS, markInterruptAsFailure: false, numRuns: 100_000 },
    );
  }, 40_000);

  it('takes time in proportion to its length', async () => {
    const text = TEXTS.slice(0, 5).join('\n\n');
    const timeOf = async (source: string) => {
      const startedAt = performance.now();
      await lintRunbook({ file: 'long.md', text: source });
      return performance.now() - startedAt;
    };
    await timeOf(text);
    const once = await timeOf(text);
    const often = await timeOf(Array.from({ length: 4 }, () => text).join('\n\n'));
    // Quadratic would be 16 times; machines of continuous integration are busy.
    expect(often).toBeLessThan(once * 10 + 2_000);
  }, 60_000);
});
