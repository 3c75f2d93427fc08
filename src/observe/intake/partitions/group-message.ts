import { z } from 'zod';
import type { PackedGroup } from '../telemetry/index.ts';

/** Records of one stream on their way to whoever judges it, and when they came in (milliseconds since 1970). */
export type GroupMessage = { group: PackedGroup; at: number };

const VERSION = 1;
const PREFIX_BYTES = 5;
const count = z.int().min(0);
const head = z.strictObject({
  service: z.string().min(1),
  kind: z.enum(['logs', 'metrics', 'traces']),
  count,
  redacted: count,
  sampledOut: count,
  bytes: count,
  at: z.number(),
});

/** A version byte, the length of the head, the head as JSON, the packed records. */
export function encodeGroup({ group: { body, ...rest }, at }: GroupMessage): Uint8Array {
  const json = Buffer.from(JSON.stringify({ ...rest, at }), 'utf8');
  const message = Buffer.allocUnsafe(PREFIX_BYTES + json.length + body.length);
  message.writeUInt8(VERSION);
  message.writeUInt32LE(json.length, 1);
  message.set(json, PREFIX_BYTES);
  message.set(body, PREFIX_BYTES + json.length);
  return message;
}

/** @throws RangeError when it is not a message that `encodeGroup` wrote */
export function decodeGroup(message: Uint8Array): GroupMessage {
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  if (bytes.length < PREFIX_BYTES || bytes[0] !== VERSION) throw new RangeError('not a message of this version');
  const end = PREFIX_BYTES + bytes.readUInt32LE(1);
  if (end > bytes.length) throw new RangeError('its head is longer than the message');
  const { at, ...group } = readHead(bytes.toString('utf8', PREFIX_BYTES, end));
  // The message's memory is the client's, and goes with its next read.
  return { group: { ...group, body: Uint8Array.from(bytes.subarray(end)) }, at };
}

function readHead(json: string): z.infer<typeof head> {
  try {
    return head.parse(JSON.parse(json));
  } catch {
    throw new RangeError('its head is not as it is written here');
  }
}
