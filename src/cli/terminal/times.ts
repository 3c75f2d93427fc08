const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** `340 ms`, `12 s`, `4 min 10 s`, `2 h 5 min`, `3 d 4 h`: two units at most. */
export function formatDuration(ms: number): string {
  if (ms < SECOND_MS) return `${Math.max(0, Math.round(ms))} ms`;
  const units = [
    ['d', DAY_MS],
    ['h', HOUR_MS],
    ['min', MINUTE_MS],
    ['s', SECOND_MS],
  ] as const;
  const first = units.findIndex(([, size]) => ms >= size);
  const [name, size] = units[first]!;
  const next = units[first + 1];
  const rest = next ? Math.floor((ms % size) / next[1]) : 0;
  return `${Math.floor(ms / size)} ${name}${next && rest > 0 ? ` ${rest} ${next[0]}` : ''}`;
}

/** `just now`, `4 min ago`, `in 3 h`; after a day the date with its zone. A null is `never`. */
export function formatWhen(at: string | null, now: Date): string {
  if (at === null) return 'never';
  const awayMs = now.getTime() - new Date(at).getTime();
  const sizeMs = Math.abs(awayMs);
  if (sizeMs >= DAY_MS) return formatDate(at);
  if (sizeMs < SECOND_MS) return 'just now';
  const [size, unit] = sizeMs >= HOUR_MS ? [HOUR_MS, 'h'] : sizeMs >= MINUTE_MS ? [MINUTE_MS, 'min'] : [SECOND_MS, 's'];
  const amount = `${Math.floor(sizeMs / Number(size))} ${unit}`;
  return awayMs >= 0 ? `${amount} ago` : `in ${amount}`;
}

/** `2026-03-01 14:05 UTC`. */
export function formatDate(at: string): string {
  return `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`;
}

/** `14:05:09`, of a time within the day that is shown. */
export function formatClock(at: string): string {
  return at.slice(11, 19);
}

/** `1.4 MB`: decimal units, as disks are sold and `ls --si` prints. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1_000 && unit < units.length - 1) {
    value /= 1_000;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** `1 step`, `3 steps`. */
export function count(amount: number, one: string, many = `${one}s`): string {
  return `${amount} ${amount === 1 ? one : many}`;
}
