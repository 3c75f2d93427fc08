import { INTAKE_LIMITS } from '../telemetry/intake-limits.ts';
import { RecordRefusal } from '../telemetry/record-refusal.ts';
import type { Attributes, PlainValue } from '../telemetry/telemetry-record.ts';

/** Fields of a message, whether it came as protobuf or as JSON. */
export type Fields = Readonly<Record<string, unknown>>;

export function fieldsOf(value: unknown, what: string): Fields {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw new RecordRefusal(`${what} is not an object`);
  return value as Fields;
}

export function listOf(value: unknown, what: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new RecordRefusal(`${what} is not a list`);
  return value;
}

export function textOf(value: unknown, what: string): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw new RecordRefusal(`${what} is not a text`);
  return value;
}

/** A number; JSON writes 64-bit ones as text, and NaN and infinities by their names. */
export function numberOf(value: unknown, what: string): number {
  if (value === undefined || value === null) return 0;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number === 'number' && (!Number.isNaN(number) || value === 'NaN' || typeof value === 'number'))
    return number;
  throw new RecordRefusal(`${what} is not a number`);
}

/** Nanoseconds since 1970 as milliseconds, null when not given. */
export function millisOf(value: unknown, what: string): number | null {
  const nanos = numberOf(value, what);
  if (!(nanos > 0)) return null;
  if (nanos > LAST_NANOS) throw new RecordRefusal(`${what} lies beyond the year 9999`);
  return nanos / 1e6;
}
const LAST_NANOS = 253_402_300_799_999e6;

/** A value as JSON. @throws RecordRefusal when it is nested too deep or of no known form */
export function plainValue(value: unknown, depth = 0): PlainValue {
  if (depth > INTAKE_LIMITS.depth) throw new RecordRefusal(`a value is nested deeper than ${INTAKE_LIMITS.depth}`);
  const any = fieldsOf(value, 'a value');
  if (any['stringValue'] !== undefined) return textOf(any['stringValue'], 'stringValue');
  if (any['boolValue'] !== undefined) return any['boolValue'] === true || any['boolValue'] === 'true';
  if (any['intValue'] !== undefined) return finite(numberOf(any['intValue'], 'intValue'));
  if (any['doubleValue'] !== undefined) return finite(numberOf(any['doubleValue'], 'doubleValue'));
  if (any['arrayValue'] !== undefined) {
    const values = listOf(fieldsOf(any['arrayValue'], 'arrayValue')['values'], 'values');
    return values.map((each) => plainValue(each, depth + 1));
  }
  if (any['kvlistValue'] !== undefined)
    return plainAttributes(fieldsOf(any['kvlistValue'], 'kvlistValue')['values'], depth + 1);
  if (any['bytesValue'] !== undefined) {
    const bytes = any['bytesValue'];
    return typeof bytes === 'string' ? bytes : Buffer.from(bytes as Uint8Array).toString('base64');
  }
  return null;
}

/** Numbers JSON has no word for are told by name. */
function finite(number: number): PlainValue {
  return Number.isFinite(number) ? number : String(number);
}

/** Attributes by name; of one that comes twice the last counts. */
export function plainAttributes(value: unknown, depth = 0): Attributes {
  const list = listOf(value, 'attributes');
  if (list.length > INTAKE_LIMITS.attributes)
    throw new RecordRefusal(`a record has more than ${INTAKE_LIMITS.attributes} attributes`);
  const attributes: Attributes = Object.create(null) as Attributes;
  for (const each of list) {
    const { key, value: inner } = fieldsOf(each, 'an attribute');
    attributes[textOf(key, 'the key of an attribute')] = plainValue(inner, depth);
  }
  return attributes;
}

/** Who sent it: `service.name`, as the semantic conventions call it. */
export function serviceOf(resource: unknown): string {
  const attributes = plainAttributes(fieldsOf(resource, 'resource')['attributes']);
  const name = attributes['service.name'];
  return typeof name === 'string' ? name : '';
}
