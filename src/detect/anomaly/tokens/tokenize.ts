import {
  END_SYMBOL,
  HEX_SYMBOL,
  ID_SYMBOL,
  LEAD,
  MAX_TOKENS,
  MONTH_SYMBOL,
  NUMBER_SYMBOL,
  type TokenBuffer,
  UUID_SYMBOL,
  WEEKDAY_SYMBOL,
} from './token-buffer.ts';

/** What a byte is: bits, so that the bytes of a token can be or-ed. */
const PUNCTUATION = 0;
const DIGIT = 1;
const HEX_LETTER = 2;
const LETTER = 4;
const SPACE = 8;

const KIND = makeKinds();

function makeKinds(): Uint8Array {
  const kinds = new Uint8Array(256);
  for (let byte = 0; byte < 256; byte += 1) {
    if (byte >= 48 && byte <= 57) kinds[byte] = DIGIT;
    else if ((byte >= 65 && byte <= 70) || (byte >= 97 && byte <= 102)) kinds[byte] = HEX_LETTER;
    // Bytes of UTF-8 beyond ASCII are letters: words of every script stay whole.
    else if ((byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122) || byte === 95 || byte >= 128)
      kinds[byte] = LETTER;
    else if (byte === 32 || byte === 9) kinds[byte] = SPACE;
    else kinds[byte] = PUNCTUATION;
  }
  return kinds;
}

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
/** Punctuation is read in pieces of at most this many marks, so that a long ruler is not one word of its own. */
const MAX_MARKS = 4;
/** Tokens of letters and digits at least this long are ids; shorter ones keep their shape (`v2`, `R#`). */
const MIN_ID_LENGTH = 4;

const DASH = 45;
const COLON = 58;
const ZERO = 48;
const LOWER_X = 120;

/**
 * Cuts bytes[from, to) into tokens in one pass: words as they are, numbers,
 * hexadecimal words, ids and UUIDs by their kind, punctuation with the white
 * space around it (a run of blanks counts as one: padding is not content).
 */
export function tokenize(bytes: Uint8Array, from: number, to: number, into: TokenBuffer): void {
  const { symbol, start, valueToken, valueHash } = into;
  let at = from;
  let token = LEAD;
  let values = 0;
  let hash = 0x1234567;
  let check = 0x7654321;
  const last = LEAD + MAX_TOKENS - 1;
  while (at < to && token < last) {
    const begin = at;
    start[token] = begin - from;
    let byte = bytes[at]!;
    let kind = KIND[byte]!;
    let name: number;
    if ((kind & (DIGIT | HEX_LETTER | LETTER)) === 0) {
      let text = FNV_OFFSET;
      let marks = 0;
      let blank = false;
      do {
        if (kind === SPACE) {
          if (!blank) text = Math.imul(text ^ 32, FNV_PRIME);
          blank = true;
        } else {
          if (marks === MAX_MARKS) break;
          text = Math.imul(text ^ byte, FNV_PRIME);
          marks += 1;
          blank = false;
        }
        at += 1;
        if (at >= to) break;
        byte = bytes[at]!;
        kind = KIND[byte]!;
      } while ((kind & (DIGIT | HEX_LETTER | LETTER)) === 0);
      name = text | 1;
    } else {
      let text = FNV_OFFSET;
      let kinds = 0;
      do {
        kinds |= kind;
        text = Math.imul(text ^ byte, FNV_PRIME);
        at += 1;
        if (at >= to) break;
        byte = bytes[at]!;
        kind = KIND[byte]!;
      } while ((kind & (DIGIT | HEX_LETTER | LETTER)) !== 0);
      if ((kinds & DIGIT) === 0) name = at - begin === 3 ? calendarWord(bytes, begin, text & ~3) : text & ~3;
      else {
        const length = at - begin;
        if (length === 8 && byte === DASH && kinds < LETTER && isUuid(bytes, begin, to)) {
          at = begin + 36;
          name = UUID_SYMBOL;
        } else if (length === 2 && byte === COLON && kinds < LETTER && isHardwareAddress(bytes, begin, to)) {
          at = begin + 17;
          name = HEX_SYMBOL;
        } else if (kinds === DIGIT) name = NUMBER_SYMBOL;
        else if (kinds < LETTER) name = HEX_SYMBOL;
        else if (bytes[begin] === ZERO && bytes[begin + 1] === LOWER_X) name = HEX_SYMBOL;
        else if (length >= MIN_ID_LENGTH) name = ID_SYMBOL;
        else name = shapeOf(bytes, begin, at);
        valueToken[values] = token;
        valueHash[values] = text;
        values += 1;
      }
    }
    symbol[token] = name;
    hash = Math.imul(hash ^ name, 0x85ebca6b);
    hash ^= hash >>> 15;
    check = Math.imul((check << 5) ^ (check >>> 27) ^ name, 0x9e3779b1);
    token += 1;
  }
  start[token] = (at < to ? to : at) - from;
  symbol[token] = END_SYMBOL;
  token += 1;
  start[token] = start[token - 1]!;
  into.end = token;
  into.valueCount = values;
  hash = Math.imul(hash ^ token, 0xc2b2ae35);
  into.templateHash = hash ^ (hash >>> 16);
  into.templateCheck = check;
}

