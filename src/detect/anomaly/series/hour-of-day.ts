/** A row whose timestamp tells no hour is judged without one. */
export const NO_HOUR = 24;

const SECONDS_PER_DAY = 86_400;
/** A date, then the hour: `2014-04-01 16:05:00`, `2014-04-01T16:05Z`, `2014/04/01 4:05`. */
const DATE_AND_HOUR = /^\s*\d{4}[-/.]\d{1,2}[-/.]\d{1,2}[T ]+(\d{1,2}):\d{2}/;
const EPOCH = /^\s*\d+(?:\.\d+)?\s*$/;

/**
 * Hour of the day, 0…23, or `NO_HOUR`.
 *
 * A text is read as written, in whatever zone it was written: a daily rhythm is
 * that of the people and machines there, and the zone of this one must not
 * matter. A number, or a text of digits, is time since 1970 in UTC, its unit
 * told by its size: seconds below 10¹¹ (the year 5138), then milliseconds,
 * microseconds, nanoseconds.
 */
export function hourOfDay(timestamp: number | string): number {
  if (typeof timestamp === 'number') return hourOfEpoch(timestamp);
  const written = DATE_AND_HOUR.exec(timestamp);
  if (written !== null) {
    const hour = Number(written[1]);
    return hour < 24 ? hour : NO_HOUR;
  }
  return EPOCH.test(timestamp) ? hourOfEpoch(Number(timestamp)) : NO_HOUR;
}

function hourOfEpoch(time: number): number {
  if (!Number.isFinite(time) || time < 0) return NO_HOUR;
  let seconds = time;
  while (seconds >= 1e11) seconds /= 1_000;
  return Math.floor((seconds % SECONDS_PER_DAY) / 3_600);
}
