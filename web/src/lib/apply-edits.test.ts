import { describe, expect, it } from 'vitest';
import type { LintEdit } from '../../../src/contract/runbook-lint.ts';
import { applyEdits } from './apply-edits.ts';

const TEXT = 'one\npg_dump db | gzip > x\nthree\nfour';
const edit = (line: number, column: number, endLine: number, endColumn: number, text: string): LintEdit => ({
  line,
  column,
  endLine,
  endColumn,
  text,
});

describe('a fix as lines', () => {
  it.each<[string, LintEdit[], number, string[], string[]]>([
    [
      'an insertion of a line',
      [edit(2, 1, 2, 1, 'set -o pipefail\n')],
      2,
      ['pg_dump db | gzip > x'],
      ['set -o pipefail', 'pg_dump db | gzip > x'],
    ],
    ['a replacement', [edit(1, 1, 1, 4, 'eins')], 1, ['one'], ['eins']],
    [
      'two in one line',
      [edit(2, 1, 2, 8, 'A'), edit(2, 12, 2, 13, 'B')],
      2,
      ['pg_dump db | gzip > x'],
      ['A db B gzip > x'],
    ],
    ['over a line end', [edit(3, 6, 4, 1, ' ')], 3, ['three', 'four'], ['three four']],
    ['beyond the end', [edit(4, 5, 5, 1, '!')], 4, ['four'], ['four!']],
  ])('%s', (_name, edits, line, before, after) => {
    expect(applyEdits(TEXT, edits)).toEqual({ line, before, after });
  });
});
