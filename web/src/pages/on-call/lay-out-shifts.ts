import type { ShiftBody } from '../../../../src/contract/oncall.ts';
import type { ZoneDay } from '../../lib/zone-time.ts';

/** A shift, or a hole in which nobody is on call. */
export type Slot = { startMs: number; endMs: number; shift: ShiftBody | null };

/** What of a slot lies in one row of days; places are shares of the row, 0 to 1. */
export type Bar = Slot & { from: number; to: number };
export type WeekRow = { days: readonly ZoneDay[]; bars: Bar[] };

export const DAYS_IN_ROW = 7;

/** The shifts with the holes between them, for the time of these days. */
export function fillHoles(shifts: readonly ShiftBody[], days: readonly ZoneDay[]): Slot[] {
  const [startMs, endMs] = [days[0]?.startMs ?? 0, days.at(-1)?.endMs ?? 0];
  const slots: Slot[] = [];
  let coveredMs = startMs;
  for (const shift of shifts) {
    const from = Math.max(startMs, Date.parse(shift.start));
    const to = Math.min(endMs, Date.parse(shift.end));
    if (to <= from) continue;
    if (from > coveredMs) slots.push({ startMs: coveredMs, endMs: from, shift: null });
    const before = slots.at(-1);
    // A handover to oneself is none.
    if (before?.shift && from === before.endMs && isSame(before.shift, shift)) before.endMs = to;
    else slots.push({ startMs: from, endMs: to, shift });
    coveredMs = to;
  }
  if (coveredMs < endMs) slots.push({ startMs: coveredMs, endMs, shift: null });
  return slots;
}

function isSame(one: ShiftBody, other: ShiftBody): boolean {
  return one.user === other.user && one.layer === other.layer && one.overrideId === other.overrideId;
}

/** Slots cut into rows of seven days, as a calendar shows them. Every day is equally wide, however long it is. */
export function layOutRows(slots: readonly Slot[], days: readonly ZoneDay[]): WeekRow[] {
  const rows: WeekRow[] = [];
  for (let first = 0; first < days.length; first += DAYS_IN_ROW) {
    const ofRow = days.slice(first, first + DAYS_IN_ROW);
    const [startMs, endMs] = [ofRow[0]?.startMs ?? 0, ofRow.at(-1)?.endMs ?? 0];
    const bars = slots
      .filter((slot) => slot.startMs < endMs && slot.endMs > startMs)
      .map((slot) => ({ ...slot, from: placeIn(ofRow, slot.startMs), to: placeIn(ofRow, slot.endMs) }));
    rows.push({ days: ofRow, bars });
  }
  return rows;
}

/** Where in a row of days a moment stands, 0 to 1. */
export function placeIn(days: readonly ZoneDay[], ms: number): number {
  const index = days.findIndex((day) => ms < day.endMs);
  const day = days[index];
  if (!day) return 1;
  return Math.max(0, (index + (ms - day.startMs) / (day.endMs - day.startMs)) / DAYS_IN_ROW);
}
