import type { Layer, Rotation } from '../../../contract/oncall.ts';
import { WEEKDAYS } from '../../../contract/oncall.ts';
import { handoverMs, openRotation, shiftIndexAt } from '../schedules/rotation.ts';
import { localAt } from '../schedules/zone.ts';
import { convertRestrictions } from './convert-restrictions.ts';
import type { PagerDutyLayer } from './pagerduty-shapes.ts';

const HOUR_SECONDS = 3_600;
const LONGEST_ROTATION = 1_000;

/**
 * A layer, or null where it cannot be carried over; everything that is not is told.
 * @param participants the users of the layer, in their order
 */
export function convertLayer(
  layer: PagerDutyLayer,
  options: { name: string; timezone: string; participants: readonly string[]; nowMs: number },
  note: (message: string) => void,
): Layer | null {
  const { name, timezone, participants, nowMs } = options;
  const endMs = layer.end ? Date.parse(layer.end) : null;
  if (endMs !== null && endMs <= nowMs) return leaveOut(note, `it ended on ${layer.end}`);
  if (participants.length === 0) return leaveOut(note, 'nobody is in it');
  const turn = turnOf(layer.rotation_turn_length_seconds);
  if (turn === null)
    return leaveOut(note, `turns of ${layer.rotation_turn_length_seconds} s are no whole hours, days or weeks`);
  if (endMs !== null) note(`it ends on ${layer.end}, which is not carried over: take it out then`);

  const virtualMs = Date.parse(layer.rotation_virtual_start);
  const startMs = Math.max(virtualMs, Date.parse(layer.start));
  const rotation = rotationFrom(virtualMs, { turn, timezone });
  if (localAt(virtualMs, timezone).second !== 0) note(`its handovers at ${rotation.handoverAt} lose their seconds`);
  // The turn it begins in comes first, so that before it nobody is on call, and everybody keeps their turns.
  const opened = openRotation(rotation, timezone);
  const index = shiftIndexAt(opened, startMs) ?? 0;
  const firstMs = handoverMs(opened, index);
  if (firstMs < Math.floor(startMs / 60_000) * 60_000)
    note(
      `it starts on ${layer.start}, amid a turn; here it starts with that turn, on ${new Date(firstMs).toISOString()}`,
    );
  const place = index % participants.length;
  const only = convertRestrictions(layer.restrictions ?? [], note);
  return {
    name,
    rotation: rotationFrom(firstMs, { turn, timezone }),
    participants: [...participants.slice(place), ...participants.slice(0, place)],
    ...(only === null ? {} : { only }),
  };
}

type Turn = Pick<Rotation, 'every' | 'length'>;

function turnOf(seconds: number): Turn | null {
  for (const [every, hours] of [
    ['week', 168],
    ['day', 24],
    ['hour', 1],
  ] as const) {
    const length = seconds / (hours * HOUR_SECONDS);
    if (Number.isInteger(length) && length <= LONGEST_ROTATION) return { every, length };
  }
  return null;
}

function rotationFrom(ms: number, { turn, timezone }: { turn: Turn; timezone: string }): Rotation {
  const local = localAt(ms, timezone);
  return {
    ...turn,
    startsOn: local.toPlainDate().toString(),
    handoverAt: local.toPlainTime().toString({ smallestUnit: 'minute', roundingMode: 'trunc' }),
    ...(turn.every === 'week' ? { handoverDay: WEEKDAYS[local.dayOfWeek - 1]! } : {}),
  };
}

function leaveOut(note: (message: string) => void, why: string): null {
  note(`left out: ${why}`);
  return null;
}
