import type { OnCallNow, Override, ScheduleSpec, ShiftBody } from '../../contract/oncall.ts';
import type { Queryable } from '../../platform/db/database.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import { findDefinition, listDefinitions } from './definitions/definition-store.ts';
import { listOverrides, toSpan } from './override-store.ts';
import { explainOnCall } from './schedules/explain-on-call.ts';
import { shiftLengthMs } from './schedules/rotation.ts';
import { type OverrideSpan, type Shift, shiftsBetween } from './schedules/shifts.ts';
import { LOOK_AHEAD_MS, nextHandover, whoIsOnCall } from './schedules/who-is-on-call.ts';

const DAY_MS = 86_400_000;
/** Shifts are calculated, not stored; nobody needs more than this at once. */
const LONGEST_RANGE_MS = 400 * DAY_MS;

/** So many take a third of a second, in which nothing else happens. */
const MOST_HANDOVERS = 10_000;
/** Times that shifts are calculated for: before and after, years have other numbers of digits. */
const EARLIEST_MS = Date.UTC(1900, 0, 1);
const LATEST_MS = Date.UTC(9900, 0, 1);

function assertReckonable(at: Date): void {
  if (at.getTime() < EARLIEST_MS || at.getTime() > LATEST_MS) throw outOfRange('the time is not between 1900 and 9900');
}

function outOfRange(message: string): HoldfastError {
  return new HoldfastError({
    code: 'oncall.range',
    kind: 'invalid',
    message,
    hint: 'Ask for another or a shorter time.',
  });
}

/** A schedule, with the overrides that touch a time. @throws HoldfastError missing `schedule.missing` */
export async function readSchedule(
  db: Queryable,
  name: string,
  range: { from: Date; to: Date },
): Promise<{ spec: ScheduleSpec; overrides: Override[]; spans: OverrideSpan[] }> {
  const found = await findDefinition(db, 'schedule', name);
  if (!found) {
    throw new HoldfastError({
      code: 'schedule.missing',
      kind: 'missing',
      message: `there is no schedule "${name}"`,
      hint: '`holdfast oncall schedules` lists them.',
    });
  }
  const overrides = await listOverrides(db, name, range);
  return { spec: found.spec, overrides, spans: overrides.map(toSpan) };
}

/** Who is on call in a schedule at an instant, why, until when and who comes next. */
export async function readOnCallNow(db: Queryable, schedule: string, at: Date): Promise<OnCallNow> {
  assertReckonable(at);
  const { spec, spans } = await readSchedule(db, schedule, { from: at, to: new Date(at.getTime() + LOOK_AHEAD_MS) });
  return tellNow(schedule, spec, spans, at);
}

/** The same of every schedule. */
export async function listOnCallNow(db: Queryable, at: Date): Promise<OnCallNow[]> {
  const schedules = await listDefinitions(db, 'schedule');
  return Promise.all(schedules.map(({ name }) => readOnCallNow(db, name, at)));
}

function tellNow(schedule: string, spec: ScheduleSpec, spans: readonly OverrideSpan[], at: Date): OnCallNow {
  const onCall = whoIsOnCall(spec, spans, at.getTime());
  const next = nextHandover(spec, spans, at.getTime());
  return {
    schedule,
    at: at.toISOString(),
    user: onCall.user,
    layer: onCall.layer,
    overrideId: onCall.override?.id ?? null,
    until: next ? new Date(next.atMs).toISOString() : null,
    next: next?.user ?? null,
    explanation: explainOnCall(spec, onCall),
  };
}

/** Shifts of a schedule between two instants. @throws HoldfastError `oncall.range`, `schedule.missing` */
export async function readShifts(
  db: Queryable,
  schedule: string,
  range: { from: Date; to: Date; layer: string | null },
): Promise<ShiftBody[]> {
  const lengthMs = range.to.getTime() - range.from.getTime();
  if (lengthMs <= 0) throw outOfRange('`to` must be after `from`');
  if (lengthMs > LONGEST_RANGE_MS) throw outOfRange('more than 400 days at once');
  assertReckonable(range.from);
  const { spec, spans } = await readSchedule(db, schedule, range);
  const handovers = spec.layers.reduce((sum, layer) => sum + lengthMs / shiftLengthMs(layer.rotation), 0);
  if (handovers > MOST_HANDOVERS) throw outOfRange(`more than ${MOST_HANDOVERS} handovers at once`);
  const span = { start: range.from.getTime(), end: range.to.getTime() };
  return shiftsBetween(spec, spans, span, range.layer).map(toShiftBody);
}

function toShiftBody(shift: Shift): ShiftBody {
  return {
    start: new Date(shift.start).toISOString(),
    end: new Date(shift.end).toISOString(),
    user: shift.user,
    layer: shift.layer,
    insteadOf: shift.insteadOf,
    overrideId: shift.overrideId,
  };
}
