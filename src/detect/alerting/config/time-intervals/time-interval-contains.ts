import { Temporal } from 'temporal-polyfill';
import type { InclusiveRange, MinuteRange, TimeInterval } from './time-interval.ts';

/**
 * Whether an instant lies in a time interval, by the clock and calendar of the interval's time zone.
 *
 * Where Alertmanager counts a month's days by its hours, a month in which clocks go forward is a day short there and
 * `-1` means its last but one day; here it is the last day of every month.
 */
export function timeIntervalContains(interval: TimeInterval, instantMs: number): boolean {
  const local = Temporal.Instant.fromEpochMilliseconds(Math.floor(instantMs)).toZonedDateTimeISO(
    interval.timeZone ?? 'UTC',
  );
  const minute = local.hour * 60 + local.minute;
  return (
    hasMinute(interval.times, minute) &&
    hasDay(interval.daysOfMonth, local.day, local.daysInMonth) &&
    has(interval.months, local.month) &&
    has(interval.weekdays, local.dayOfWeek % 7) &&
    has(interval.years, local.year)
  );
}

function has(ranges: readonly InclusiveRange[] | null, value: number): boolean {
  return ranges === null || ranges.some(({ first, last }) => value >= first && value <= last);
}

function hasMinute(ranges: readonly MinuteRange[] | null, minute: number): boolean {
  return ranges === null || ranges.some(({ fromMinute, toMinute }) => minute >= fromMinute && minute < toMinute);
}

function hasDay(ranges: readonly InclusiveRange[] | null, day: number, daysInMonth: number): boolean {
  const fromStart = (written: number) => (written < 0 ? daysInMonth + written + 1 : written);
  return ranges === null || ranges.some(({ first, last }) => day >= fromStart(first) && day <= fromStart(last));
}
