import { Temporal } from 'temporal-polyfill';
import { MONTHS, WEEKDAYS } from './calendar-names.ts';
import { type CivilTime, civilOf, floorDivide, NS_PER_SECOND, type TimeValue, ZERO_TIME } from './civil-time.ts';
import { goDuration, namedInt } from './go-duration.ts';
import {
  defineType,
  type GoType,
  type GoValue,
  goBool,
  goInt,
  goString,
  INT64,
  intOf,
  type Maybe,
  textOf,
} from './go-value.ts';
import { formatTime } from './time-layout.ts';
import { localZone, UTC, type Zone } from './time-zones.ts';

export const MONTH: GoType = namedInt('time.Month', ['', ...MONTHS]);
const WEEKDAY: GoType = namedInt('time.Weekday', WEEKDAYS);

export function timeOf(value: Maybe): TimeValue {
  return value?.type === TIME ? (value.value as TimeValue) : ZERO_TIME;
}

export function goTime(time: TimeValue): GoValue {
  return { type: TIME, value: time };
}

export function goTimeFromMs(epochMs: number, zone: Zone = UTC): GoValue {
  return goTime({ epochNs: BigInt(Math.round(epochMs)) * 1_000_000n, zone });
}

/** Go's time without a time. */
export function goZeroTime(): GoValue {
  return goTime(ZERO_TIME);
}

const LONGEST = 0x7fff_ffff_ffff_ffffn;

/** How long from one time to another, held within what a duration can say. */
export function timeDifference(later: TimeValue, earlier: TimeValue): bigint {
  const ns = later.epochNs - earlier.epochNs;
  return ns > LONGEST ? LONGEST : ns < -LONGEST - 1n ? -LONGEST - 1n : ns;
}

const part = (take: (civil: CivilTime) => number, type?: GoType) => ({
  parameters: [],
  call: ([self]: Maybe[]): GoValue => {
    const value = take(civilOf(timeOf(self ?? null)));
    return type ? { type, value: BigInt(value) } : goInt(value);
  },
});
const since1970 = (unit: bigint) => ({
  parameters: [],
  call: ([self]: Maybe[]): GoValue => ({ type: INT64, value: floorDivide(timeOf(self ?? null).epochNs, unit) }),
});
const relation = (holds: (self: bigint, other: bigint) => boolean) => ({
  parameters: ['time' as const],
  call: ([self, other]: Maybe[]) => goBool(holds(timeOf(self ?? null).epochNs, timeOf(other ?? null).epochNs)),
});
const inZone = (zone: () => Zone) => ({
  parameters: [],
  call: ([self]: Maybe[]) => goTime({ epochNs: timeOf(self ?? null).epochNs, zone: zone() }),
});

/** Rounding counts from the zero time, not from 1970. */
function truncated(time: TimeValue, unit: bigint, half: bigint): GoValue {
  if (unit <= 0n) return goTime(time);
  const sinceZero = time.epochNs - ZERO_TIME.epochNs + half;
  return goTime({ ...time, epochNs: floorDivide(sinceZero, unit) * unit + ZERO_TIME.epochNs });
}

function zoneOf(value: Maybe): Zone {
  if (value?.type !== LOCATION) throw new Error('time: missing Location in call to Time.In');
  return value.value as Zone;
}

export const LOCATION: GoType = defineType({
  name: '*time.Location',
  kind: 'struct',
  methods: { String: { parameters: [], call: ([self]) => goString(zoneOf(self ?? null).name) } },
});

/** `2026-03-01 10:00:00.5 +0000 UTC`: how a time prints itself. */
const STRING_LAYOUT = '2006-01-02 15:04:05.999999999 -0700 MST';

