import {
  compareBytes,
  defineType,
  entriesOf,
  fieldOf,
  type GoFunction,
  type GoValue,
  goFloat,
  goString,
  itemsOf,
  type Maybe,
  NOTHING,
  STRING,
  textOf,
} from '../../../platform/go-template/index.ts';

/** One series of an answer. */
export type TextSample = { labels: Readonly<Record<string, string>>; value: number };
/** What an expression is worth, in the order of the answer. @throws Error in words for the text */
export type AskSamples = (expression: string) => readonly TextSample[];

const FIELDS = ['Labels', 'Value'];
const LABELS = defineType({ name: 'map[string]string', kind: 'map', element: STRING });
const SAMPLE = defineType({
  name: '*template.sample',
  kind: 'struct',
  fields: FIELDS,
  pointee: defineType({ name: 'template.sample', kind: 'struct', fields: FIELDS }),
});
const RESULT = defineType({ name: 'template.queryResult', kind: 'slice', element: SAMPLE });

/** The functions of rules' templates that ask for series and take an answer apart. */
export function createSampleFunctions(ask: AskSamples): Readonly<Record<string, GoFunction>> {
  return {
    query: {
      parameters: ['string'],
      call([expression = NOTHING], context) {
        const samples = ask(textOf(expression));
        context.charge(samples.length);
        return { type: RESULT, value: samples.map(toGo) };
      },
    },
    first: {
      parameters: ['any'],
      call([result = NOTHING]) {
        const [sample] = itemsOf(expectType(result, RESULT));
        if (!sample) throw new Error('first() called on vector with no elements');
        return sample;
      },
    },
    label: {
      parameters: ['string', 'any'],
      call: ([name = NOTHING, sample = NOTHING]) => goString(labelOf(sample, textOf(name))),
    },
    value: { parameters: ['any'], call: ([sample = NOTHING]) => fieldOf(expectType(sample, SAMPLE), 'Value') },
    strvalue: { parameters: ['any'], call: ([sample = NOTHING]) => goString(labelOf(sample, '__value__')) },
    sortByLabel: {
      parameters: ['string', 'any'],
      call([name = NOTHING, result = NOTHING], context) {
        const samples = itemsOf(expectType(result, RESULT));
        context.charge(samples.length);
        const by = textOf(name);
        return { type: RESULT, value: samples.toSorted((a, b) => compareBytes(labelOf(a, by), labelOf(b, by))) };
      },
    },
  };
}

function toGo({ labels, value }: TextSample): GoValue {
  const texts = new Map(Object.entries(labels).map(([name, text]) => [name, goString(text)]));
  return { type: SAMPLE, value: { Labels: { type: LABELS, value: texts }, Value: goFloat(value) } };
}

const labelOf = (sample: Maybe, name: string) =>
  textOf(entriesOf(fieldOf(expectType(sample, SAMPLE), 'Labels')).get(name) ?? NOTHING);

function expectType(value: Maybe, type: typeof SAMPLE): GoValue {
  if (value !== NOTHING && value.type === type) return value;
  throw new Error(`wrong type for value; expected ${type.name}; got ${value === NOTHING ? 'nil' : value.type.name}`);
}
