import { sprint, sprintln } from './fmt/print.ts';
import { sprintf } from './fmt/sprintf.ts';
import { escapeHtml } from './html/escape-html.ts';
import { escapeScriptText, percentEncode } from './html/escape-other.ts';
import { compareValues, equalValues } from './values/compare.ts';
import {
  BYTE,
  type GoFunction,
  goBool,
  goInt,
  goString,
  indirect,
  intOf,
  isTrue,
  itemsOf,
  type Maybe,
  NOTHING,
  textOf,
  zeroOf,
} from './values/go-value.ts';

const printed = (encode: (text: string) => string): GoFunction => ({
  parameters: [],
  variadic: 'any',
  call(args, context) {
    const present = args.map((arg) => indirect(arg) ?? goString('<no value>'));
    const text = encode(sprint(present, context));
    context.charge(text.length);
    return goString(text);
  },
});

const compared = (holds: (order: number) => boolean): GoFunction => ({
  parameters: ['any', 'any'],
  call: ([left = NOTHING, right = NOTHING]) => {
    const order = compareValues(left, right);
    return goBool(order !== null && holds(order));
  },
});

function lengthOf(value: Maybe): number {
  switch (value?.type.kind) {
    case 'string':
      return Buffer.byteLength(value.value as string);
    case 'slice':
      return (value.value as unknown[]).length;
    case 'map':
      return (value.value as Map<string, unknown>).size;
    default:
      throw new Error(!value ? 'reflect: call of reflect.Value.Type on zero Value' : `len of type ${value.type.name}`);
  }
}

function position(index: Maybe, most: number): number {
  if (index === NOTHING) throw new Error('cannot index slice/array with nil');
  if (index.type.kind !== 'int') throw new Error(`cannot index slice/array with type ${index.type.name}`);
  const at = intOf(index);
  if (at < 0n || at > BigInt(most)) throw new Error(`index out of range: ${at}`);
  return Number(at);
}

function elementOf(item: Maybe, index: Maybe): Maybe {
  if (item === NOTHING) throw new Error('index of nil pointer');
  switch (item.type.kind) {
    case 'slice': {
      const items = itemsOf(item);
      const at = position(index, items.length);
      if (at >= items.length) throw new Error('reflect: slice index out of range');
      return items[at] ?? NOTHING;
    }
    case 'string': {
      const bytes = Buffer.from(textOf(item));
      const at = position(index, bytes.length);
      if (at >= bytes.length) throw new Error('reflect: string index out of range');
      return { type: BYTE, value: BigInt(bytes[at] ?? 0) };
    }
    case 'map':
      if (index === NOTHING) throw new Error('value is nil; should be of type string');
      if (index.type.kind !== 'string') throw new Error(`value has type ${index.type.name}; should be string`);
      return (item.value as Map<string, Maybe>).get(textOf(index)) ?? zeroOf(item.type.element);
    default:
      throw new Error(`can't index item of type ${item.type.name}`);
  }
}

function sliceOf([item = NOTHING, ...indexes]: readonly Maybe[]): Maybe {
  if (item === NOTHING) throw new Error('slice of untyped nil');
  if (indexes.length > 3) throw new Error(`too many slice indexes: ${indexes.length}`);
  const { kind } = item.type;
  if (kind !== 'string' && kind !== 'slice') throw new Error(`can't slice item of type ${item.type.name}`);
  if (kind === 'string' && indexes.length === 3) throw new Error('cannot 3-index slice a string');
  const length = lengthOf(item);
  const [from = 0, to = length, cap] = indexes.map((index) => position(index, length));
  if (from > to) throw new Error(`invalid slice index: ${from} > ${to}`);
  if (cap !== undefined && to > cap) throw new Error(`invalid slice index: ${to} > ${cap}`);
  return kind === 'string'
    ? { type: item.type, value: Buffer.from(textOf(item)).subarray(from, to).toString('utf8') }
    : { type: item.type, value: itemsOf(item).slice(from, to) };
}

/** The functions every template has. `and` and `or` are carried out where they stand, for they stop early. */
export const BUILTINS: Readonly<Record<string, GoFunction>> = {
  and: { parameters: ['any'], variadic: 'any', call: ([first = NOTHING]) => first },
  or: { parameters: ['any'], variadic: 'any', call: ([first = NOTHING]) => first },
  not: { parameters: ['any'], call: ([value = NOTHING]) => goBool(!isTrue(value)) },
  len: { parameters: ['any'], call: ([value = NOTHING]) => goInt(lengthOf(value)) },
  index: {
    parameters: ['any'],
    variadic: 'any',
    call([item = NOTHING, ...indexes]) {
      if (item === NOTHING) throw new Error('index of untyped nil');
      return indexes.reduce<Maybe>(elementOf, item);
    },
  },
  slice: {
    parameters: ['any'],
    variadic: 'any',
    call(args, context) {
      const sliced = sliceOf(args);
      context.charge(lengthOf(sliced));
      return sliced;
    },
  },
  print: { parameters: [], variadic: 'any', call: (args, context) => goString(sprint(args, context)) },
  println: { parameters: [], variadic: 'any', call: (args, context) => goString(sprintln(args, context)) },
  printf: {
    parameters: ['string'],
    variadic: 'any',
    call: ([format = NOTHING, ...args], context) => goString(sprintf(textOf(format), args, context)),
  },
  html: printed(escapeHtml),
  js: printed(escapeScriptText),
  urlquery: printed(percentEncode),
  call: {
    parameters: ['any'],
    variadic: 'any',
    call: ([called = NOTHING]) => {
      throw new Error(
        called === NOTHING ? 'call of nil' : `non-function ${called.type.name} of type ${called.type.name}`,
      );
    },
  },
  eq: {
    parameters: ['any'],
    variadic: 'any',
    call([first = NOTHING, ...others], context) {
      if (others.length === 0) throw new Error('missing argument for comparison');
      return goBool(others.some((other) => equalValues(first, other, context)));
    },
  },
  ne: {
    parameters: ['any', 'any'],
    call: ([left = NOTHING, right = NOTHING], context) => goBool(!equalValues(left, right, context)),
  },
  lt: compared((order) => order < 0),
  le: compared((order) => order <= 0),
  gt: compared((order) => order > 0),
  ge: compared((order) => order >= 0),
};
