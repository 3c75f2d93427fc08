import { WEEKDAYS, type Weekday, type WeekWindow } from '../../../contract/oncall.ts';
import type { Restriction } from './pagerduty-shapes.ts';

const DAY_MINUTES = 1_440;

/**
 * Hours of the week as windows; null: there is no limit. A restriction over several days is a window a day.
 * @param note is told what was rounded to a whole minute
 */
export function convertRestrictions(
  restrictions: readonly Restriction[],
  note: (message: string) => void,
): WeekWindow[] | null {
  if (restrictions.length === 0) return null;
  const windows: WeekWindow[] = [];
  for (const restriction of restrictions) {
    const { type, start_time_of_day: start, duration_seconds: seconds } = restriction;
    const [hours = 0, minutes = 0, odd = 0] = start.split(':').map(Number);
    if (odd !== 0 || seconds % 60 !== 0) note(`its hours from ${start} for ${seconds} s are rounded to whole minutes`);
    const from = hours * 60 + minutes;
    const length = Math.ceil((odd + seconds) / 60);
    const isDaily = type === 'daily_restriction';
    if (length >= (isDaily ? DAY_MINUTES : 7 * DAY_MINUTES)) return null;
    const first = isDaily ? 0 : (restriction.start_day_of_week ?? 1) - 1;
    const days = isDaily ? [...WEEKDAYS] : null;
    for (let begin = from, left = length, day = first; left > 0; day += 1, begin = 0) {
      // To the end of the day, or a night that ends on the next one.
      const inDay = DAY_MINUTES - begin;
      const isLast = left <= inDay + (begin > 0 ? begin : 0);
      const taken = isLast ? left : inDay;
      windows.push({
        days: days ?? [WEEKDAYS[day % 7] as Weekday],
        from: clock(begin),
        to: begin + taken === DAY_MINUTES ? '24:00' : clock((begin + taken) % DAY_MINUTES),
      });
      left -= taken;
    }
  }
  return windows;
}

const clock = (minutes: number) =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
