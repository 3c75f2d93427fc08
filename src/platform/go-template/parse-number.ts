import { unquoteLiteral } from './unquote.ts';

/** A constant: what it is as an integer, if it is one, and as a float. */
export type NumberConstant = { int: bigint | null; float: number; isFloat: boolean };

/** A Go number or character constant. @returns what is wrong when it is none */
export function parseNumber(text: string, isChar: boolean): NumberConstant | string {
  if (isChar) {
    const value = unquoteLiteral(text);
    const code = value === null || [...value].length !== 1 ? undefined : value.codePointAt(0);
    if (code === undefined) return `malformed character constant: ${text}`;
    return { int: BigInt(code), float: code, isFloat: false };
  }
  const bad = `illegal number syntax: ${JSON.stringify(text)}`;
  if (text.endsWith('i') && !/^[+-]?0x/i.test(text))
    return `complex numbers are not supported: ${JSON.stringify(text)}`;
  const [, sign, digits = ''] = /^([+-]?)(.*)$/.exec(text) ?? [];
  if (/(^_)|__|_$|_\.|\._/.test(digits.replace(/^0[xob]_/i, '0x'))) return bad;
  const plain = digits.replaceAll('_', '');
  const negative = sign === '-';
  const int = parseInteger(plain);
  if (int !== null) {
    const value = negative ? -int : int;
    if (value > 0xffff_ffff_ffff_ffffn || value < -0x8000_0000_0000_0000n)
      return `integer overflow: ${JSON.stringify(text)}`;
    return { int: value, float: Number(value), isFloat: false };
  }
  const float = parseFloatText(plain);
  if (float === null) return bad;
  const value = negative ? -float : float;
  return {
    int: Number.isInteger(value) && Math.abs(value) < 2 ** 63 ? BigInt(value) : null,
    float: value,
    isFloat: true,
  };
}

function parseInteger(digits: string): bigint | null {
  if (/^0[xX][0-9a-fA-F]+$/.test(digits) || /^0[bB][01]+$/.test(digits) || /^0[oO][0-7]+$/.test(digits))
    return BigInt(digits.toLowerCase());
  if (/^0[0-7]+$/.test(digits)) return BigInt(`0o${digits.slice(1)}`);
  return /^(0|[1-9]\d*)$/.test(digits) ? BigInt(digits) : null;
}

function parseFloatText(digits: string): number | null {
  if (/^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(digits)) {
    const value = Number(digits);
    return Number.isFinite(value) ? value : null;
  }
  const [, whole = '', fraction = '', exponent] = /^0x([0-9a-f]*)\.?([0-9a-f]*)p([+-]?\d+)$/i.exec(digits) ?? [];
  if (exponent === undefined || whole + fraction === '') return null;
  const value = Number.parseInt(whole + fraction, 16) * 2 ** (Number(exponent) - 4 * fraction.length);
  return Number.isFinite(value) ? value : null;
}
