import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDurationMs, parseSizeBytes } from './parse-units.ts';

test.each([
  ['500ms', 500],
  ['5m', 300_000],
  ['1.5s', 1_500],
  ['1h30m', 5_400_000],
  ['7d', 604_800_000],
  ['2w', 1_209_600_000],
  ['0s', 0],
])('%s is %d ms', (text, ms) => {
  expect(parseDurationMs(text)).toBe(ms);
});

test.each(['', '5', 'm', '5 m', '-5m', '5M', '5min', '0.1ms', '1e3s', '5m3', `${'9'.repeat(30)}w`, '5constructor'])(
  '%j is no duration',
  (text) => {
    expect(parseDurationMs(text)).toBeNull();
  },
);

test.each([
  ['512B', 512],
  ['1GiB', 1024 ** 3],
  ['256MiB', 256 * 1024 ** 2],
  ['1.5kB', 1_500],
  ['2MB', 2_000_000],
])('%s is %d bytes', (text, bytes) => {
  expect(parseSizeBytes(text)).toBe(bytes);
});

test.each(['1', '1Gib', '1G', '1.5B', 'MiB'])('%j is no size', (text) => {
  expect(parseSizeBytes(text)).toBeNull();
});

test('whatever is written, the result is a whole number or nothing', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      for (const result of [parseDurationMs(text), parseSizeBytes(text)]) {
        expect(result === null || Number.isSafeInteger(result)).toBe(true);
      }
    }),
  );
});

test('a number of any unit is that many of it', () => {
  fc.assert(
    fc.property(fc.nat(1_000_000), (amount) => {
      expect(parseDurationMs(`${amount}m`)).toBe(amount * 60_000);
      expect(parseSizeBytes(`${amount}KiB`)).toBe(amount * 1024);
    }),
  );
});
