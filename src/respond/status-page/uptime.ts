import type { ComponentStatus } from './public-state.ts';

/** One day of a component: how much of it was an outage. Maintenance that was announced is none. */
export type UptimeDay = { day: string; partialMs: number; majorMs: number; knownMs: number };

export type StatusChange = { at: Date; status: ComponentStatus };

const DAY_MS = 86_400_000;
/** A partial outage counts for less: as Statuspage weighs it. */
const PARTIAL_WEIGHT = 0.3;

/**
 * A bar for each of the last days, oldest first, in UTC.
 * @param changes in order; before the first one nothing is known
 * @param days how many, today included
 */
export function uptimeDays(changes: readonly StatusChange[], now: Date, days: number): UptimeDay[] {
  const today = Math.floor(now.getTime() / DAY_MS) * DAY_MS;
  return Array.from({ length: days }, (_, index) => {
    const from = today - (days - 1 - index) * DAY_MS;
    const to = Math.min(from + DAY_MS, now.getTime());
    const day: UptimeDay = { day: new Date(from).toISOString().slice(0, 10), partialMs: 0, majorMs: 0, knownMs: 0 };
    changes.forEach((change, at) => {
      const begins = Math.max(change.at.getTime(), from);
      const ends = Math.min(changes[at + 1]?.at.getTime() ?? Number.POSITIVE_INFINITY, to);
      if (ends <= begins) return;
      day.knownMs += ends - begins;
      if (change.status === 'major_outage') day.majorMs += ends - begins;
      if (change.status === 'partial_outage') day.partialMs += ends - begins;
    });
    return day;
  });
}

/** Share of the known time it was up, 0 to 1; null when nothing is known. */
export function uptimeShare(days: readonly UptimeDay[]): number | null {
  const known = days.reduce((sum, day) => sum + day.knownMs, 0);
  if (known === 0) return null;
  const down = days.reduce((sum, day) => sum + day.majorMs + PARTIAL_WEIGHT * day.partialMs, 0);
  return 1 - down / known;
}
