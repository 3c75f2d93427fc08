const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const WRITTEN = /^(\d+(?:\.\d+)?)\s*(ms|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?)$/i;

/** Milliseconds of `30s`, `5m`, `1h30m`, `15 minutes`; null for anything else. */
export function readDurationMs(written: string): number | null {
  const text = written.trim();
  const single = WRITTEN.exec(text);
  if (single !== null) return Math.round(Number(single[1]) * unitMs(single[2]!));
  if (!/^(?:\d+(?:ms|[smhd]))+$/i.test(text)) return null;
  return [...text.matchAll(/(\d+)(ms|[smhd])/gi)].reduce((sum, part) => sum + Number(part[1]) * unitMs(part[2]!), 0);
}

function unitMs(unit: string): number {
  const lower = unit.toLowerCase();
  return UNIT_MS[lower.startsWith('ms') || lower.startsWith('milli') ? 'ms' : lower[0]!]!;
}
