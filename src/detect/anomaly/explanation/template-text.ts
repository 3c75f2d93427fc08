import {
  HEX_SYMBOL,
  ID_SYMBOL,
  isValueSymbol,
  LEAD,
  MONTH_SYMBOL,
  NUMBER_SYMBOL,
  type TokenBuffer,
  UUID_SYMBOL,
  WEEKDAY_SYMBOL,
} from '../tokens/token-buffer.ts';
import { decodeEvent } from './utf16-offsets.ts';

/** A template as people read it: `sshd[<num>]: Failed password for <id> from …`. */
export function templateText(bytes: Uint8Array, tokens: TokenBuffer): string {
  let text = '';
  for (let i = LEAD; i < tokens.end - 1; i += 1) {
    const symbol = tokens.symbol[i]!;
    const piece = decodeEvent(bytes.subarray(tokens.start[i]!, tokens.start[i + 1]!));
    text += placeholder(symbol, piece) ?? piece.replace(/[ \t]+/g, ' ');
  }
  return text;
}

function placeholder(symbol: number, piece: string): string | null {
  switch (symbol) {
    case NUMBER_SYMBOL:
      return '<num>';
    case HEX_SYMBOL:
      return '<hex>';
    case ID_SYMBOL:
      return '<id>';
    case UUID_SYMBOL:
      return '<uuid>';
    case MONTH_SYMBOL:
      return '<month>';
    case WEEKDAY_SYMBOL:
      return '<weekday>';
    default:
      return isValueSymbol(symbol) ? piece.replace(/\d+/g, '#') : null;
  }
}
