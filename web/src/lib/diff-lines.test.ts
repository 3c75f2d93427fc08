import { describe, expect, it } from 'vitest';
import { diffLines } from './diff-lines.ts';

const signs = { same: ' ', removed: '-', added: '+' };
const told = (before: string, after: string) =>
  diffLines(before === '' ? [] : before.split(' '), after === '' ? [] : after.split(' '))
    .map(({ kind, text }) => signs[kind] + text)
    .join(' ');

describe('what became of each line', () => {
  it.each([
    ['', '', ''],
    ['a b c', 'a b c', ' a  b  c'],
    ['a b c', 'a x c', ' a -b +x  c'],
    ['a c', 'a b c', ' a +b  c'],
    ['a b c', 'c', '-a -b  c'],
    ['', 'a b', '+a +b'],
    ['a b', '', '-a -b'],
  ])('%j to %j: %j', (before, after, diff) => {
    expect(told(before, after)).toBe(diff);
  });

  it('gives both texts back', () => {
    const before = Array.from({ length: 60 }, (_, n) => String((n * 7) % 11));
    const after = Array.from({ length: 50 }, (_, n) => String((n * 5) % 13));
    const lines = diffLines(before, after);
    expect(lines.filter(({ kind }) => kind !== 'added').map(({ text }) => text)).toEqual(before);
    expect(lines.filter(({ kind }) => kind !== 'removed').map(({ text }) => text)).toEqual(after);
  });

  it('does not compute for ever on two huge texts', () => {
    const huge = Array.from({ length: 5_000 }, (_, n) => String(n));
    expect(diffLines(huge, huge.toReversed())).toHaveLength(10_000);
  });
});
