const SIMPLE: Record<string, string> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
};

/**
 * The text of a Go string, raw string or character literal, its quotes included; null when it is none. Bytes that make no
 * UTF-8 become U+FFFD: texts here are Unicode.
 */
export function unquoteLiteral(literal: string): string | null {
  const quote = literal[0] ?? '';
  if (literal.length < 2 || literal.at(-1) !== quote) return null;
  const inner = literal.slice(1, -1);
  if (quote === '`') return inner.replaceAll('\r', '');
  if (!inner.includes('\\')) return inner;
  const parts: (string | number)[] = [];
  for (let at = 0; at < inner.length; at += 1) {
    const character = inner[at] ?? '';
    if (character !== '\\') {
      parts.push(character);
      continue;
    }
    at += 1;
    const kind = inner[at] ?? '';
    const simple = SIMPLE[kind];
    const octal = /^[0-7]{3}/.exec(inner.slice(at, at + 3))?.[0];
    if (simple !== undefined && !((kind === "'" || kind === '"') && kind !== quote)) parts.push(simple);
    else if (octal) {
      const byte = Number.parseInt(octal, 8);
      if (byte > 255) return null;
      parts.push(byte);
      at += 2;
    } else {
      const digits = { x: 2, u: 4, U: 8 }[kind];
      const hex = digits ? inner.slice(at + 1, at + 1 + digits) : '';
      if (!digits || hex.length !== digits || !/^[0-9a-fA-F]+$/.test(hex)) return null;
      const code = Number.parseInt(hex, 16);
      if (kind === 'x') parts.push(code);
      else if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return null;
      else parts.push(String.fromCodePoint(code));
      at += digits;
    }
  }
  if (parts.every((part) => typeof part === 'string')) return parts.join('');
  return Buffer.concat(
    parts.map((part) => (typeof part === 'number' ? Buffer.from([part]) : Buffer.from(part, 'utf8'))),
  ).toString('utf8');
}
