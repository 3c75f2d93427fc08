import { parsePrometheusDuration } from '../../../platform/yaml/durations.ts';
import { PromqlError } from './promql-error.ts';

const ESCAPES: Readonly<Record<string, string>> = {
  ...{ a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '\\': '\\' },
  ...{ "'": "'", '"': '"' },
};

/** The text of a string literal, with Go's escapes. @throws PromqlError */
export function unquote(literal: string): string {
  const quote = literal[0] ?? '';
  const inner = literal.slice(1, -1);
  if (literal.length < 2 || !literal.endsWith(quote)) throw new PromqlError('unterminated quoted string');
  if (quote === '`' || !inner.includes('\\')) return inner;
  const bytes: number[] = [];
  const encoder = new TextEncoder();
  const add = (text: string) => bytes.push(...encoder.encode(text));
  const pattern = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))|[^\\]+/gsy;
  let end = 0;
  for (const match of inner.matchAll(pattern)) {
    const [all, hex, small, large, octal, letter] = match;
    end = match.index + all.length;
    if (hex !== undefined) bytes.push(Number.parseInt(hex, 16));
    else if (octal !== undefined) bytes.push(Number.parseInt(octal, 8) & 0xff);
    else if (small !== undefined || large !== undefined) add(character(Number.parseInt(small ?? large ?? '', 16)));
    else if (letter === undefined) add(all);
    else if (Object.hasOwn(ESCAPES, letter) && !((letter === '"' || letter === "'") && letter !== quote))
      add(ESCAPES[letter] ?? '');
    else throw new PromqlError(`unknown escape sequence \\${letter}`);
  }
  if (end !== inner.length) throw new PromqlError('invalid escape sequence in a quoted string');
  return new TextDecoder().decode(new Uint8Array(bytes));
}

function character(code: number): string {
  if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) throw new PromqlError('escape sequence is no character');
  return String.fromCodePoint(code);
}

/** `1e3`, `0x1F`, `Inf`, `5m`: a duration stands for its seconds. @throws PromqlError */
export function readNumber(written: string): number {
  const [, sign, body = ''] = /^\s*([-+]?)\s*(.*?)\s*$/s.exec(written) ?? [];
  const value = readUnsigned(body);
  return sign === '-' ? -value : value;
}

function readUnsigned(body: string): number {
  if (/^inf(inity)?$/i.test(body)) return Number.POSITIVE_INFINITY;
  if (/^nan$/i.test(body)) return Number.NaN;
  if (/^0x[0-9a-f]+$/i.test(body)) return Number(body);
  const bare = body.replaceAll('_', '');
  // Go reads a whole number with a leading zero as octal where it can.
  if (/^0[0-7]+$/.test(bare)) return Number.parseInt(bare, 8);
  if (/^(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(bare)) return Number(bare);
  return readDurationMs(body) / 1_000;
}

/** A duration of a window or an offset: `5m`, or seconds as a number. @throws PromqlError */
export function readDurationMs(written: string): number {
  const parsed = /^\d+[a-z]/.test(written) && !/^0x/.test(written) ? parsePrometheusDuration(written) : null;
  if (typeof parsed === 'number') return parsed;
  if (typeof parsed === 'string') throw new PromqlError(parsed);
  if (!/^[\d.]/.test(written)) throw new PromqlError(`bad number or duration syntax: ${JSON.stringify(written)}`);
  return Math.trunc(readNumber(written) * 1_000);
}
