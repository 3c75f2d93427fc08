import { type CalendarSpec, WEEKDAYS } from '../../../contract/oncall.ts';
import { openSpans, type Span, spanOn } from './week-windows.ts';
import { localAt } from './zone.ts';

/** No calendar is looked through further than this for a working day. */
const FARTHEST_DAYS = 400;

/** Monday to Friday, nine to five, no holidays: what counts until somebody writes a calendar. */
export function defaultCalendar(timezone: string): CalendarSpec {
  return { timezone, hours: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', to: '17:00' }], holidays: [] };
}

/** Whether somebody works at this instant. */
export function isWorkingTime(calendar: CalendarSpec, atMs: number): boolean {
  return openSpans(calendar.hours, calendar.timezone, { start: atMs, end: atMs + 1 }, isHoliday(calendar)).length > 0;
}

/**
 * The working hours of the n-th business day after the day of an instant, from its first opening to its last closing.
 * Null for a calendar without a working day within a year.
 */
export function nextBusinessDay(calendar: CalendarSpec, atMs: number, n = 1): Span | null {
  const closed = isHoliday(calendar);
  let date = localAt(atMs, calendar.timezone).toPlainDate();
  let left = n;
  for (let looked = 0; looked < FARTHEST_DAYS; looked += 1) {
    date = date.add({ days: 1 });
    if (closed(date)) continue;
    const spans = calendar.hours
      .filter((window) => window.days.includes(WEEKDAYS[date.dayOfWeek - 1]!))
      .map((window) => spanOn(window, date, calendar.timezone));
    if (spans.length === 0) continue;
    left -= 1;
    if (left > 0) continue;
    return {
      start: Math.min(...spans.map((span) => span.start)),
      end: Math.max(...spans.map((span) => span.end)),
    };
  }
  return null;
}

function isHoliday(calendar: CalendarSpec): (date: { toString(): string }) => boolean {
  const days = new Set(calendar.holidays);
  return (date) => days.has(date.toString());
}
