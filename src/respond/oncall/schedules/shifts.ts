import type { Layer, ScheduleSpec } from '../../../contract/oncall.ts';
import { handoverMs, openRotation, shiftIndexAt } from './rotation.ts';
import { openSpans, type Span } from './week-windows.ts';

/** Who stands in, from when to when, in the order of their making: the later one counts where two meet. */
export type OverrideSpan = Span & {
  id: string;
  user: string;
  /** Only where this person would be on call; null for whoever it is. */
  replaces: string | null;
  layer: string | null;
};

export type Shift = Span & {
  user: string;
  /** Null where an override filled a hole. */
  layer: string | null;
  /** Number of the shift in its layer's rotation. */
  index: number | null;
  insteadOf: string | null;
  overrideId: string | null;
};

/**
 * Who is on call between two instants: sorted, never two at once, cut to the range. Where nobody is on there is none.
 * @param layer only this layer, with its own overrides and those that replace a person anywhere
 */
export function shiftsBetween(
  schedule: ScheduleSpec,
  overrides: readonly OverrideSpan[],
  range: Span,
  layer: string | null = null,
): Shift[] {
  if (range.start >= range.end) return [];
  const near = overrides.filter((override) => override.start < range.end && override.end > range.start);
  const ofLayer = (each: Layer) =>
    applyOverrides(
      shiftsOfLayer(schedule, each, range),
      near.filter((override) => override.layer === each.name),
      range,
    );
  if (layer !== null) {
    const named = schedule.layers.find((each) => each.name === layer);
    const away = near.filter((override) => override.layer === null && override.replaces !== null);
    return named ? joinAlike(applyOverrides(ofLayer(named), away, range)) : [];
  }
  const combined = schedule.layers.map(ofLayer).reduce((upper, lower) => layOver(upper, lower), []);
  return joinAlike(
    applyOverrides(
      combined,
      near.filter((override) => override.layer === null),
      range,
    ),
  );
}

function shiftsOfLayer(schedule: ScheduleSpec, layer: Layer, range: Span): Shift[] {
  const rotation = openRotation(layer.rotation, schedule.timezone);
  const shifts: Shift[] = [];
  let index = shiftIndexAt(rotation, range.start) ?? 0;
  for (let start = handoverMs(rotation, index); start < range.end; index += 1) {
    const end = handoverMs(rotation, index + 1);
    const [from, to] = [Math.max(start, range.start), Math.min(end, range.end)];
    const user = layer.participants[index % layer.participants.length]!;
    if (from < to)
      shifts.push({ start: from, end: to, user, layer: layer.name, index, insteadOf: null, overrideId: null });
    start = end;
  }
  if (layer.only === undefined) return shifts;
  return cutTo(shifts, openSpans(layer.only, rotation.timezone, range));
}

/** Parts of the shifts inside the spans; both sorted. */
function cutTo(shifts: readonly Shift[], spans: readonly Span[]): Shift[] {
  const parts: Shift[] = [];
  let first = 0;
  for (const shift of shifts) {
    while (first < spans.length && spans[first]!.end <= shift.start) first += 1;
    for (let place = first; place < spans.length && spans[place]!.start < shift.end; place += 1) {
      const span = spans[place]!;
      parts.push({ ...shift, start: Math.max(shift.start, span.start), end: Math.min(shift.end, span.end) });
    }
  }
  return parts;
}

/** The upper shifts, and the lower ones where no upper one is. */
function layOver(upper: readonly Shift[], lower: readonly Shift[]): Shift[] {
  return [...upper, ...without(lower, upper)].sort((a, b) => a.start - b.start);
}

/** Parts of the shifts outside the spans; both sorted. */
function without(shifts: readonly Shift[], spans: readonly Span[]): Shift[] {
  const parts: Shift[] = [];
  let first = 0;
  for (const shift of shifts) {
    let from = shift.start;
    while (first < spans.length && spans[first]!.end <= shift.start) first += 1;
    for (let place = first; place < spans.length && spans[place]!.start < shift.end; place += 1) {
      if (spans[place]!.start > from) parts.push({ ...shift, start: from, end: spans[place]!.start });
      from = Math.max(from, spans[place]!.end);
    }
    if (from < shift.end) parts.push({ ...shift, start: from });
  }
  return parts;
}

function applyOverrides(shifts: readonly Shift[], overrides: readonly OverrideSpan[], range: Span): Shift[] {
  let result = [...shifts];
  for (const override of overrides) {
    const span = { start: Math.max(override.start, range.start), end: Math.min(override.end, range.end) };
    const meant = result.filter((shift) => override.replaces === null || shift.user === override.replaces);
    const others = result.filter((shift) => !meant.includes(shift));
    const replaced = cutTo(meant, [span]).map((shift) => ({
      ...shift,
      user: override.user,
      insteadOf: shift.insteadOf ?? shift.user,
      overrideId: override.id,
    }));
    const holes = override.replaces === null ? without([fill(override, span)], result) : [];
    result = [...others, ...without(meant, [span]), ...replaced, ...holes].sort((a, b) => a.start - b.start);
  }
  return result;
}

function fill(override: OverrideSpan, span: Span): Shift {
  return { ...span, user: override.user, layer: override.layer, index: null, insteadOf: null, overrideId: override.id };
}

/** Neighbours that say the same are one. */
function joinAlike(shifts: readonly Shift[]): Shift[] {
  const joined: Shift[] = [];
  for (const shift of shifts) {
    const before = joined.at(-1);
    const alike =
      before?.end === shift.start &&
      before.user === shift.user &&
      before.layer === shift.layer &&
      before.index === shift.index &&
      before.insteadOf === shift.insteadOf &&
      before.overrideId === shift.overrideId;
    if (alike && before) before.end = shift.end;
    else joined.push({ ...shift });
  }
  return joined;
}
