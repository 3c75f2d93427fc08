/** What a written threshold is in the base unit series are kept in: seconds, bytes, ratios. */
export type Threshold = { value: number; kind: 'plain' | 'ratio' | 'seconds' | 'bytes' | 'rate'; written: string };

const SECONDS: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  ms: 1e-3,
  s: 1,
  sec: 1,
  m: 60,
  min: 60,
  h: 3_600,
  d: 86_400,
};
const BYTES: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1e3,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};
const PER: Readonly<Record<string, number>> = { s: 1, sec: 1, m: 60, min: 60, h: 3_600 };

/**
 * `1000ms`, `1%`, `10000/s`, `512MiB`, `3`.
 * @returns null for what is no threshold
 */
export function readThreshold(written: string): Threshold | null {
  const [, digits = '', rest = ''] =
    /^\s*([-+]?(?:\d+(?:_\d+)*\.?\d*|\.\d+)(?:e[-+]?\d+)?)\s*(\S*)\s*$/i.exec(written) ?? [];
  if (digits === '') return null;
  const number = Number(digits.replaceAll('_', ''));
  if (!Number.isFinite(number)) return null;
  const made = (kind: Threshold['kind'], value: number): Threshold => ({
    kind,
    value: tidy(value),
    written: written.trim(),
  });
  if (rest === '') return made('plain', number);
  if (rest === '%') return made('ratio', number / 100);
  const per = /^(?:req|requests|rps)?\/(\w+)$/.exec(rest)?.[1];
  if (per !== undefined) return Object.hasOwn(PER, per) ? made('rate', number / (PER[per] ?? 1)) : null;
  if (rest === 'rps') return made('rate', number);
  if (Object.hasOwn(SECONDS, rest)) return made('seconds', number * (SECONDS[rest] ?? 1));
  return Object.hasOwn(BYTES, rest) ? made('bytes', number * (BYTES[rest] ?? 1)) : null;
}

/** Without what binary fractions add: 0.1 % is 0.001. */
const tidy = (value: number) => Number(value.toPrecision(15));
