import { isMap, isScalar, isSeq, type Node, type Scalar } from 'yaml';
import { nearestName } from '../config/nearest-name.ts';
import { type Entry, isNothing, type Place, type Reading, scalarText } from './yaml-reading.ts';

/** Turns a node that says something into a value; undefined after a reported problem. */
export type Shape<Value> = (node: Node, reading: Reading) => Value | undefined;

type Camel<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<Camel<Tail>>}`
  : Name;
export type Fields = Readonly<Record<string, Shape<unknown>>>;

/** What was written of a map's fields, under their names in camel case; what was not is absent. */
export type Read<F extends Fields> = {
  readonly [Key in keyof F & string as Camel<Key>]?: NonNullable<ReturnType<F[Key]>> | undefined;
};

const places = new WeakMap<object, (key?: string) => Place>();

/** Where a map that was read stands, or one of its keys (as the file spells it). */
export function placeIn(read: object, key?: string): Place {
  return places.get(read)?.(key) ?? { line: 1, column: 1 };
}

/** A map with these fields and no others. */
export function object<F extends Fields>(what: string, fields: F, unknownKey?: UnknownKey): Shape<Read<F>> {
  const names = Object.keys(fields);
  return (node, reading) => {
    const map = reading.follow(node);
    if (!isMap(map)) return reading.report(node, `${what} must be a map, not ${kindOf(map)}`);
    if (!reading.enter(map)) return undefined;
    const read: Record<string, unknown> = {};
    const entries = reading.entriesOf(map);
    for (const [name, entry] of entries) {
      const shape = Object.hasOwn(fields, name) ? fields[name] : undefined;
      if (!shape) {
        reading.report(entry.key, unknownKey?.(name) ?? describeUnknown(name, what, names));
        continue;
      }
      const value = reading.follow(entry.value);
      if (isNothing(value)) continue;
      const taken = shape(entry.value as Node, reading);
      if (taken !== undefined) read[toCamel(name)] = taken;
    }
    reading.leave();
    places.set(read, (key) => reading.placeOf(key === undefined ? map : (entries.get(key)?.key ?? map)));
    return read as Read<F>;
  };
}

/** Says more about a key that is no field; null for the usual words. */
export type UnknownKey = (name: string) => string | null;

function describeUnknown(name: string, what: string, names: readonly string[]): string {
  const near = nearestName(name, names);
  return `field ${name} not found in ${what}${near ? `; did you mean ${near}?` : ''}`;
}

/** A list. An empty item is `empty()`, and without that reported as missing. */
export function list<Value>(item: Shape<Value>, missing: string, empty?: () => Value): Shape<Value[]> {
  return (node, reading) => {
    const seq = reading.follow(node);
    if (!isSeq(seq)) return reading.report(node, `must be a list, not ${kindOf(seq)}`);
    if (!reading.enter(seq)) return undefined;
    const values: Value[] = [];
    for (const element of seq.items as (Node | null)[]) {
      if (isNothing(reading.follow(element))) {
        if (empty) values.push(empty());
        else reading.report(element ?? seq, missing);
        continue;
      }
      const value = item(element as Node, reading);
      if (value !== undefined) values.push(value);
    }
    reading.leave();
    return values;
  };
}

/** A map with any keys. An empty value is `empty(key)`, reported when there is none. */
export function mapOf<Value>(
  item: Shape<Value>,
  options: { empty?: Value; checkKey?: (key: string) => string | null; missing?: (key: string) => string } = {},
): Shape<Record<string, Value>> {
  return (node, reading) => {
    const map = reading.follow(node);
    if (!isMap(map)) return reading.report(node, `must be a map, not ${kindOf(map)}`);
    if (!reading.enter(map)) return undefined;
    const values: [string, Value][] = [];
    const entries = reading.entriesOf(map);
    for (const [key, entry] of entries) {
      const complaint = options.checkKey?.(key) ?? null;
      if (complaint !== null) reading.report(entry.key, complaint);
      const value = readEntry(entry, reading, item, options.empty);
      if (value !== undefined) values.push([key, value]);
      else if (isNothing(reading.follow(entry.value)))
        reading.report(entry.key, options.missing?.(key) ?? `"${key}" has no value`);
    }
    reading.leave();
    const read = Object.fromEntries(values);
    places.set(read, (key) => reading.placeOf(key === undefined ? map : (entries.get(key)?.key ?? map)));
    return read;
  };
}

function readEntry<Value>(
  entry: Entry,
  reading: Reading,
  item: Shape<Value>,
  empty: Value | undefined,
): Value | undefined {
  return isNothing(reading.follow(entry.value)) ? empty : item(entry.value as Node, reading);
}

/** A scalar by its text. */
export function scalar<Value>(
  expected: string,
  take: (text: string, node: Node, reading: Reading, plain: boolean) => Value | undefined,
): Shape<Value> {
  return (node, reading) => {
    const value = reading.follow(node);
    if (!isScalar(value)) return reading.report(node, `must be ${expected}, not ${kindOf(value)}`);
    return take(scalarText(value), value, reading, isPlain(value));
  };
}

/** Whether a scalar may be more than a text: it has no quotes, or says what it is. */
function isPlain(node: Scalar): boolean {
  return (node.type ?? 'PLAIN') === 'PLAIN' || /:(bool|int|float)$/.test(node.tag ?? '');
}

export const text: Shape<string> = scalar('text', (written) => written);

/** Text that is never shown again. */
export const secret: Shape<string> = scalar('text', (written, node, reading) => {
  if (written !== '') reading.hide(node, '<secret>');
  return written;
});

const TRUE = ['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'];
const FALSE = ['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'];

/** true or false, in all the words YAML 1.1 has for them. */
export const boolean: Shape<boolean> = scalar('true or false', (written, node, reading, plain) => {
  if (plain && TRUE.includes(written)) return true;
  if (plain && FALSE.includes(written)) return false;
  return reading.report(node, `must be true or false, not "${shorten(written)}"`);
});

/** A whole number between two bounds. */
export function integer(min: number, max: number): Shape<number> {
  return scalar('a whole number', (written, node, reading, plain) => {
    const digits = written.replaceAll('_', '').replace(/\.0*$/, '');
    const value = plain && /^[-+]?(0x[0-9a-f]+|0b[01]+|\d+)$/i.test(digits) ? parseInteger(digits) : Number.NaN;
    if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
    return reading.report(node, `must be a whole number from ${min} to ${max}, not "${shorten(written)}"`);
  });
}

function parseInteger(digits: string): number {
  const sign = digits.startsWith('-') ? -1 : 1;
  const bare = digits.replace(/^[-+]/, '');
  // YAML 1.1 reads a leading zero as octal.
  return sign * (/^0[0-7]+$/.test(bare) ? Number.parseInt(bare, 8) : Number(bare)) || 0;
}

/** Any YAML as plain values; plain scalars become what they look like. */
export const anything: Shape<unknown> = (node, reading) => {
  const value = reading.follow(node);
  if (isNothing(value)) return null;
  if (isScalar(value)) return (value.type ?? 'PLAIN') === 'PLAIN' ? guessScalar(scalarText(value)) : scalarText(value);
  if (!value || !reading.enter(value)) return null;
  let result: unknown = null;
  if (isSeq(value)) result = value.items.map((item) => anything(item as Node, reading));
  else if (isMap(value))
    result = Object.fromEntries(
      [...reading.entriesOf(value)].map(([key, entry]) => [key, entry.value && anything(entry.value, reading)]),
    );
  reading.leave();
  return result;
};

/** What a plain scalar is in YAML 1.1: a truth value, a number, nothing, or text. */
export function guessScalar(written: string): unknown {
  if (TRUE.includes(written)) return true;
  if (FALSE.includes(written)) return false;
  if (/^[-+]?(0x[0-9a-f]+|0b[01]+|\d[\d_]*)$/i.test(written)) {
    const value = parseInteger(written.replaceAll('_', ''));
    return Number.isSafeInteger(value) ? value : written;
  }
  if (/^[-+]?(\d[\d_]*(\.\d*)?|\.\d+)(e[-+]?\d+)?$/i.test(written)) return Number(written.replaceAll('_', ''));
  return written;
}

function kindOf(node: Node | null): string {
  if (isMap(node)) return 'a map';
  if (isSeq(node)) return 'a list';
  return isScalar(node) ? `"${shorten(scalarText(node))}"` : 'nothing';
}

function shorten(written: string): string {
  return written.length <= 60 ? written : `${written.slice(0, 57)}…`;
}

function toCamel(name: string): string {
  return name.replaceAll(/_([a-z0-9])/g, (_all, letter: string) => letter.toUpperCase());
}
