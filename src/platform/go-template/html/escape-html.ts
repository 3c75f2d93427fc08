const REPLACEMENTS: Readonly<Record<string, string>> = {
  '\0': '\ufffd',
  '"': '&#34;',
  "'": '&#39;',
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
};

/** The `html` function of templates: the five characters that mean something in HTML. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[\0"'&<>]/g, (character) => REPLACEMENTS[character] ?? character);
}

const CONTENT: Readonly<Record<string, string>> = { ...REPLACEMENTS, '+': '&#43;' };
const UNQUOTED: Readonly<Record<string, string>> = {
  ...CONTENT,
  '\0': '&#xfffd;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\v': '&#11;',
  '\f': '&#12;',
  '\r': '&#13;',
  ' ': '&#32;',
  '=': '&#61;',
  '`': '&#96;',
};

/** Text between tags and in quoted attributes. */
export function escapeContent(text: string): string {
  return text.replaceAll(/[\0"'&<>+]/g, (character) => CONTENT[character] ?? character);
}

/** What is HTML already, made safe for an element that knows no tags: entities stay as they are. */
export function normalizeContent(text: string): string {
  return text.replaceAll(/[\0"'<>+]/g, (character) => CONTENT[character] ?? character);
}

/** An attribute without quotes. */
export function escapeUnquoted(text: string, keepEntities = false): string {
  const pattern = keepEntities ? /[\0"'<>+\t\n\v\f\r =`]/g : /[\0"'&<>+\t\n\v\f\r =`]/g;
  return text.replaceAll(pattern, (character) => UNQUOTED[character] ?? character);
}

const LONGEST_TO_STRIP = 20_000;

/** HTML without its tags and comments: what a tag would mean in an attribute, nobody knows. */
export function stripTags(html: string): string {
  // Finding the ends of unclosed tags again and again takes time; so long a title is no title.
  if (html.length > LONGEST_TO_STRIP) return html.replaceAll(/[<>]/g, '');
  return html.replaceAll(/<!--[\s\S]*?(?:-->|$)|<\/?[a-zA-Z](?:"[^"]*"|'[^']*'|[^"'>])*(?:>|$)/g, '');
}

const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
  colon: ':',
  Tab: '\t',
  NewLine: '\n',
  sol: '/',
  num: '#',
  quest: '?',
  lpar: '(',
  rpar: ')',
};

/** Entities as the characters they stand for, as far as an attribute's meaning depends on them. */
export function decodeEntities(text: string): string {
  return text.replaceAll(/&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([a-zA-Z]+));?/g, (all, decimal, hex, name) => {
    if (name !== undefined) return NAMED[name as string] ?? (all as string);
    const code = decimal === undefined ? Number.parseInt(hex as string, 16) : Number(decimal);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
  });
}
