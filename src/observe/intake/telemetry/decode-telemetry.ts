import { decodeMessage } from '../otlp/otlp-messages.ts';
import { readOtlp } from '../otlp/read-otlp.ts';
import { readRemoteWrite } from '../remote-write/read-remote-write.ts';
import { type PackedGroup, packRecords } from './pack-records.ts';
import { parseJsonBody } from './parse-json-body.ts';
import { readEvents } from './read-events.ts';
import { compileRedaction, type Redact, type RedactionRules } from './redact-records.ts';
import { sampleRecords } from './sample-records.ts';
import type { ReadTelemetry, StreamKind } from './telemetry-record.ts';
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
  return {
    ...counts,
    groups: groups.map((group) => {
      const { service, kind } = group;
      const own = request.redaction.own[`${kind} ${service}`];
      const redacted = redactionOf(request.redaction.all, own)(group);
      const records = own && own.sampling < 1 ? sampleRecords(group.records, own.sampling) : group.records;
      const sampledOut = group.records.length - records.length;
      return { service, kind, count: records.length, redacted, sampledOut, ...packRecords(records) };
    }),
  };
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