export const TIME: GoType = defineType({
  name: 'time.Time',
  kind: 'struct',
  methods: {
    String: { parameters: [], call: ([self]) => goString(formatTime(timeOf(self ?? null), STRING_LAYOUT)) },
    Format: {
      parameters: ['string'],
      call: ([self, layout], context) => {
        context.charge(textOf(layout ?? null).length);
        return goString(formatTime(timeOf(self ?? null), textOf(layout ?? null)));
      },
    },
    Sub: {
      parameters: ['time'],
      call: ([self, other]) => goDuration(timeDifference(timeOf(self ?? null), timeOf(other ?? null))),
    },
    Add: {
      parameters: ['duration'],
      call: ([self, by]) => {
        const time = timeOf(self ?? null);
        return goTime({ ...time, epochNs: time.epochNs + intOf(by ?? null) });
      },
    },
    AddDate: {
      parameters: ['int', 'int', 'int'],
      call: ([self, years, months, days]) =>
        addDate(
          timeOf(self ?? null),
          [years, months, days].map((by) => intOf(by ?? null)),
        ),
    },
    Truncate: {
      parameters: ['duration'],
      call: ([self, by]) => truncated(timeOf(self ?? null), intOf(by ?? null), 0n),
    },
    Round: {
      parameters: ['duration'],
      call: ([self, by]) => truncated(timeOf(self ?? null), intOf(by ?? null), (intOf(by ?? null) + 1n) / 2n),
    },
    After: relation((self, other) => self > other),
    Before: relation((self, other) => self < other),
    Equal: relation((self, other) => self === other),
    Compare: {
      parameters: ['time'],
      call: ([self, other]) => {
        const by = timeOf(self ?? null).epochNs - timeOf(other ?? null).epochNs;
        return goInt(by < 0n ? -1 : by > 0n ? 1 : 0);
      },
    },
    IsZero: { parameters: [], call: ([self]) => goBool(timeOf(self ?? null).epochNs === ZERO_TIME.epochNs) },
    UTC: inZone(() => UTC),
    Local: inZone(localZone),
    In: {
      parameters: ['location'],
      call: ([self, location]) => goTime({ epochNs: timeOf(self ?? null).epochNs, zone: zoneOf(location ?? null) }),
    },
    Location: { parameters: [], call: ([self]) => ({ type: LOCATION, value: timeOf(self ?? null).zone }) },
    Year: part((civil) => civil.year),
    Month: part((civil) => civil.month, MONTH),
    Day: part((civil) => civil.day),
    Hour: part((civil) => civil.hour),
    Minute: part((civil) => civil.minute),
    Second: part((civil) => civil.second),
    Nanosecond: part((civil) => civil.nanosecond),
    Weekday: part((civil) => civil.weekday, WEEKDAY),
    YearDay: part((civil) => civil.dayOfYear),
    Unix: since1970(NS_PER_SECOND),
    UnixMilli: since1970(1_000_000n),
    UnixMicro: since1970(1_000n),
    UnixNano: since1970(1n),
  },
});

const MOST_YEARS = 100_000n;

function addDate(time: TimeValue, by: readonly bigint[]): GoValue {
  const [years = 0n, months = 0n, days = 0n] = by;
  const tooFar = [years, months / 12n, days / 365n].some((count) => count > MOST_YEARS || count < -MOST_YEARS);
  if (tooFar) throw new Error('date out of range');
  const civil = civilOf(time);
  const monthsFrom1 = civil.year * 12 + civil.month - 1 + Number(years) * 12 + Number(months);
  const year = Math.floor(monthsFrom1 / 12);
  if (Math.abs(year) > Number(MOST_YEARS)) throw new Error('date out of range');
  const first = new Temporal.PlainDate(year, monthsFrom1 - year * 12 + 1, 1);
  // The 31st of a short month is a day of the next one.
  const date = first.add({ days: civil.day - 1 + Number(days) });
  const local = date
    .toPlainDateTime({ hour: civil.hour, minute: civil.minute, second: civil.second })
    .toZonedDateTime(time.zone.offsetSeconds === null ? time.zone.name : 'UTC');
  const seconds = BigInt(local.epochMilliseconds) / 1_000n - BigInt(time.zone.offsetSeconds ?? 0);
  return goTime({ ...time, epochNs: seconds * NS_PER_SECOND + BigInt(civil.nanosecond) });
}
