import type { Layer, Rotation, ScheduleSpec, Weekday } from '../../../contract/oncall.ts';
import type { OnCall } from './who-is-on-call.ts';
import { localAt } from './zone.ts';

const DAY_NAMES: Readonly<Record<Weekday, string>> = {
  mon: 'Monday',
  tue: 'Tuesday',
  wed: 'Wednesday',
  thu: 'Thursday',
  fri: 'Friday',
  sat: 'Saturday',
  sun: 'Sunday',
};
const NAMES_BY_NUMBER = Object.values(DAY_NAMES);
const EVERY: Readonly<Record<Rotation['every'], [one: string, many: string]>> = {
  hour: ['hourly', 'hour'],
  day: ['daily', 'day'],
  week: ['weekly', 'week'],
};

/** Why this person is on call, in one line that can be checked against the schedule. */
export function explainOnCall(schedule: ScheduleSpec, onCall: OnCall): string {
  const layer = schedule.layers.find((each) => each.name === onCall.layer);
  const rotated =
    layer && onCall.index !== null
      ? `layer "${layer.name}", ${describeRotation(schedule, layer)}, position ${(onCall.index % layer.participants.length) + 1} of ${layer.participants.length}: ${onCall.insteadOf ?? onCall.user}`
      : null;
  if (onCall.override) {
    const { override } = onCall;
    const until = formatLocal(override.end, schedule.timezone);
    const whose = override.replaces === null ? 'for everybody' : `for ${override.replaces}`;
    const overridden = `override ${override.id} ${whose}: ${override.user} until ${until} ${schedule.timezone}`;
    return rotated ? `${rotated}; ${overridden}` : `nobody by rotation; ${overridden}`;
  }
  if (rotated) return rotated;
  return `nobody: ${schedule.layers.map(describeWhyNot(schedule)).join('; ')}`;
}

const describeWhyNot = (schedule: ScheduleSpec) => (layer: Layer) =>
  layer.only
    ? `layer "${layer.name}" (${describeRotation(schedule, layer)}) is only at certain hours`
    : `layer "${layer.name}" (${describeRotation(schedule, layer)}) has not begun`;

function describeRotation(schedule: ScheduleSpec, layer: Layer): string {
  const { rotation } = layer;
  const [one, many] = EVERY[rotation.every];
  const rhythm = rotation.length === 1 ? `${one} rotation` : `rotation every ${rotation.length} ${many}s`;
  const start = new Date(`${rotation.startsOn}T00:00:00Z`);
  const day = rotation.handoverDay ? DAY_NAMES[rotation.handoverDay] : NAMES_BY_NUMBER[(start.getUTCDay() + 6) % 7];
  const handover = rotation.every === 'week' ? `${day} ${rotation.handoverAt}` : rotation.handoverAt;
  return `${rhythm} since ${rotation.startsOn}, handover ${handover} ${rotation.timezone ?? schedule.timezone}`;
}

/** `2026-03-29 09:00` on the wall clock there. */
export function formatLocal(atMs: number, timezone: string): string {
  return localAt(atMs, timezone).toString({ smallestUnit: 'minute' }).replace('T', ' ');
}
