import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countEdits, nearestName } from './nearest-name.ts';

test.each([
  ['intervall', 'interval'],
  ['url_file', 'urlFile'],
  ['TIMEOUT', 'timeout'],
  ['databasePoolMx', 'databasePoolMax'],
])('%s is taken for %s', (written, meant) => {
  expect(nearestName(written, ['interval', 'urlFile', 'url', 'timeout', 'databasePoolMax'])).toBe(meant);
});

test('what resembles nothing is left alone', () => {
  expect(nearestName('bananas', ['interval', 'timeout'])).toBeNull();
  expect(nearestName('xyz', ['url'])).toBeNull();
  expect(nearestName('x'.repeat(10_000), ['url'])).toBeNull();
});

test('the count of edits is a distance', () => {
  const word = fc.string({ maxLength: 12 });
  fc.assert(
    fc.property(word, word, word, (one, other, third) => {
      expect(countEdits(one, one)).toBe(0);
      expect(countEdits(one, other)).toBe(countEdits(other, one));
      expect(countEdits(one, third)).toBeLessThanOrEqual(countEdits(one, other) + countEdits(other, third));
    }),
  );
});
