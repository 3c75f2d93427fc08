/**
 * A float in Go's verbs.
 * @param verb `e`, `f`, `g`, `x` or their capitals
 * @param precision null for the fewest digits that say which number it is
 */
export function formatFloat(value: number, verb: string, precision: number | null): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const lower = verb.toLowerCase();
  if (lower === 'x') return verb === 'x' ? hexadecimal(value) : hexadecimal(value).toUpperCase();
  const text =
    lower === 'f' ? fixed(value, precision) : lower === 'e' ? exponential(value, precision) : general(value, precision);
  return verb === lower ? text : text.toUpperCase();
}

function isNegative(value: number): boolean {
  return value < 0 || Object.is(value, -0);
}

function signed(value: number, text: string): string {
  return isNegative(value) && !text.startsWith('-') ? `-${text}` : text;
}

function fixed(value: number, precision: number | null): string {
  if (precision !== null) return signed(value, exact(Math.abs(value), Math.min(precision, 1_100)));
  const [digits, exponent] = shortest(Math.abs(value));
  if (exponent < 0) return signed(value, `0.${'0'.repeat(-exponent - 1)}${digits}`);
  if (digits.length <= exponent + 1) return signed(value, digits.padEnd(exponent + 1, '0'));
  return signed(value, `${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`);
}

/** A float is a whole number of powers of two: exact in decimals, ties to even where toFixed rounds them up. */
function exact(value: number, precision: number): string {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  const raw = bits.getBigUint64(0);
  const biased = Number((raw >> 52n) & 0x7ffn);
  const mantissa = (raw & 0xf_ffff_ffff_ffffn) | (biased === 0 ? 0n : 1n << 52n);
  const power = (biased === 0 ? 1 : biased) - 1_075;
  const scaled = mantissa * 10n ** BigInt(precision);
  const divided = power >= 0 ? scaled << BigInt(power) : roundHalfEven(scaled, BigInt(-power));
  const digits = divided.toString().padStart(precision + 1, '0');
  return precision === 0 ? digits : `${digits.slice(0, -precision)}.${digits.slice(-precision)}`;
}

function roundHalfEven(value: bigint, shift: bigint): bigint {
  const quotient = value >> shift;
  const rest = value - (quotient << shift);
  const half = 1n << (shift - 1n);
  return rest > half || (rest === half && quotient % 2n === 1n) ? quotient + 1n : quotient;
}

function exponential(value: number, precision: number | null): string {
  const size = Math.abs(value);
  const text = precision === null ? size.toExponential() : roundedExponential(size, Math.min(precision, 100));
  return signed(value, twoDigitExponent(text));
}

function twoDigitExponent(text: string): string {
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}

/** `%g`: exponents below -4 and from the precision on, which counts as 6 with fewest digits. */
function general(value: number, precision: number | null): string {
  if (value === 0) return signed(value, '0');
  const size = Math.abs(value);
  const digitCount = precision === 0 ? 1 : precision;
  const [digits, exponent] = digitCount === null ? shortest(size) : rounded(size, Math.min(digitCount, 100));
  const limit = digitCount ?? 6;
  if (exponent < -4 || exponent >= limit) {
    const tail = digits.slice(1);
    return signed(
      value,
      twoDigitExponent(`${digits[0]}${tail ? `.${tail}` : ''}e${exponent < 0 ? '-' : '+'}${Math.abs(exponent)}`),
    );
  }
  if (exponent < 0) return signed(value, `0.${'0'.repeat(-exponent - 1)}${digits}`);
  if (digits.length <= exponent + 1) return signed(value, digits.padEnd(exponent + 1, '0'));
  return signed(value, `${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`);
}

/** The fewest digits that say which number it is, and the exponent of the first. */
function shortest(size: number): [digits: string, exponent: number] {
  return split(size.toExponential());
}

function rounded(size: number, digits: number): [digits: string, exponent: number] {
  const [all, exponent] = split(roundedExponential(size, digits - 1));
  return [all.replace(/0+$/, '') || '0', exponent];
}

function split(text: string): [digits: string, exponent: number] {
  const [mantissa = '', exponent = '0'] = text.split('e');
  return [mantissa.replace('.', ''), Number(exponent)];
}

/** `0x1.4p+01`: the bits as they are. */
function hexadecimal(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return signed(value, '0x0p+00');
  const exponent = Math.max(Math.floor(Math.log2(size)), -1_074);
  let power = exponent;
  let mantissa = size / 2 ** Math.max(power, -1_000) / 2 ** Math.min(power + 1_000, 0);
  while (mantissa >= 2) [mantissa, power] = [mantissa / 2, power + 1];
  while (mantissa < 1) [mantissa, power] = [mantissa * 2, power - 1];
  const shown = Math.abs(power).toString().padStart(2, '0');
  return signed(value, `0x${mantissa.toString(16)}p${power < 0 ? '-' : '+'}${shown}`);
}

/** toExponential with ties to even, where JavaScript rounds them up. */
function roundedExponential(size: number, precision: number): string {
  const text = size.toExponential(precision);
  const longer = size.toExponential(Math.min(100, precision + 30));
  const [mantissa = '', exponent = ''] = longer.split('e');
  const digits = mantissa.replace('.', '');
  const kept = digits.slice(0, precision + 1);
  if (!/^50*$/.test(digits.slice(precision + 1)) || Number(kept.at(-1)) % 2 === 1) return text;
  return `${kept[0]}${precision > 0 ? `.${kept.slice(1)}` : ''}e${exponent}`;
}
