import { describe, expect, it } from 'vitest';
import { hourOfDay, NO_HOUR } from './hour-of-day.ts';

describe('the hour of a timestamp', () => {
  it.each([
    ['2014-04-01 00:05:00', 0],
    ['2014-04-01 23:59:59.000000', 23],
    ['2026-11-21T16:05:00Z', 16],
    ['2026-11-21T16:05:00+05:30', 16],
    ['2014/04/01 4:05', 4],
    [' 2014-04-01  07:00', 7],
    ['1396310700', 0],
    ['1396365300', 15],
    ['1396365300.25', 15],
    [1_396_365_300, 15],
    [1_396_365_300_123, 15],
    [1_396_365_300_123_456, 15],
    ['1396365300123456789', 15],
    [0, 0],
  ])('%s is in hour %s', (timestamp, hour) => expect(hourOfDay(timestamp)).toBe(hour));

  it.each(['', 'yesterday', '2014-04-01', '2014-04-01 25:00', '12:30', Number.NaN, -5, Number.POSITIVE_INFINITY])(
    '%s tells none',
    (timestamp) => expect(hourOfDay(timestamp)).toBe(NO_HOUR),
  );
});
