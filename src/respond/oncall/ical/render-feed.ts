import type { CalendarFeed } from '../../../contract/oncall-api.ts';
import type { Queryable } from '../../../platform/db/database.ts';
import { findDefinition, listDefinitions } from '../definitions/definition-store.ts';
import { listOverrides, toSpan } from '../override-store.ts';
import { shiftsBetween } from '../schedules/shifts.ts';
import { renderIcal } from './render-ical.ts';

const DAY_MS = 86_400_000;
const BEHIND_MS = 14 * DAY_MS;
const AHEAD_MS = 120 * DAY_MS;

/** The calendar behind a feed: two weeks back, four months ahead. Empty where its schedule is gone. */
export async function renderFeed(db: Queryable, feed: CalendarFeed, at: Date): Promise<string> {
  const range = { start: at.getTime() - BEHIND_MS, end: at.getTime() + AHEAD_MS };
  const one = feed.about === 'schedule' ? await findDefinition(db, 'schedule', feed.name) : null;
  const schedules = feed.about === 'schedule' ? (one ? [one] : []) : await listDefinitions(db, 'schedule');
  const events = [];
  for (const { name, spec } of schedules) {
    const overrides = await listOverrides(db, name, { from: new Date(range.start), to: new Date(range.end) });
    for (const shift of shiftsBetween(spec, overrides.map(toSpan), range)) {
      if (feed.about === 'user' && shift.user !== feed.name) continue;
      // Cut by the range: its real start is not known here, and with another start it would be another event.
      if (shift.start === range.start) continue;
      const instead = shift.insteadOf ? ` (instead of ${shift.insteadOf})` : '';
      events.push({
        // The same shift keeps its id, so that a reader moves it instead of showing it twice.
        uid: `${name}-${shift.layer ?? 'override'}-${shift.start}-${shift.user}@holdfast`,
        startMs: shift.start,
        endMs: shift.end,
        summary: feed.about === 'user' ? `On call: ${name}` : `${shift.user} on call: ${name}`,
        description: `${shift.user}${instead}, ${shift.layer ? `layer ${shift.layer}` : 'by override'} of schedule ${name}`,
      });
    }
  }
  const name = feed.about === 'user' ? `On call: ${feed.name}` : `On call: ${feed.name} (all)`;
  return renderIcal({ name, stampMs: at.getTime(), events });
}
