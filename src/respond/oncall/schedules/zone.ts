import { Temporal } from 'temporal-polyfill';

/** The wall clock of a time zone at an instant. */
export function localAt(atMs: number, timezone: string): Temporal.PlainDateTime {
  return Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(timezone).toPlainDateTime();
}

/**
 * The instant at which a wall clock shows this. A time that daylight saving skips is taken with the offset before the
 * change (02:30 becomes 03:30), one that comes twice is its first, as RFC 5545 has it.
 */
export function instantOf(local: Temporal.PlainDateTime, timezone: string): number {
  return local.toZonedDateTime(timezone, { disambiguation: 'compatible' }).epochMilliseconds;
}

/** True when daylight saving skips this wall-clock time there. */
export function isSkipped(local: Temporal.PlainDateTime, timezone: string): boolean {
  return !localAt(instantOf(local, timezone), timezone).equals(local);
}
