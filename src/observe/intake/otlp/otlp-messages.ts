import protobuf from 'protobufjs';
import { INTAKE_LIMITS } from '../telemetry/intake-limits.ts';
import { IntakeRefusal } from '../telemetry/intake-refusal.ts';
import { OTLP_PROTO } from './otlp-proto.ts';

type Message = 'LogsRequest' | 'MetricsRequest' | 'TracesRequest' | 'ExportReply' | 'Status' | 'RetryInfo';

let root: protobuf.Root | null = null;
const types = new Map<Message, protobuf.Type>();

/**
 * Reads a proto file. What a message does not say stays absent, as in JSON: the library would give every message the
 * default of every field, and an integer the empty text it might have been.
 */
export function parseProto(source: string): protobuf.Root {
  const parsed = protobuf.parse(source).root;
  for (const namespace of parsed.nestedArray) {
    for (const type of (namespace as protobuf.Namespace).nestedArray) {
      if (!(type instanceof protobuf.Type)) continue;
      type.setup();
      for (const field of type.fieldsArray) Reflect.deleteProperty(type.ctor.prototype as object, field.name);
    }
  }
  return parsed;
}

/** Read once, when the first message comes: who gets no telemetry pays nothing. */
function typeOf(message: Message): protobuf.Type {
  root ??= parseProto(OTLP_PROTO);
  let type = types.get(message);
  if (!type) {
    type = root.lookupType(`otlp.${message}`);
    types.set(message, type);
  }
  return type;
}

/** The library's reader as it is used here: its types say that 64-bit numbers are objects. */
interface NumberReader {
  buf: Uint8Array;
  pos: number;
  len: number;
  discardUnknown: boolean;
  tag(): number;
  fixed64(): number;
  sfixed64(): number;
  int64(): number;
}

/** Reads 64-bit numbers as doubles: of a time that loses a quarter of a microsecond, of a value what a double loses. */
class PlainReader extends (protobuf.BufferReader as unknown as new (buffer: Buffer) => NumberReader) {
  // Unknown fields are of newer senders; nobody here reads them again.
  override discardUnknown = true;
  #fields = 0;
  override tag(): number {
    this.#fields += 1;
    if (this.#fields > INTAKE_LIMITS.values) throw RangeError(`it has more than ${INTAKE_LIMITS.values} fields`);
    return super.tag();
  }
  override fixed64(): number {
    const view = this.buf as Buffer;
    if (this.pos + 8 > this.len) throw RangeError('index out of range');
    const value = view.readUInt32LE(this.pos) + view.readUInt32LE(this.pos + 4) * 4_294_967_296;
    this.pos += 8;
    return value;
  }
  override sfixed64(): number {
    const view = this.buf as Buffer;
    if (this.pos + 8 > this.len) throw RangeError('index out of range');
    const value = view.readUInt32LE(this.pos) + view.readInt32LE(this.pos + 4) * 4_294_967_296;
    this.pos += 8;
    return value;
  }
  override int64(): number {
    return Number(super.int64());
  }
}

/**
 * A protobuf message as a plain object with the names that JSON has.
 * @throws IntakeRefusal for anything that is not one, also for text that is not UTF-8 and for values nested too deep
 */
export function decodeMessage(message: Message, bytes: Uint8Array): object {
  return decodeWith(typeOf(message), bytes);
}

/** The same, of a type that was read elsewhere. @throws IntakeRefusal */
export function decodeWith(type: protobuf.Type, bytes: Uint8Array): object {
  try {
    const reader = new PlainReader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    return type.decode(reader as unknown as protobuf.Reader);
  } catch (thrown) {
    throw new IntakeRefusal('invalid', `the body is not a protobuf ${type.name}: ${(thrown as Error).message}`);
  }
}

/** The bytes of a message made of a plain object. */
export function encodeMessage(message: Message, value: object): Buffer {
  return Buffer.from(typeOf(message).encode(typeOf(message).fromObject(value)).finish());
}
