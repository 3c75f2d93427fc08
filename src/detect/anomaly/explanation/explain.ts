import { mix } from '../arithmetic/hash.ts';
import type { StreamModel } from '../model/stream-model.ts';
import { LENGTH_CLASSES, type ValueSlots } from '../model/value-slots.ts';
import { END_SYMBOL, LEAD } from '../tokens/token-buffer.ts';
import type { Explanation, SurprisingSpan, UnusualValue } from '../verdict.ts';
import { nearestTemplate } from './nearest-template.ts';
import { templateText } from './template-text.ts';
import { decodeEvent, utf16Offsets } from './utf16-offsets.ts';

/** Values this far above the usual are named with what was expected. */
const UNUSUAL_EXCESS_BITS = 3;

/**
 * Says why the event the model scored last costs what it costs. Must be asked
 * before the event is learned.
 */
export function explain(event: Uint8Array, model: StreamModel): Explanation {
  const { tokens } = model;
  const bits = bitsOfTokens(model);
  const offsets = utf16Offsets(event, Array.from(tokens.start.subarray(LEAD, tokens.end + 1)));
  const text = decodeEvent(event);
  return {
    spans: spansOf(text, offsets, bits, model.bits),
    template: templateText(event, tokens),
    nearest: model.isNew ? nearestTemplate(tokens, model.templates, model.examples) : null,
    values: unusualValues(text, offsets, model),
  };
}

/** The bits each token adds: its own, those of its value, and its share of the template's name. */
function bitsOfTokens(model: StreamModel): Float64Array {
  const { tokens } = model;
  const count = tokens.end - LEAD;
  const bits = new Float64Array(count);
  let words = 0;
  for (let i = LEAD; i < tokens.end; i += 1) {
    if (model.isNew) bits[i - LEAD] = model.tokenBits[i]!;
    if (isWord(tokens.symbol[i]!)) words += 1;
  }
  // The name of the template is a statement about all its words.
  for (let i = LEAD; i < tokens.end; i += 1) {
    if (words === 0 ? i === LEAD : isWord(tokens.symbol[i]!)) bits[i - LEAD]! += model.templateBits / (words || 1);
  }
  for (let j = 0; j < tokens.valueCount; j += 1) bits[tokens.valueToken[j]! - LEAD]! += model.valueBits[j]!;
  return bits;
}

function isWord(symbol: number): boolean {
  return (symbol & 3) === 0 && symbol !== END_SYMBOL;
}

function spansOf(text: string, offsets: readonly number[], bits: Float64Array, total: number): SurprisingSpan[] {
  const own = bits.slice(0, Math.max(1, bits.length - 1));
  // What the end of the line costs is said of what stands there.
  if (bits.length > 1) own[own.length - 1]! += bits[bits.length - 1]!;
  const hundredths = shareOut(own, Math.round(total * 100));
  const spans: SurprisingSpan[] = [];
  for (let k = 0; k < own.length; k += 1) {
    const from = offsets[k]!;
    const to = offsets[k + 1] ?? text.length;
    if (hundredths[k]! > 0) spans.push({ from, to, bits: hundredths[k]! / 100, text: text.slice(from, to) });
  }
  return spans.sort((a, b) => b.bits - a.bits || a.from - b.from);
}

/** Whole hundredths for each part that add up to the total: rounded down, the rest to the largest remainders. */
function shareOut(parts: Float64Array, total: number): number[] {
  const shares = Array.from(parts, (part) => Math.floor(part * 100));
  let rest = total - shares.reduce((sum, share) => sum + share, 0);
  const byRemainder = shares
    .map((share, index) => ({ index, remainder: parts[index]! * 100 - share }))
    .sort((a, b) => b.remainder - a.remainder || a.index - b.index);
  for (let k = 0; rest > 0 && byRemainder.length > 0; k = (k + 1) % byRemainder.length) {
    shares[byRemainder[k]!.index]! += 1;
    rest -= 1;
  }
  for (let k = byRemainder.length - 1; rest < 0 && k >= 0; k -= 1) {
    if (shares[byRemainder[k]!.index]! === 0) continue;
    shares[byRemainder[k]!.index]! -= 1;
    rest += 1;
  }
  return shares;
}

function unusualValues(text: string, offsets: readonly number[], model: StreamModel): UnusualValue[] {
  const { tokens } = model;
  const values: UnusualValue[] = [];
  for (let j = 0; j < tokens.valueCount; j += 1) {
    const excess = model.valueExcess[j]!;
    if (excess < UNUSUAL_EXCESS_BITS) continue;
    const i = tokens.valueToken[j]! - LEAD;
    const from = offsets[i]!;
    const to = offsets[i + 1]!;
    const expected = expectedLengths(model, j);
    values.push({ from, to, text: text.slice(from, to), excessBits: Math.round(excess * 100) / 100, expected });
  }
  return values;
}

const CLASS_NAMES = [
  '1',
  '2',
  '3',
  '4',
  '5',
  '6',
  '7',
  '8',
  '9',
  '10',
  '11',
  '12',
  '13–16',
  '17–24',
  '25–32',
  'over 32',
];

function expectedLengths(model: StreamModel, j: number): string {
  const { tokens } = model;
  const slots: ValueSlots = model.isNew ? model.sharedSlots : model.slots;
  const context = model.isNew ? model.sharedContextOf(j) : mix(tokens.templateHash, j);
  const place = slots.find(context);
  if (place < 0) return 'nothing known';
  if (!model.isNew && model.isUnknownValue(j)) {
    const values = model.placeValues.known(place);
    return `${values === 1 ? 'always the same value' : `one of ${values} values`} (seen ${slots.totals[place]} times)`;
  }
  const seen: string[] = [];
  for (let length = 0; length < LENGTH_CLASSES; length += 1) {
    if (slots.lengths[place * LENGTH_CLASSES + length]! > 0) seen.push(CLASS_NAMES[length]!);
  }
  return `${seen.join(', ')} characters (seen ${slots.totals[place]} times)`;
}
