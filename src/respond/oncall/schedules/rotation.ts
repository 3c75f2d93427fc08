import { Temporal } from 'temporal-polyfill';
import { type Rotation, WEEKDAYS } from '../../../contract/oncall.ts';
import { instantOf, isSkipped, localAt } from './zone.ts';

/** A rotation with its first handover found: everything else is counting from there. */
export type OpenRotation = {
  timezone: string;
  first: Temporal.PlainDateTime;
  /** How long a shift is on the wall clock. */
  step: { hours: number } | { days: number };
  shiftHours: number;
};

const HOUR_MS = 3_600_000;
const HOURS: Readonly<Record<Rotation['every'], number>> = { hour: 1, day: 24, week: 168 };

/** How long a shift is on the wall clock. */
export function shiftLengthMs(rotation: Rotation): number {
  return HOURS[rotation.every] * rotation.length * HOUR_MS;
}

/** Finds the first handover on or after the day the rotation starts. */
export function openRotation(rotation: Rotation, scheduleTimezone: string): OpenRotation {
  const timezone = rotation.timezone ?? scheduleTimezone;
  const starts = Temporal.PlainDate.from(rotation.startsOn);
  const wanted = rotation.handoverDay === undefined ? starts.dayOfWeek : WEEKDAYS.indexOf(rotation.handoverDay) + 1;
  const first = starts
    .add({ days: rotation.every === 'week' ? (wanted - starts.dayOfWeek + 7) % 7 : 0 })
    .toPlainDateTime(Temporal.PlainTime.from(rotation.handoverAt));
  const shiftHours = shiftLengthMs(rotation) / HOUR_MS;
  const step = rotation.every === 'hour' ? { hours: shiftHours } : { days: shiftHours / 24 };
  return { timezone, first, step, shiftHours };
}

/**
 * When the shift with this number begins. Handovers stay where they are on the wall clock, so a shift across a change of
 * daylight saving is an hour shorter or longer. Never before an earlier handover, also where a zone skips a whole day.
 */
export function handoverMs(rotation: OpenRotation, index: number): number {
  const local = localHandover(rotation, index);
  let at = instantOf(local, rotation.timezone);
  if (!isSkipped(local, rotation.timezone)) return at;
  for (let later = index + 1; ; later += 1) {
    const next = localHandover(rotation, later);
    at = Math.min(at, instantOf(next, rotation.timezone));
    if (!isSkipped(next, rotation.timezone)) return at;
  }
}

function localHandover({ first, step }: OpenRotation, index: number): Temporal.PlainDateTime {
  return 'hours' in step ? first.add({ hours: step.hours * index }) : first.add({ days: step.days * index });
}

/** The number of the shift under way; null before the first handover. */
export function shiftIndexAt(rotation: OpenRotation, atMs: number): number | null {
  const passedHours = rotation.first.until(localAt(atMs, rotation.timezone), { largestUnit: 'hours' }).total('hours');
  // Daylight saving and skipped days put this one off at most; the handovers themselves decide.
  let index = Math.max(0, Math.floor(passedHours / rotation.shiftHours));
  while (index > 0 && handoverMs(rotation, index) > atMs) index -= 1;
  while (handoverMs(rotation, index + 1) <= atMs) index += 1;
  return handoverMs(rotation, index) <= atMs ? index : null;
}
