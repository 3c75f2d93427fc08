const SHORT: Record<string, string> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
};
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

/** A Go literal for a text: `"a\n"`. @param ascii writes everything else as escapes */
export function quoteText(text: string, quote: '"' | "'" = '"', ascii = false): string {
  let quoted = quote as string;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const short = SHORT[character];
    if (character === quote) quoted += `\\${quote}`;
    else if (short !== undefined) quoted += short;
    else if (code >= 0xd800 && code <= 0xdfff) quoted += ascii ? '\\ufffd' : '\ufffd';
    else if (code < 0x7f && code >= 0x20) quoted += character;
    else if (!ascii && PRINTABLE.test(character)) quoted += character;
    else if (code < 0x80) quoted += `\\x${code.toString(16).padStart(2, '0')}`;
    else if (code <= 0xffff) quoted += `\\u${code.toString(16).padStart(4, '0')}`;
    else quoted += `\\U${code.toString(16).padStart(8, '0')}`;
  }
  return quoted + quote;
}
