/** From `first` to `last`, both counted in. */
export type InclusiveRange = { first: number; last: number };

/** Minutes of a day, the last not counted in: 0 to 1440 is all of it. */
export type MinuteRange = { fromMinute: number; toMinute: number };

/**
 * When something is on. Null says nothing; a list says one of these; an empty list is never on. Days of the month below
 * zero count from its end (-1 is the last), weekdays from 0 for Sunday, months from 1.
 */
export type TimeInterval = {
  times: MinuteRange[] | null;
  weekdays: InclusiveRange[] | null;
  daysOfMonth: InclusiveRange[] | null;
  months: InclusiveRange[] | null;
  years: InclusiveRange[] | null;
  /** An IANA name; null is UTC. */
  timeZone: string | null;
};
