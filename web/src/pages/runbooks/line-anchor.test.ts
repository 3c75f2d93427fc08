import { expect, it } from 'vitest';
import { lineAnchor, readLineAnchor } from './line-anchor.ts';

it('an address names a line of the document, or none', () => {
  expect(readLineAnchor(`#${lineAnchor(42)}`)).toBe(42);
  expect(['', '#L0', '#Lx', '#doc-l1', '#L1234567'].map(readLineAnchor)).toEqual([null, null, null, null, null]);
});
