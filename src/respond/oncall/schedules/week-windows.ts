import { Temporal } from 'temporal-polyfill';
import { WEEKDAYS, type WeekWindow } from '../../../contract/oncall.ts';
import { instantOf, localAt } from './zone.ts';

/** From, inclusive, to, exclusive, in milliseconds. */
export type Span = { start: number; end: number };

/**
 * When the windows are open between two instants: sorted, apart from each other, cut to the range.
 * @param isClosed leaves out windows that begin on such a day (holidays)
 */
export function openSpans(
  windows: readonly WeekWindow[],
  timezone: string,
  range: Span,
  isClosed: (date: Temporal.PlainDate) => boolean = () => false,
): Span[] {
  const spans: Span[] = [];
  // A window that crosses midnight began the day before.
  let date = localAt(range.start, timezone).toPlainDate().subtract({ days: 1 });
  const last = localAt(range.end, timezone).toPlainDate();
  for (; Temporal.PlainDate.compare(date, last) <= 0; date = date.add({ days: 1 })) {
    if (isClosed(date)) continue;
    for (const window of windows) {
      if (!window.days.includes(WEEKDAYS[date.dayOfWeek - 1]!)) continue;
      const span = spanOn(window, date, timezone);
      const [start, end] = [Math.max(span.start, range.start), Math.min(span.end, range.end)];
      if (start < end) spans.push({ start, end });
    }
  }
  return mergeSpans(spans);
}

/** A window's span when it begins on a day. */
export function spanOn(window: WeekWindow, date: Temporal.PlainDate, timezone: string): Span {
  const at = (day: Temporal.PlainDate, time: string) =>
    instantOf(day.toPlainDateTime(Temporal.PlainTime.from(time)), timezone);
  const endsNextDay = window.to === '24:00' || window.to <= window.from;
  return {
    start: at(date, window.from),
    end: endsNextDay ? at(date.add({ days: 1 }), window.to === '24:00' ? '00:00' : window.to) : at(date, window.to),
  };
}

function mergeSpans(spans: readonly Span[]): Span[] {
  const merged: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.start - b.start)) {
    const before = merged.at(-1);
    if (before && span.start <= before.end) before.end = Math.max(before.end, span.end);
    else merged.push({ ...span });
  }
  return merged;
}
