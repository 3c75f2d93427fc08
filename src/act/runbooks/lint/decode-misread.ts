/** The characters Windows-1252 puts where Latin-1 has control codes, from 0x80 on; `\0` where it has none. */
const WINDOWS_1252 = '€\0‚ƒ„…†‡ˆ‰Š‹Œ\0Ž\0\0‘’“”•–—˜™š›œ\0žŸ';
const SYMBOL =
  /[\p{Emoji_Presentation}\u2010-\u203A\u2190-\u21FF\u2200-\u22FF\u2500-\u25FF\u2600-\u27BF\u00A0-\u00FF\u0100-\u017F]/u;

/** UTF-8 that was read as Windows-1252, read properly; null where the text is no such thing. */
export function decodeMisread(text: string): string | null {
  const bytes: number[] = [];
  for (const char of text) {
    const code = char.codePointAt(0)!;
    const place = code > 0xff ? WINDOWS_1252.indexOf(char) : -1;
    if (code > 0xff && place < 0) return null;
    bytes.push(code > 0xff ? 0x80 + place : code);
  }
  try {
    const decoded = new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(bytes));
    return [...decoded].length === 1 && SYMBOL.test(decoded) ? decoded : null;
  } catch {
    return null;
  }
}
