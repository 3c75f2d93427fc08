import { snappyUncompress } from 'hysnappy';
import type protobuf from 'protobufjs';
import { decodeWith, parseProto } from '../otlp/otlp-messages.ts';
import { checkedPoint, seriesName } from '../otlp/read-otlp.ts';
import { streamName } from '../telemetry/check-text.ts';
import { INTAKE_LIMITS } from '../telemetry/intake-limits.ts';
import { IntakeRefusal } from '../telemetry/intake-refusal.ts';
import { createRecordCollector } from '../telemetry/record-collector.ts';
import type { ReadTelemetry } from '../telemetry/telemetry-record.ts';

// Prometheus remote write 1.0 (https://prometheus.io/docs/specs/prw/remote_write_spec/): a snappy block of a protobuf.
const PROTO = `
syntax = "proto3";
package prometheus;
message WriteRequest { repeated TimeSeries timeseries = 1; }
message TimeSeries { repeated Label labels = 1; repeated Sample samples = 2; }
message Label { string name = 1; string value = 2; }
message Sample { double value = 1; int64 timestamp = 2; }
`;

type WriteRequest = {
  timeseries?: {
    labels?: { name?: string; value?: string }[];
    samples?: { value?: number; timestamp?: number }[];
  }[];
};

let type: protobuf.Type | null = null;

/**
 * Reads a remote write. `job` is the service; a stale marker (a NaN by which a series is told to have ended) is no point.
 * @throws IntakeRefusal
 */
export function readRemoteWrite(body: Uint8Array, options: { service: string | null }): ReadTelemetry {
  type ??= parseProto(PROTO).lookupType('prometheus.WriteRequest');
  const request = decodeWith(type, unpackSnappy(body)) as WriteRequest;
  const collector = createRecordCollector();
  for (const { labels = [], samples = [] } of request.timeseries ?? []) {
    const attributes: Record<string, string> = Object.create(null) as Record<string, string>;
    for (const { name = '', value = '' } of labels) attributes[name] = value;
    const { __name__: name = '', ...others } = attributes;
    const series = seriesName(name, others);
    const service = streamName(options.service ?? attributes['job'] ?? '');
    for (const { value = 0, timestamp = 0 } of samples) {
      if (Number.isNaN(value)) continue;
      collector.take(service, 'metrics', () => checkedPoint({ at: timestamp, series, value }));
    }
  }
  return collector.finish();
}

function unpackSnappy(body: Uint8Array): Uint8Array {
  const length = lengthOfBlock(body);
  if (length > INTAKE_LIMITS.unpackedBytes)
    throw new IntakeRefusal('too-large', `the body unpacks to more than ${INTAKE_LIMITS.unpackedBytes} bytes`);
  if (length === 0) return new Uint8Array();
  try {
    return snappyUncompress(body, length);
  } catch {
    throw new IntakeRefusal('invalid', 'the body is not a snappy block');
  }
}

/** A block begins with its unpacked length, as a varint. */
function lengthOfBlock(body: Uint8Array): number {
  let length = 0;
  for (let at = 0; at < 5; at += 1) {
    const byte = body[at];
    if (byte === undefined) break;
    length += (byte & 0x7f) * 2 ** (7 * at);
    if (byte < 0x80) return length;
  }
  throw new IntakeRefusal('invalid', 'the body is not a snappy block');
}
