import { formatFloat } from '../fmt/format-float.ts';
import { TIME, timeOf } from './go-time.ts';
import { type CallContext, entriesOf, fieldOf, type GoValue, itemsOf, type Maybe, sortedKeys } from './go-value.ts';
import { formatTime } from './time-layout.ts';

const DEEPEST = 1_000;

/** How a struct's fields are named in JSON. */
const jsonNames = new Map<string, Readonly<Record<string, string>>>();

/** Says how the fields of a type are named; others keep their names. */
export function nameJsonFields(typeName: string, names: Readonly<Record<string, string>>): void {
  jsonNames.set(typeName, names);
}

/** `encoding/json`: maps by key, `<`, `>` and `&` escaped, times as RFC 3339. @throws Error for what JSON cannot say */
export function marshalJson(value: Maybe, context: CallContext, depth = 0): string {
  if (depth > DEEPEST) throw new Error('json: nested too deeply');
  const json = marshal(value, context, depth);
  context.charge(json.length);
  return json;
}

function marshal(value: Maybe, context: CallContext, depth: number): string {
  if (value === null) return 'null';
  switch (value.type.kind) {
    case 'string':
      return quoteJson(value.value as string);
    case 'bool':
    case 'int':
      return String(value.value);
    case 'float':
      return jsonNumber(value.value as number);
    case 'slice':
      return `[${itemsOf(value)
        .map((item) => marshalJson(item, context, depth + 1))
        .join(',')}]`;
    case 'map': {
      const entries = entriesOf(value);
      const parts = sortedKeys(entries).map(
        (key) => `${quoteJson(key)}:${marshalJson(entries.get(key) ?? null, context, depth + 1)}`,
      );
      return `{${parts.join(',')}}`;
    }
    case 'struct':
      return marshalStruct(value, context, depth);
    default:
      throw new Error(`json: unsupported type: ${value.type.name}`);
  }
}

function marshalStruct(value: GoValue, context: CallContext, depth: number): string {
  if (value.type === TIME) {
    const text = formatTime(timeOf(value), '2006-01-02T15:04:05.999999999Z07:00');
    if (!/^\d{4}-/.test(text)) throw new Error('Time.MarshalJSON: year outside of range [0,9999]');
    return `"${text}"`;
  }
  const names = jsonNames.get(value.type.name);
  const parts = value.type.fields.map(
    (name) => `${quoteJson(names?.[name] ?? name)}:${marshalJson(fieldOf(value, name), context, depth + 1)}`,
  );
  return `{${parts.join(',')}}`;
}

/** A JSON string as Go writes it. */
export function quoteJson(text: string): string {
  return JSON.stringify(text.toWellFormed()).replaceAll(/[<>&\u2028\u2029\x7f]/g, (character) =>
    character === '\x7f' ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function jsonNumber(value: number): string {
  if (!Number.isFinite(value)) throw new Error(`json: unsupported value: ${formatFloat(value, 'g', null)}`);
  const size = Math.abs(value);
  const exponential = size !== 0 && (size < 1e-6 || size >= 1e21);
  const text = formatFloat(value, exponential ? 'e' : 'f', null);
  return exponential ? text.replace(/e-0(\d)$/, 'e-$1') : text;
}
