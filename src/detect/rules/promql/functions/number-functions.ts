/** Functions of each value alone. */
export const NUMBER_FUNCTIONS: Readonly<Record<string, (value: number) => number>> = {
  abs: Math.abs,
  ceil: Math.ceil,
  floor: Math.floor,
  sqrt: Math.sqrt,
  exp: Math.exp,
  ln: Math.log,
  log2,
  log10: (value) => log2(value) * (Math.LN2 / Math.LN10),
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  asinh: Math.asinh,
  acosh: Math.acosh,
  atanh: Math.atanh,
  rad: (value) => (value * Math.PI) / 180,
  deg: (value) => (value * 180) / Math.PI,
  sgn: (value) => (value < 0 ? -1 : value > 0 ? 1 : value),
};

export const roundTo = (value: number, nearest: number): number => {
  // The inverse of 0.1 is exact where 0.1 is not.
  const inverse = 1 / nearest;
  return Math.floor(value * inverse + 0.5) / inverse;
};

export const clampTo = (value: number, least: number, most: number): number => larger(least, smaller(most, value));

/** As Go has them: the infinite bound wins over what is no number. */
const larger = (one: number, other: number) =>
  one === Number.POSITIVE_INFINITY || other === Number.POSITIVE_INFINITY
    ? Number.POSITIVE_INFINITY
    : Math.max(one, other);
const smaller = (one: number, other: number) =>
  one === Number.NEGATIVE_INFINITY || other === Number.NEGATIVE_INFINITY
    ? Number.NEGATIVE_INFINITY
    : Math.min(one, other);

/** As Go calculates it: exact for powers of two, and the last digit of the others the same. */
function log2(value: number): number {
  if (!(value > 0) || !Number.isFinite(value)) return Math.log2(value);
  const [fraction, exponent] = splitExponent(value);
  return fraction === 0.5 ? exponent - 1 : Math.log(fraction) * (1 / Math.LN2) + exponent;
}

/** A fraction from 0.5 to below 1 and the power of two it is to be multiplied by. */
function splitExponent(value: number): [number, number] {
  const view = new DataView(new ArrayBuffer(8));
  const isSmall = value < 2 ** -1022;
  view.setFloat64(0, isSmall ? value * 2 ** 52 : value);
  const bits = view.getUint16(0);
  view.setUint16(0, (bits & 0x800f) | (1022 << 4));
  return [view.getFloat64(0), ((bits >> 4) & 0x7ff) - 1022 - (isSmall ? 52 : 0)];
}
