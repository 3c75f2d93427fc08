/** Go's `strconv.Quote` and `strconv.Unquote` for double-quoted texts: label sets and matchers are written that way. */

const SHORT: Record<string, string> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};
/** What Go calls printable: letters, marks, numbers, punctuation, symbols and the plain space. */
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;
const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;

/** A double-quoted Go string literal. */
export function quote(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`;
  let quoted = '"';
  for (const character of text) {
    const short = SHORT[character];
    const code = character.codePointAt(0) ?? 0;
    if (short !== undefined) quoted += short;
    else if (code >= 0xd800 && code <= 0xdfff) quoted += '\\ufffd';
    else if (PRINTABLE.test(character)) quoted += character;
    else if (code < 0x20 || code === 0x7f) quoted += `\\x${code.toString(16).padStart(2, '0')}`;
    else if (code <= 0xffff) quoted += `\\u${code.toString(16).padStart(4, '0')}`;
    else quoted += `\\U${code.toString(16).padStart(8, '0')}`;
  }
  return `${quoted}"`;
}

const SIMPLE_ESCAPES: Record<string, number> = {
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  '\\': 0x5c,
  '"': 0x22,
};
const HEX_DIGITS: Record<string, number> = { x: 2, u: 4, U: 8 };
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/**
 * The text of a double-quoted Go string literal; null when it is none, or when its bytes are no UTF-8 (`"\xff"`).
 * @param literal with its quotes
 */
export function unquote(literal: string): string | null {
  if (literal.length < 2 || !literal.startsWith('"') || !literal.endsWith('"')) return null;
  const inner = literal.slice(1, -1);
  if (!inner.includes('\\')) return inner.includes('"') || inner.includes('\n') ? null : inner;
  const bytes: number[] = [];
  for (let index = 0; index < inner.length; ) {
    const character = String.fromCodePoint(inner.codePointAt(index) ?? 0);
    index += character.length;
    if (character === '"' || character === '\n') return null;
    if (character !== '\\') {
      bytes.push(...encoder.encode(character));
      continue;
    }
    const read = readEscape(inner, index);
    if (read === null) return null;
    bytes.push(...read.bytes);
    index = read.next;
  }
  try {
    return strictDecoder.decode(Uint8Array.from(bytes));
  } catch {
    return null;
  }
}

/** What stands behind a backslash at `index`. */
function readEscape(text: string, index: number): { bytes: Iterable<number>; next: number } | null {
  const kind = text[index] ?? '';
  const simple = SIMPLE_ESCAPES[kind];
  if (simple !== undefined) return { bytes: [simple], next: index + 1 };
  const octal = /^[0-7]{3}/.exec(text.slice(index, index + 3))?.[0];
  if (octal !== undefined) {
    const value = Number.parseInt(octal, 8);
    return value > 255 ? null : { bytes: [value], next: index + 3 };
  }
  const digits = HEX_DIGITS[kind];
  if (digits === undefined) return null;
  const hex = text.slice(index + 1, index + 1 + digits);
  if (hex.length !== digits || !/^[0-9a-fA-F]+$/.test(hex)) return null;
  const value = Number.parseInt(hex, 16);
  const next = index + 1 + digits;
  if (kind === 'x') return { bytes: [value], next };
  if (value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) return null;
  return { bytes: encoder.encode(String.fromCodePoint(value)), next };
}
