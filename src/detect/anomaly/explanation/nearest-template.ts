import type { Examples } from '../model/examples.ts';
import type { TemplateTable } from '../model/template-table.ts';
import { createTokenBuffer, LEAD, type TokenBuffer } from '../tokens/token-buffer.ts';
import { tokenize } from '../tokens/tokenize.ts';
import { templateText } from './template-text.ts';
import { decodeEvent } from './utf16-offsets.ts';

/** The known template that shares most of its beginning and end with the event, among those with an example. */
export function nearestTemplate(
  tokens: TokenBuffer,
  templates: TemplateTable,
  examples: Examples,
): { template: string; example: string } | null {
  let best: Uint8Array | null = null;
  let bestLikeness = 0;
  for (const [place, example] of examples.entries()) {
    const symbols = templates.symbols[place];
    if (symbols === null || symbols === undefined) continue;
    const likeness = likenessOf(tokens.symbol, tokens.end, symbols);
    if (likeness > bestLikeness) {
      bestLikeness = likeness;
      best = example;
    }
  }
  if (best === null) return null;
  const read = createTokenBuffer();
  tokenize(best, 0, best.length, read);
  return { template: templateText(best, read), example: decodeEvent(best) };
}

/** Shared tokens at both ends, over the length of the longer one: 1 for the same template. */
function likenessOf(symbol: Int32Array, end: number, other: Int32Array): number {
  const shorter = Math.min(end, other.length);
  let head = LEAD;
  while (head < shorter && symbol[head] === other[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && symbol[end - 1 - tail] === other[other.length - 1 - tail]) tail += 1;
  return (head - LEAD + tail) / (Math.max(end, other.length) - LEAD);
}
