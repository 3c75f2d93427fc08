import { type Shape, scalar } from './shape.ts';

const NS_PER_MS = 1_000_000;
const LONGEST_MS = 2 ** 63 / NS_PER_MS;

/** Prometheus' units, largest first: they must be written in this order. */
const PROMETHEUS_UNITS: readonly (readonly [string, number])[] = [
  ['y', 365 * 86_400_000],
  ['w', 7 * 86_400_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
];

/**
 * `1h30m`, `5m`, `0`: a duration as Prometheus and Alertmanager write it.
 * @returns milliseconds, or what is wrong
 */
export function parsePrometheusDuration(written: string): number | string {
  if (written === '0') return 0;
  if (written === '') return 'empty duration string';
  const bad = `not a valid duration string: "${written}"`;
  let totalMs = 0;
  let lastUnit = -1;
  let rest = written;
  while (rest !== '') {
    const [all, digits, unit] = /^(\d+)([^\d]+)/.exec(rest) ?? [];
    if (all === undefined) return bad;
    const index = PROMETHEUS_UNITS.findIndex(([name]) => name === unit);
    if (index < 0) return `unknown unit "${unit}" in duration "${written}"`;
    if (index <= lastUnit) return bad;
    lastUnit = index;
    totalMs += Number(digits) * (PROMETHEUS_UNITS[index]?.[1] ?? 0);
    rest = rest.slice(all.length);
  }
  return totalMs >= LONGEST_MS ? 'duration out of range' : totalMs;
}

const GO_UNITS_MS: Record<string, number> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

/**
 * `1.5h`, `-10s`, `300ms`, `0`: a duration as Go's time.ParseDuration reads it.
 * @returns milliseconds, or what is wrong
 */
export function parseGoDuration(written: string): number | string {
  const bad = `invalid duration "${written}"`;
  const [, sign, body = ''] = /^([-+]?)(.*)$/s.exec(written) ?? [];
  if (body === '0') return 0;
  if (body === '') return bad;
  let totalMs = 0;
  let rest = body;
  while (rest !== '') {
    const [all, number, unit] = /^(\d+\.?\d*|\.\d+)([^\d.]*)/.exec(rest) ?? [];
    if (all === undefined) return bad;
    if (unit === '') return `missing unit in duration "${written}"`;
    const unitMs = Object.hasOwn(GO_UNITS_MS, unit ?? '') ? GO_UNITS_MS[unit ?? ''] : undefined;
    if (unitMs === undefined) return `unknown unit "${unit}" in duration "${written}"`;
    totalMs += Number(number) * unitMs;
    rest = rest.slice(all.length);
  }
  if (totalMs >= LONGEST_MS) return bad;
  return sign === '-' ? -totalMs : totalMs;
}

/** A Prometheus duration in a file, in milliseconds. */
export const prometheusDuration: Shape<number> = durationShape(parsePrometheusDuration);

/** A Go duration in a file, in milliseconds. */
export const goDuration: Shape<number> = durationShape(parseGoDuration);

function durationShape(parse: (written: string) => number | string): Shape<number> {
  return scalar('a duration such as 30s', (written, node, reading) => {
    const parsed = parse(written);
    return typeof parsed === 'number' ? parsed : reading.report(node, parsed);
  });
}
