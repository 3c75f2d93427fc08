import type { NewOverride, ScheduleSpec } from '../../../contract/oncall.ts';
import { type OverrideSpan, shiftsBetween } from '../schedules/shifts.ts';
import type { PagerDutySchedule, Reference } from './pagerduty-shapes.ts';

const MOST_TOLD = 3;

/** Tells where the shifts that PagerDuty computed itself are not those of the definition. */
export function compareRendered(
  schedule: PagerDutySchedule,
  converted: { spec: ScheduleSpec; overrides: readonly NewOverride[]; nowMs: number },
  findUser: (reference: Reference) => string | null,
  note: (message: string) => void,
): void {
  // Overrides that are over are not carried over, so what was is not compared.
  const entries = (schedule.final_schedule?.rendered_schedule_entries ?? []).filter(
    ({ start }) => Date.parse(start) >= converted.nowMs,
  );
  const overrides = converted.overrides.map(
    (override, index): OverrideSpan => ({
      id: String(index),
      user: override.user,
      replaces: null,
      layer: null,
      start: Date.parse(override.start),
      end: Date.parse(override.end),
    }),
  );
  const differing = entries.flatMap((entry) => {
    const theirs = entry.user ? findUser(entry.user) : null;
    const span = { start: Date.parse(entry.start), end: Date.parse(entry.end) };
    const ours = shiftsBetween(converted.spec, overrides, span);
    const coveredMs = ours.reduce((sum, shift) => sum + (shift.user === theirs ? shift.end - shift.start : 0), 0);
    if (coveredMs >= span.end - span.start) return [];
    const [other] = ours.filter(({ user }) => user !== theirs);
    return [`from ${entry.start} ${theirs ?? 'nobody'} is on call there and ${other?.user ?? 'nobody'} here`];
  });
  const more = differing.length > MOST_TOLD ? `; and ${differing.length - MOST_TOLD} more` : '';
  if (differing.length > 0) note(`its shifts differ: ${differing.slice(0, MOST_TOLD).join('; ')}${more}`);
}
