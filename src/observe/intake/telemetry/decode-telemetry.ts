import { decodeMessage } from '../otlp/otlp-messages.ts';
import { readOtlp } from '../otlp/read-otlp.ts';
import { readRemoteWrite } from '../remote-write/read-remote-write.ts';
import { IntakeRefusal } from './intake-refusal.ts';
import { type PackedGroup, packRecords } from './pack-records.ts';
import { parseJsonBody } from './parse-json-body.ts';
import { readEvents } from './read-events.ts';
import { compileRedaction, type Redact, type RedactionRules } from './redact-records.ts';
import { sampleRecords } from './sample-records.ts';
import type { ReadTelemetry, StreamKind, TelemetryRecord } from './telemetry-record.ts';
import { unpackBody } from './unpack-body.ts';

/** How a body is written. */
export type TelemetryFormat = 'protobuf' | 'json' | 'events' | 'lines' | 'remote-write';

/** What a stream's settings say of its records; `sampling` is the share that is kept. */
export type OwnRules = RedactionRules & { sampling: number };

export type TelemetryRequest = {
  body: Uint8Array;
  format: TelemetryFormat;
  /** What OTLP's path or service says; events are logs and remote writes metrics. */
  kind: StreamKind;
  /** Content-Encoding. */
  encoding: string;
  /** The stream's name when a header gives one. */
  service: string | null;
  nowMs: number;
  /** Where packed records have to fit into a message: what does not is packed in parts. */
  mostPackedBytes?: number;
  redaction: {
    all: RedactionRules;
    /** Streams with rules of their own, by `kind service`; those count besides. */
    own: Readonly<Record<string, OwnRules>>;
  };
};

export type DecodedTelemetry = { groups: PackedGroup[]; accepted: number; rejected: number; reasons: string[] };

/** From the bytes as they were sent to what is stored: unpacked, read, redacted, packed. @throws IntakeRefusal */
export function decodeTelemetry(request: TelemetryRequest): DecodedTelemetry {
  const { groups, ...counts } = readTelemetry(request);
  const most = request.mostPackedBytes ?? Number.POSITIVE_INFINITY;
  return {
    ...counts,
    groups: groups.flatMap((group) => {
      const { service, kind } = group;
      const own = request.redaction.own[`${kind} ${service}`];
      const redacted = redactionOf(request.redaction.all, own)(group);
      const records = own && own.sampling < 1 ? sampleRecords(group.records, own.sampling) : group.records;
      const sampledOut = group.records.length - records.length;
      const [first, ...rest] = packInParts(records, most);
      // What is counted of the whole is counted once.
      return [
        { service, kind, redacted, sampledOut, ...first! },
        ...rest.map((part) => ({ service, kind, redacted: 0, sampledOut: 0, ...part })),
      ];
    }),
  };
}

/** @throws IntakeRefusal when one record alone is too large */
function packInParts(
  records: readonly TelemetryRecord[],
  most: number,
): Pick<PackedGroup, 'count' | 'bytes' | 'body'>[] {
  const packed = packRecords(records);
  if (packed.body.length <= most) return [{ count: records.length, ...packed }];
  if (records.length === 1)
    throw new IntakeRefusal('too-large', `a record takes ${packed.body.length} bytes, and a message ${most} at most`);
  const half = records.length >> 1;
  return [...packInParts(records.slice(0, half), most), ...packInParts(records.slice(half), most)];
}

function readTelemetry({ body, format, kind, encoding, service, nowMs }: TelemetryRequest): ReadTelemetry {
  const bytes = format === 'remote-write' ? body : unpackBody(body, encoding);
  switch (format) {
    case 'remote-write':
      return readRemoteWrite(bytes, { service });
    case 'protobuf':
      return readOtlp(kind, decodeMessage(REQUESTS[kind], bytes), { service, nowMs });
    case 'json':
      return readOtlp(kind, parseJsonBody(bytes), { service, nowMs });
    case 'events':
    case 'lines':
      return readEvents(bytes, { lines: format === 'lines', service, nowMs });
  }
}

const REQUESTS = { logs: 'LogsRequest', metrics: 'MetricsRequest', traces: 'TracesRequest' } as const;

/** Rules change seldom, and compiling them costs more than using them. */
const compiled = new Map<string, Redact>();
const MOST_COMPILED = 500;

function redactionOf(all: RedactionRules, own: RedactionRules | undefined): Redact {
  const rules = own ? { keys: [...all.keys, ...own.keys], patterns: [...all.patterns, ...own.patterns] } : all;
  const key = JSON.stringify([rules.keys, rules.patterns]);
  let redact = compiled.get(key);
  if (!redact) {
    if (compiled.size >= MOST_COMPILED) compiled.clear();
    redact = compileRedaction(rules);
    compiled.set(key, redact);
  }
  return redact;
}
