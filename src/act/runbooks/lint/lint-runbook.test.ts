import { afterAll, describe, expect, it } from 'vitest';
import { stopSyntaxThread } from '../syntax/parse-syntax.ts';
import { applyFixes } from './apply-fixes.ts';
import { lintRunbook } from './lint-runbook.ts';

afterAll(stopSyntaxThread);

const DUMP = '```bash\npg_dump shop | gzip > shop.sql.gz\n```\n';
const lint = (text: string) => lintRunbook({ file: 'x.md', text });
const placesOf = async (text: string) =>
  (await lint(text)).map(({ line, column, rule }) => `${line}:${column} ${rule}`);

describe('the place of a finding', () => {
  it('is that of the file: in lists, quotes, after a byte order mark and with Windows line ends', async () => {
    expect(await placesOf(DUMP)).toEqual(['2:1 pipe-hides-failure']);
    expect(await placesOf(`1. Dump\n   ${DUMP.trimEnd().replaceAll('\n', '\n   ')}\n`)).toEqual([
      '3:4 pipe-hides-failure',
    ]);
    expect(await placesOf(DUMP.replace(/^(?=.)/gm, '> '))).toEqual(['2:3 pipe-hides-failure']);
    expect(await placesOf(`\uFEFF${DUMP}`)).toEqual(['2:1 pipe-hides-failure']);
    expect(await placesOf(DUMP.replaceAll('\n', '\r\n'))).toEqual(['2:1 pipe-hides-failure']);
  });

  it('of a command quoted for another shell is that of the quotation', async () => {
    expect(await placesOf("```bash\nssh db1 'pg_restore -d shop shop.sql'\n```\n")).toEqual([
      '2:9 restore-with-wrong-tool',
    ]);
  });

  it('of an inline command is inside its backticks', async () => {
    expect(await placesOf('- Look: `kubectl get pods --namepsace shop`\n')).toEqual(['1:27 unknown-option']);
  });
});

describe('a fix', () => {
  it('keeps the line ends and the indentation of the document', async () => {
    const text = `1. Dump\r\n   ${DUMP.trimEnd().replaceAll('\n', '\r\n   ')}\r\n`;
    const fixed = applyFixes(text, await lint(text)).text;
    expect(fixed).toContain('   set -o pipefail\r\n   pg_dump');
    expect(fixed.replaceAll('\r\n', '')).not.toContain('\n');
    expect(await lint(fixed)).toEqual([]);
  });

  it('that overlaps another waits for the next run', () => {
    const edit = (column: number, endColumn: number, text: string) => ({
      file: 'x',
      line: 1,
      column,
      endLine: 1,
      endColumn,
      rule: 'r',
      severity: 'error' as const,
      message: '',
      why: '',
      fix: { title: '', edits: [{ line: 1, column, endLine: 1, endColumn, text }] },
    });
    const { text, applied } = applyFixes('abcdef', [edit(1, 4, 'X'), edit(2, 3, 'Y'), edit(5, 6, 'Z')]);
    expect({ text, applied: applied.length }).toEqual({ text: 'XdZf', applied: 2 });
  });
});

describe('silencing', () => {
  it.each([
    ['the next block', `<!-- holdfast-lint-disable pipe-hides-failure: checked -->\n\n${DUMP}`],
    [
      'the next line',
      DUMP.replace('```bash\n', '```bash\n# <!-- holdfast-lint-disable-next-line pipe-hides-failure: checked -->\n'),
    ],
    ['the file', `${DUMP}\n<!-- holdfast-lint-disable-file pipe-hides-failure: checked -->\n`],
    ['several rules', `<!-- holdfast-lint-disable latest-tag pipe-hides-failure -->\n${DUMP}`],
    ['all rules', `<!-- holdfast-lint-disable all: an example of what not to do -->\n${DUMP}`],
  ])('covers %s', async (_, text) => {
    expect(await placesOf(text)).toEqual([]);
  });

  it('of another rule, or of a block before, changes nothing', async () => {
    expect(await placesOf(`<!-- holdfast-lint-disable latest-tag -->\n${DUMP}`)).toHaveLength(1);
    expect(await placesOf(`<!-- holdfast-lint-disable pipe-hides-failure -->\nText.\n\n${DUMP}`)).toHaveLength(1);
  });
});
