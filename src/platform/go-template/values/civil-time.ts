import { Temporal } from 'temporal-polyfill';
import { abbreviationAt, offsetAt, UTC, type Zone } from './time-zones.ts';

/** time.Time: nanoseconds since 1970, which reach beyond Date's years. */
export type TimeValue = { epochNs: bigint; zone: Zone };

export const NS_PER_SECOND = 1_000_000_000n;
/** Seconds from year 1, Go's zero time, to 1970. */
const ZERO_SECONDS = -62_135_596_800n;

export const ZERO_TIME: TimeValue = { epochNs: ZERO_SECONDS * NS_PER_SECOND, zone: UTC };

/** A time's parts on the clock and calendar of its zone. */
export type CivilTime = {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  nanosecond: number;
  /** 0 is Sunday. */
  weekday: number;
  dayOfYear: number;
  offsetSeconds: number;
  abbreviation: string;
};

export function civilOf({ epochNs, zone }: TimeValue): CivilTime {
  const seconds = floorDivide(epochNs, NS_PER_SECOND);
  const offsetSeconds = offsetAt(zone, seconds);
  const local = seconds + BigInt(offsetSeconds);
  const days = floorDivide(local, 86_400n);
  const ofDay = Number(local - days * 86_400n);
  const date = new Temporal.PlainDate(1970, 1, 1).add({ days: Number(days) });
  return {
    year: date.year,
    month: date.month,
    day: date.day,
    hour: Math.floor(ofDay / 3_600),
    minute: Math.floor((ofDay % 3_600) / 60),
    second: ofDay % 60,
    nanosecond: Number(epochNs - seconds * NS_PER_SECOND),
    weekday: date.dayOfWeek % 7,
    dayOfYear: date.dayOfYear,
    offsetSeconds,
    abbreviation: abbreviationAt(zone, seconds),
  };
}

export function floorDivide(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return value % by < 0n ? quotient - 1n : quotient;
}
