const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** No zone's clock is further from UTC than this. */
const FURTHEST_OFFSET_MS = 15 * 3_600_000;

/** A day of a zone's calendar: 23 or 25 hours long where the clocks change. */
export type ZoneDay = { startMs: number; endMs: number };

type Formats = { wall: Intl.DateTimeFormat; moment: Intl.DateTimeFormat; day: Intl.DateTimeFormat };
const formats = new Map<string, Formats>();

function formatsOf(timeZone: string): Formats {
  const known = formats.get(timeZone);
  if (known) return known;
  const clock = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  const made = {
    wall: new Intl.DateTimeFormat('en-GB', {
      timeZone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      second: '2-digit',
      ...clock,
    }),
    moment: new Intl.DateTimeFormat('en-GB', { timeZone, weekday: 'short', day: 'numeric', month: 'short', ...clock }),
    day: new Intl.DateTimeFormat('en-GB', { timeZone, weekday: 'short', day: 'numeric', month: 'short' }),
  };
  formats.set(timeZone, made);
  return made;
}

/** The zone of whoever looks. */
export function viewerZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** A moment as a calendar of the zone shows it: `Mon 23 Nov, 09:00`. */
export function formatMoment(ms: number, zone: string): string {
  return formatsOf(zone).moment.format(ms);
}

/** A day of the zone's calendar: `Mon 23 Nov`. */
export function formatZoneDay(ms: number, zone: string): string {
  return formatsOf(zone).day.format(ms);
}

/** What the zone's clocks show, as if it were UTC. */
function wallMs(ms: number, zone: string): number {
  const part = Object.fromEntries(
    formatsOf(zone)
      .wall.formatToParts(ms)
      .map(({ type, value }) => [type, Number(value)]),
  ) as Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second', number>;
  return Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second);
}

/** What a field for date and time holds: `2026-11-23T09:00`. */
export function toWallText(ms: number, zone: string): string {
  return new Date(wallMs(ms, zone)).toISOString().slice(0, 16);
}

/**
 * The moment that a wall-clock time means in a zone: of an hour that comes twice the first; one that is skipped is as
 * long after the change as it stood behind it, as handovers are.
 * @returns null for what is no time
 */
export function fromWallText(text: string, zone: string): number | null {
  const wall = Date.parse(`${text}Z`);
  if (Number.isNaN(wall)) return null;
  const offsetAt = (ms: number) => wallMs(ms, zone) - Math.floor(ms / 1_000) * 1_000;
  const [before, after] = [wall - offsetAt(wall - DAY_MS), wall - offsetAt(wall + DAY_MS)];
  return [before, after].find((candidate) => wallMs(candidate, zone) === wall) ?? before;
}

/** So many days of a zone's calendar, from the one in which `ms` lies. */
export function daysFrom(ms: number, zone: string, count: number): ZoneDay[] {
  const first = Math.floor(wallMs(ms, zone) / DAY_MS) * DAY_MS;
  const starts = Array.from({ length: count + 1 }, (_, index) => startOfDay(first + index * DAY_MS, zone));
  return starts.slice(0, -1).map((startMs, index) => ({ startMs, endMs: starts[index + 1] ?? startMs }));
}

/** The first instant of a day; not all days begin at midnight, so it is searched for. */
function startOfDay(wallMidnightMs: number, zone: string): number {
  let low = wallMidnightMs - FURTHEST_OFFSET_MS;
  let high = wallMidnightMs + FURTHEST_OFFSET_MS;
  while (high - low > MINUTE_MS) {
    const middle = low + Math.floor((high - low) / 2 / MINUTE_MS) * MINUTE_MS;
    if (wallMs(middle, zone) >= wallMidnightMs) high = middle;
    else low = middle;
  }
  return high;
}
