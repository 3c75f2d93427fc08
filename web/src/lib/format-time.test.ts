import { describe, expect, it } from 'vitest';
import { formatDuration, formatRelative, formatSpan } from './format-time.ts';

const NOW = Date.parse('2026-11-21T12:00:00.000Z');
const ago = (ms: number) => new Date(NOW - ms).toISOString();

describe('times for people', () => {
  it.each([
    [0, '0 ms'],
    [258, '258 ms'],
    [4_200, '4.2 s'],
    [9_000, '9 s'],
    [12_900, '12 s'],
    [60_000, '1 min'],
    [303_000, '5 min 3 s'],
    [7_500_000, '2 h 5 min'],
    [273_600_000, '3 d 4 h'],
  ])('%d ms last %s', (ms, words) => {
    expect(formatDuration(ms)).toBe(words);
  });

  it.each([
    [500, 'just now'],
    [12_000, '12 s ago'],
    [240_000, '4 min ago'],
    [7_500_000, '2 h ago'],
    [-90_000, 'in 1 min'],
  ])('%d ms before now was %s', (ms, words) => {
    expect(formatRelative(ago(ms), NOW)).toBe(words);
  });

  it('gives the date from a day on, with the year when it is another', () => {
    expect(formatRelative(ago(86_400_000), NOW)).toMatch(/^20 Nov/);
    expect(formatRelative(ago(400 * 86_400_000), NOW)).toBe('17 Oct 2025');
  });

  it('counts down in whole seconds, and in whole minutes while there is time', () => {
    expect(formatSpan(59_900)).toBe('59 s');
    expect(formatSpan(299_000)).toBe('4 min 59 s');
    expect(formatSpan(1_799_000)).toBe('29 min');
    expect(formatSpan(-5)).toBe('0 s');
  });
});
