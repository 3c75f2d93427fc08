import { describe, expect, it } from 'vitest';
import { daysFrom, formatMoment, fromWallText, toWallText } from './zone-time.ts';

const iso = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());

describe('a wall-clock time in a zone', () => {
  it.each([
    ['2026-11-23T09:00', 'Europe/Berlin', '2026-11-23T08:00:00.000Z'],
    ['2026-07-01T09:00', 'America/New_York', '2026-07-01T13:00:00.000Z'],
    ['2026-07-01T09:00', 'Asia/Kathmandu', '2026-07-01T03:15:00.000Z'],
    ['2026-07-01T00:00', 'Pacific/Kiritimati', '2026-06-30T10:00:00.000Z'],
    ['2026-07-01T00:00', 'UTC', '2026-07-01T00:00:00.000Z'],
    // Skipped: as long after the change as it stood behind it.
    ['2026-03-29T02:30', 'Europe/Berlin', '2026-03-29T01:30:00.000Z'],
    // Comes twice: the first time.
    ['2026-10-25T02:30', 'Europe/Berlin', '2026-10-25T00:30:00.000Z'],
    ['2026-10-25T03:00', 'Europe/Berlin', '2026-10-25T02:00:00.000Z'],
  ])('%s in %s is %s', (text, zone, expected) => {
    expect(iso(fromWallText(text, zone))).toBe(expected);
  });

  it('is written back as it was read, where the hour exists', () => {
    for (const zone of ['Europe/Berlin', 'America/St_Johns', 'Asia/Tokyo', 'UTC']) {
      for (const text of ['2026-01-05T00:00', '2026-06-30T23:59', '2026-03-29T12:00']) {
        expect(toWallText(fromWallText(text, zone) ?? 0, zone)).toBe(text);
      }
    }
  });

  it.each(['', 'tomorrow', '2026-13-01T00:00'])('"%s" is none', (text) => {
    expect(fromWallText(text, 'Europe/Berlin')).toBeNull();
  });
});

describe('days of a zone', () => {
  const hours = (from: string, zone: string, count: number) =>
    daysFrom(Date.parse(from), zone, count).map((day) => (day.endMs - day.startMs) / 3_600_000);

  it.each([
    ['2026-03-28T12:00:00Z', 'Europe/Berlin', [24, 23, 24]],
    ['2026-10-24T12:00:00Z', 'Europe/Berlin', [24, 25, 24]],
    // Clocks go from 24:00 to 01:00: the day begins at one.
    ['2026-04-23T12:00:00Z', 'Africa/Cairo', [24, 23, 24]],
    ['2026-11-21T23:30:00Z', 'UTC', [24, 24, 24]],
  ])('from %s in %s are %j hours long', (from, zone, expected) => {
    expect(hours(from, zone, 3)).toEqual(expected);
  });

  it('begin with the one in which the moment lies, and leave no hole', () => {
    const days = daysFrom(Date.parse('2026-11-21T23:30:00Z'), 'Europe/Berlin', 28);
    expect(iso(days[0]?.startMs ?? 0)).toBe('2026-11-21T23:00:00.000Z');
    expect(days).toHaveLength(28);
    for (const [index, day] of days.slice(1).entries()) expect(day.startMs).toBe(days[index]?.endMs);
  });
});

it('a moment is shown in its zone', () => {
  // The comma is the browser's own choice.
  expect(formatMoment(Date.parse('2026-11-23T08:00:00Z'), 'Europe/Berlin')).toMatch(/^Mon,? 23 Nov,? 09:00$/);
  expect(formatMoment(Date.parse('2026-11-23T08:00:00Z'), 'Asia/Tokyo')).toMatch(/^Mon,? 23 Nov,? 17:00$/);
});
