/** A unit and how many of the smallest one it is. */
type Units = Readonly<Record<string, number>>;

const DURATION_MS: Units = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

const SIZE_BYTES: Units = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

/** `5m`, `1.5s`, `1h30m` in whole milliseconds; null for anything else, a number without a unit included. */
export function parseDurationMs(text: string): number | null {
  return parseUnits(text, DURATION_MS);
}

/** `512MiB`, `1GB` in whole bytes; null for anything else. */
export function parseSizeBytes(text: string): number | null {
  return parseUnits(text, SIZE_BYTES);
}

function parseUnits(text: string, units: Units): number | null {
  // Bounded, so that no input makes the expressions below slow.
  if (text.length > 40 || !/^(?:\d+(?:\.\d+)?[A-Za-z]+)+$/.test(text)) return null;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)([A-Za-z]+)/g)) {
    const factor = unit !== undefined && Object.hasOwn(units, unit) ? units[unit] : undefined;
    if (factor === undefined) return null;
    total += Number(amount) * factor;
  }
  const whole = Math.round(total);
  // 0.1ms or 1.5B: not a whole number of the smallest unit, so not what its writer thinks it is.
  return Number.isSafeInteger(whole) && Math.abs(total - whole) < 1e-6 ? whole : null;
}
