/** Tokens read of one event; what is beyond is not modelled, and its bytes belong to the last token. */
export const MAX_TOKENS = 1024;

/** Symbols that stand before the first token, so that every token has four predecessors. */
export const LEAD = 4;

/**
 * Symbols are numbers whose last two bits say what they are: 01 and 11 are
 * punctuation, 00 a word, 10 a value, whose text varies while its place and
 * length say something.
 */
export const NUMBER_SYMBOL = 0x10002;
export const HEX_SYMBOL = 0x20002;
export const ID_SYMBOL = 0x20006;
export const UUID_SYMBOL = 0x2000a;
export const MONTH_SYMBOL = 0x30000;
export const WEEKDAY_SYMBOL = 0x30004;
export const END_SYMBOL = 0x40000;

export function isValueSymbol(symbol: number): boolean {
  return (symbol & 3) === 2;
}

/**
 * The tokens of one event, in arrays that are written again for each event.
 * Token i (LEAD ≤ i < LEAD + count) covers the bytes start[i] … start[i + 1].
 * The last token is the end of the line, of no bytes.
 */
export interface TokenBuffer {
  /** Index behind the last token, that is LEAD + the number of tokens. */
  end: number;
  readonly symbol: Int32Array;
  /** First byte of each token, counted from the event's first byte. */
  readonly start: Int32Array;
  valueCount: number;
  /** Which token each value is. */
  readonly valueToken: Int32Array;
  /** A hash of each value's text. */
  readonly valueHash: Int32Array;
  /** Two independent hashes of the whole sequence of symbols: the template's name. */
  templateHash: number;
  templateCheck: number;
}

export function createTokenBuffer(): TokenBuffer {
  const size = MAX_TOKENS + LEAD + 4;
  const symbol = new Int32Array(size);
  for (let i = 0; i < LEAD; i += 1) symbol[i] = i + 1;
  return {
    end: LEAD,
    symbol,
    start: new Int32Array(size),
    valueCount: 0,
    valueToken: new Int32Array(size),
    valueHash: new Int32Array(size),
    templateHash: 0,
    templateCheck: 0,
  };
}
