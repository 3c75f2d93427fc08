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
  const spans: SurprisingSpan[] = [];
  let given = 0;
  for (let k = 0; k < bits.length - 1; k += 1) {
    const from = offsets[k]!;
    const to = offsets[k + 1]!;
    let own = bits[k]!;
    // What the end of the line costs is said of what stands there.
    if (k === bits.length - 2) own += bits[k + 1]!;
    if (own <= 0 || to === from) continue;
    const rounded = Math.round(own * 100) / 100;
    given += rounded;
    spans.push({ from, to, bits: rounded, text: text.slice(from, to) });
  }
  spans.sort((a, b) => b.bits - a.bits || a.from - b.from);
  const rest = Math.round((Math.round(total * 100) / 100 - given) * 100) / 100;
  const first = spans[0];
  if (first !== undefined && rest !== 0) spans[0] = { ...first, bits: Math.round((first.bits + rest) * 100) / 100 };
  return spans;
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
  const seen: string[] = [];
  for (let length = 0; length < LENGTH_CLASSES; length += 1) {
    if (slots.lengths[place * LENGTH_CLASSES + length]! > 0) seen.push(CLASS_NAMES[length]!);
  }
  return `${seen.join(', ')} characters (seen ${slots.totals[place]} times)`;
}
