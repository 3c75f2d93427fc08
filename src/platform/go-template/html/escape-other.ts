/** Escaping for JavaScript, URLs and CSS. */

const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

/** The `js` function of templates. */
export function escapeScriptText(text: string): string {
  let escaped = '';
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (character === '\\' || character === "'" || character === '"') escaped += `\\${character}`;
    else if ('<>&='.includes(character)) escaped += `\\u00${code.toString(16).toUpperCase()}`;
    else if (code < 0x20) escaped += `\\u00${code.toString(16).toUpperCase().padStart(2, '0')}`;
    else if (code < 0x80 || PRINTABLE.test(character)) escaped += character;
    else escaped += `\\u${code.toString(16).toUpperCase().padStart(4, '0')}`;
  }
  return escaped;
}

/** Form encoding: a space is `+`. Go's url.QueryEscape. */
export function percentEncode(text: string): string {
  return encodeBytes(text, /[A-Za-z0-9\-_.~]/, 'upper').replaceAll('%20', '+');
}

function encodeBytes(text: string, kept: RegExp, letters: 'upper' | 'lower'): string {
  let encoded = '';
  for (const byte of Buffer.from(text, 'utf8')) {
    const character = String.fromCharCode(byte);
    if (byte < 0x80 && kept.test(character)) encoded += character;
    else {
      const hex = byte.toString(16).padStart(2, '0');
      encoded += `%${letters === 'upper' ? hex.toUpperCase() : hex}`;
    }
  }
  return encoded;
}

/** A part of a URL's query or fragment: everything reserved is encoded. */
export function encodeUrlPart(text: string): string {
  return encodeBytes(text, /[A-Za-z0-9\-._~]/, 'lower');
}

/** A URL with what may not stand in one encoded; what is encoded stays. */
export function normalizeUrl(text: string): string {
  return text
    .split(/(%[0-9a-fA-F]{2})/)
    .map((part, index) => (index % 2 === 1 ? part : encodeBytes(part, /[A-Za-z0-9\-._~!#$&*+,/:;=?@[\]]/, 'lower')))
    .join('');
}

/** What Go puts in place of what it will not print. */
export const FAILSAFE = 'ZgotmplZ';

/** Whether a URL leads to a page or a mail, not to a script. */
export function isSafeUrl(url: string): boolean {
  const colon = url.indexOf(':');
  if (colon < 0 || url.slice(0, colon).includes('/')) return true;
  return ['http', 'https', 'mailto'].includes(url.slice(0, colon).toLowerCase());
}

export function filterUrl(url: string): string {
  return isSafeUrl(url) ? url : `#${FAILSAFE}`;
}

/** A list of images with their sizes. */
export function filterSrcset(text: string): string {
  return text
    .split(',')
    .map((element) => {
      const [, before = '', url = '', rest = ''] = /^([\t\n\f\r ]*)([^\t\n\f\r ]*)([\s\S]*)$/.exec(element) ?? [];
      return isSafeUrl(url) && /^[\t\n\f\r A-Za-z0-9]*$/.test(rest)
        ? before + normalizeUrl(url) + rest
        : `#${FAILSAFE}`;
    })
    .join(',');
}

const SCRIPT: Readonly<Record<string, string>> = {
  '\0': '\\u0000',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\u000b',
  '\f': '\\f',
  '\r': '\\r',
  '"': '\\u0022',
  '`': '\\u0060',
  '&': '\\u0026',
  "'": '\\u0027',
  '+': '\\u002b',
  '/': '\\/',
  '<': '\\u003c',
  '>': '\\u003e',
  '\\': '\\\\',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

/** Text within a JavaScript string. */
export function escapeScriptString(text: string): string {
  return text.replaceAll(/[\0\t\n\v\f\r"`&'+/<>\\\u2028\u2029]/g, (character) => SCRIPT[character] ?? character);
}

/** Text within a template literal. */
export function escapeTemplateLiteral(text: string): string {
  return escapeScriptString(text).replaceAll(/[${}]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);
}

/** Text within a regular expression of a script. */
export function escapeScriptRegexp(text: string): string {
  const escaped = text.replaceAll(/[\0\t\n\v\f\r"&'+/<>\\\u2028\u2029$()*\-.?[\]^{|}]/g, (character) => {
    const special = SCRIPT[character];
    return special ?? `\\${character}`;
  });
  return escaped === '' ? '(?:)' : escaped;
}

/** Text within a CSS string. */
export function escapeCssString(text: string): string {
  return text.replaceAll(
    /([\0\t\n\f\r"&'()+/:;<>\\{}])(?=([\s\S])?)/g,
    (_all, character: string, next: string | undefined) => {
      if (character === '\\') return '\\\\';
      const hex = `\\${character.charCodeAt(0).toString(16)}`;
      return next === undefined || /[0-9a-fA-F\t\n\f\r ]/.test(next) ? `${hex} ` : hex;
    },
  );
}

/** A value in CSS: a word, a number or a colour, nothing that could begin anything else. */
export function filterCssValue(text: string): string {
  const decoded = text.replaceAll(/\\([0-9a-fA-F]{1,6})[\t\n\f\r ]?/g, (_all, hex: string) => {
    const code = Number.parseInt(hex, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
  });
  if (/[\0"'()/;@[\\\]`{}<>]|.--/s.test(decoded) || decoded.startsWith('--')) return FAILSAFE;
  const word = decoded.toLowerCase().replaceAll(/[^a-z0-9_\-\u0080-\u{10ffff}]/gu, '');
  return word.includes('expression') || word.includes('mozbinding') ? FAILSAFE : decoded;
}
