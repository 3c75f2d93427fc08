const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

// Made once: a list of old entries formats hundreds of times a second.
const DAY_THIS_YEAR = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});
const DAY_OTHER_YEAR = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
const EXACT = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  timeZoneName: 'short',
});
const CLOCK = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const DATE = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });

/** A length of time for people: `258 ms`, `4.2 s`, `12 s`, `5 min 3 s`, `2 h 5 min`, `3 d 4 h`. */
export function formatDuration(ms: number): string {
  const whole = Math.max(0, ms);
  if (whole < SECOND_MS) return `${Math.round(whole)} ms`;
  if (whole < 10 * SECOND_MS) return `${trimZero((whole / SECOND_MS).toFixed(1))} s`;
  if (whole < MINUTE_MS) return `${Math.floor(whole / SECOND_MS)} s`;
  if (whole < HOUR_MS) return twoUnits(whole, [MINUTE_MS, 'min'], [SECOND_MS, 's']);
  if (whole < DAY_MS) return twoUnits(whole, [HOUR_MS, 'h'], [MINUTE_MS, 'min']);
  return twoUnits(whole, [DAY_MS, 'd'], [HOUR_MS, 'h']);
}

/** A countdown or an age that ticks: whole seconds below a minute, else as formatDuration without its seconds past ten minutes. */
export function formatSpan(ms: number): string {
  const whole = Math.max(0, ms);
  if (whole < MINUTE_MS) return `${Math.floor(whole / SECOND_MS)} s`;
  if (whole >= 10 * MINUTE_MS && whole < HOUR_MS) return `${Math.floor(whole / MINUTE_MS)} min`;
  return formatDuration(whole);
}

/** Relative up to a day, then the date: `just now`, `12 s ago`, `4 min ago`, `in 2 h`, `21 Nov, 09:52`. */
export function formatRelative(at: string, nowMs: number): string {
  const atMs = Date.parse(at);
  const ageMs = nowMs - atMs;
  const distance = Math.abs(ageMs);
  if (distance >= DAY_MS) return formatDay(atMs, nowMs);
  if (distance < 3 * SECOND_MS) return 'just now';
  const span =
    distance < MINUTE_MS
      ? `${Math.floor(distance / SECOND_MS)} s`
      : distance < HOUR_MS
        ? `${Math.floor(distance / MINUTE_MS)} min`
        : `${Math.floor(distance / HOUR_MS)} h`;
  return ageMs >= 0 ? `${span} ago` : `in ${span}`;
}

function formatDay(atMs: number, nowMs: number): string {
  const sameYear = new Date(atMs).getFullYear() === new Date(nowMs).getFullYear();
  return (sameYear ? DAY_THIS_YEAR : DAY_OTHER_YEAR).format(atMs);
}

/** The exact time in the reader's zone and in UTC: `21 Nov 2026, 10:52:51 CET (09:52:51 UTC)`. */
export function formatAbsolute(at: string): string {
  return `${EXACT.format(Date.parse(at))} (${at.slice(11, 19)} UTC)`;
}

/** The clock part in the reader's zone: `10:52:51`. */
export function formatClock(at: string): string {
  return CLOCK.format(Date.parse(at));
}

/** The day in the reader's zone: `Saturday, 21 November 2026`. */
export function formatDate(at: string): string {
  return DATE.format(Date.parse(at));
}

function twoUnits(ms: number, [big, bigName]: [number, string], [small, smallName]: [number, string]): string {
  const whole = Math.floor(ms / big);
  const rest = Math.floor((ms % big) / small);
  return rest === 0 ? `${whole} ${bigName}` : `${whole} ${bigName} ${rest} ${smallName}`;
}

function trimZero(text: string): string {
  return text.endsWith('.0') ? text.slice(0, -2) : text;
}
