import type { Layer, ScheduleSpec } from '../../../contract/oncall.ts';
import { openRotation, shiftIndexAt } from './rotation.ts';
import { type OverrideSpan, type Shift, shiftsBetween } from './shifts.ts';
import { openSpans } from './week-windows.ts';

/** Who is on call at an instant, and by what. */
export type OnCall = {
  user: string | null;
  layer: string | null;
  /** Number of the shift in the layer's rotation. */
  index: number | null;
  /** The one the layer names, where an override names another. */
  insteadOf: string | null;
  override: OverrideSpan | null;
};

const DAY_MS = 86_400_000;
/** How far ahead the next change is looked for. */
export const LOOK_AHEAD_MS = 60 * DAY_MS;

/** @param layer only this layer; null for the schedule as a whole */
export function whoIsOnCall(
  schedule: ScheduleSpec,
  overrides: readonly OverrideSpan[],
  atMs: number,
  layer: string | null = null,
): OnCall {
  const now = overrides.filter((override) => override.start <= atMs && atMs < override.end);
  let found: OnCall = { user: null, layer: null, index: null, insteadOf: null, override: null };
  for (const each of schedule.layers) {
    if (layer !== null && each.name !== layer) continue;
    const rotated = onCallInLayer(schedule, each, atMs);
    found = applyTo(rotated, now, (override) => override.layer === each.name);
    if (found.user !== null) break;
  }
  return applyTo(found, now, (override) => override.layer === null && (layer === null || override.replaces !== null));
}

function onCallInLayer(schedule: ScheduleSpec, layer: Layer, atMs: number): OnCall {
  const rotation = openRotation(layer.rotation, schedule.timezone);
  const index = shiftIndexAt(rotation, atMs);
  const open =
    layer.only === undefined || openSpans(layer.only, rotation.timezone, { start: atMs, end: atMs + 1 }).length > 0;
  const user = index === null || !open ? null : layer.participants[index % layer.participants.length]!;
  return {
    user,
    layer: user === null ? null : layer.name,
    index: user === null ? null : index,
    insteadOf: null,
    override: null,
  };
}

function applyTo(
  found: OnCall,
  overrides: readonly OverrideSpan[],
  counts: (override: OverrideSpan) => boolean,
): OnCall {
  let result = found;
  for (const override of overrides.filter(counts)) {
    if (override.replaces !== null && override.replaces !== result.user) continue;
    result = {
      ...result,
      layer: result.user === null ? override.layer : result.layer,
      insteadOf: result.insteadOf ?? result.user,
      user: override.user,
      override,
    };
  }
  return result;
}

/** Most changes are near: the days after them are not calculated to find them. */
const LOOKS_MS = [2 * DAY_MS, 14 * DAY_MS, LOOK_AHEAD_MS];

/** When somebody else takes over, or nobody does, and who that is. Null: not within 60 days. */
export function nextHandover(
  schedule: ScheduleSpec,
  overrides: readonly OverrideSpan[],
  atMs: number,
): { atMs: number; user: string | null } | null {
  const { user } = whoIsOnCall(schedule, overrides, atMs);
  for (const lookMs of LOOKS_MS) {
    const found = findChange(
      shiftsBetween(schedule, overrides, { start: atMs, end: atMs + lookMs }),
      user,
      atMs,
      lookMs,
    );
    if (found) return found;
  }
  return null;
}

function findChange(
  shifts: readonly Shift[],
  user: string | null,
  atMs: number,
  lookMs: number,
): { atMs: number; user: string | null } | null {
  let until = atMs;
  for (const shift of shifts) {
    if (shift.start > until)
      return user === null ? { atMs: shift.start, user: shift.user } : { atMs: until, user: null };
    if (shift.user !== user) return { atMs: shift.start, user: shift.user };
    until = shift.end;
  }
  return user !== null && until < atMs + lookMs ? { atMs: until, user: null } : null;
}
