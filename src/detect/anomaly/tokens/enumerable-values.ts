import { ID_SYMBOL, isValueSymbol, LEAD, MONTH_SYMBOL, type TokenBuffer, WEEKDAY_SYMBOL } from './token-buffer.ts';

/** So many values of an event can be looked at one by one; the bits of a whole number. */
const MAX_VALUES = 31;

/**
 * Which values of an event may be one of few (a status, a code, a port), as
 * bits by their order. Left out is what is a part of a larger thing whose parts
 * change in runs: dates, times, addresses, versions (numbers joined by `:`, `-`,
 * `/`, `.` or `,`), and everything before the line's first word.
 */
export function enumerableValues(bytes: Uint8Array, from: number, tokens: TokenBuffer): number {
  const { symbol, start, valueToken } = tokens;
  let header = LEAD;
  while (header < tokens.end - 1 && !isPlainWord(symbol[header]!)) header += 1;
  let mask = 0;
  for (let j = 0; j < tokens.valueCount && j < MAX_VALUES; j += 1) {
    const i = valueToken[j]!;
    if (i < header || symbol[i] === ID_SYMBOL) continue;
    const joined = isJoint(i - 2, i - 1) || isJoint(i + 2, i + 1);
    if (!joined) mask |= 1 << j;
  }
  return mask;

  /** Whether there is a value at `other`, with but one joining mark at `between`. */
  function isJoint(other: number, between: number): boolean {
    if (between < LEAD || other < LEAD || other >= tokens.end - 1) return false;
    if (!isValueSymbol(symbol[other]!)) return false;
    const at = start[between]!;
    return start[between + 1]! - at === 1 && JOINING.has(bytes[from + at]!);
  }
}

const JOINING = new Set([...':-/.,'].map((mark) => mark.charCodeAt(0)));

function isPlainWord(symbol: number): boolean {
  return (symbol & 3) === 0 && symbol !== MONTH_SYMBOL && symbol !== WEEKDAY_SYMBOL;
}