/** A short token of letters and digits by its letters, digits as one mark: `R02` and `R17` have one shape. */
function shapeOf(bytes: Uint8Array, from: number, to: number): number {
  let shape = 0x30000;
  let inDigits = false;
  for (let at = from; at < to; at += 1) {
    const byte = bytes[at]!;
    if (KIND[byte] === DIGIT) {
      if (!inDigits) shape = Math.imul(shape ^ 7, FNV_PRIME);
      inDigits = true;
    } else {
      shape = Math.imul(shape ^ byte, FNV_PRIME);
      inDigits = false;
    }
  }
  return (shape & ~3) | 2;
}

/** Three-letter names of months and weekdays, as whole numbers of their bytes. */
const CALENDAR = new Map<number, number>();
for (const word of 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' '))
  CALENDAR.set(wordOf(word), MONTH_SYMBOL);
for (const word of 'Mon Tue Wed Thu Fri Sat Sun'.split(' ')) CALENDAR.set(wordOf(word), WEEKDAY_SYMBOL);

function wordOf(word: string): number {
  return (word.charCodeAt(0) << 16) | (word.charCodeAt(1) << 8) | word.charCodeAt(2);
}

/** The symbol of a month or a weekday, else the word's own: a new month must not make every line new. */
function calendarWord(bytes: Uint8Array, at: number, own: number): number {
  return CALENDAR.get((bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!) ?? own;
}

function isHex(byte: number | undefined): boolean {
  const kind = KIND[byte ?? 0]!;
  return kind === DIGIT || kind === HEX_LETTER;
}

/** 8-4-4-4-12 hexadecimal digits from `at`, and nothing of a word behind them. */
function isUuid(bytes: Uint8Array, at: number, to: number): boolean {
  if (at + 36 > to) return false;
  for (let i = 0; i < 36; i += 1) {
    const byte = bytes[at + i]!;
    if (i === 8 || i === 13 || i === 18 || i === 23) {
      if (byte !== DASH) return false;
    } else if (!isHex(byte)) return false;
  }
  return at + 36 === to || (KIND[bytes[at + 36]!]! & (DIGIT | HEX_LETTER | LETTER)) === 0;
}

/** Six pairs of hexadecimal digits with colons between. */
function isHardwareAddress(bytes: Uint8Array, at: number, to: number): boolean {
  if (at + 17 > to) return false;
  for (let i = 0; i < 17; i += 1) {
    const byte = bytes[at + i]!;
    if (i % 3 === 2 ? byte !== COLON : !isHex(byte)) return false;
  }
  return at + 17 === to || (KIND[bytes[at + 17]!]! & (DIGIT | HEX_LETTER | LETTER)) === 0;
}
