import { isUtf8 } from 'node:buffer';
import { eventText } from '../otlp/read-otlp.ts';
import { faultOfText, streamName } from './check-text.ts';
import { INTAKE_LIMITS } from './intake-limits.ts';
import { IntakeRefusal } from './intake-refusal.ts';
import { parseJsonBody } from './parse-json-body.ts';
import type { Attributes, LogRecord, PlainValue, ReadTelemetry } from './telemetry-record.ts';

/**
 * Reads `{"stream": "checkout", "events": [...]}`, a list of events, or lines of text. An event is a text or an object;
 * of an object with `message` that is judged, with `timestamp` and `attributes` beside it; of any other its JSON.
 * Unlike OTLP, whose senders have no use for it, one bad event refuses them all and is named.
 * @throws IntakeRefusal
 */
export function readEvents(
  body: Uint8Array,
  options: { lines: boolean; service: string | null; nowMs: number },
): ReadTelemetry {
  const { stream, events } = options.lines ? { stream: null, events: readLines(body) } : readBody(body);
  if (events.length > INTAKE_LIMITS.records)
    throw new IntakeRefusal('too-large', `the request has more than ${INTAKE_LIMITS.records} events`);
  const records = events.map((event, index) => readEvent(event, index, options.nowMs));
  const service = streamName(options.service ?? stream ?? 'default');
  return {
    groups: records.length === 0 ? [] : [{ service, kind: 'logs', records }],
    accepted: records.length,
    rejected: 0,
    reasons: [],
  };
}

/** An empty line is none; a last one without its LF counts. */
function readLines(body: Uint8Array): string[] {
  if (!isUtf8(body)) throw new IntakeRefusal('invalid', 'the body is not UTF-8');
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength)
    .toString('utf8')
    .split('\n')
    .map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line))
    .filter((line) => line !== '');
}

function readBody(body: Uint8Array): { stream: string | null; events: readonly unknown[] } {
  const value = parseJsonBody(body);
  if (Array.isArray(value)) return { stream: null, events: value };
  const { stream, events } = (value ?? {}) as { stream?: unknown; events?: unknown };
  if (!Array.isArray(events)) throw new IntakeRefusal('invalid', 'send {"events": [...]}, or a list of events');
  if (stream !== undefined && typeof stream !== 'string') throw new IntakeRefusal('invalid', 'stream is not a text');
  return { stream: stream ?? null, events };
}

function readEvent(event: unknown, index: number, nowMs: number): LogRecord {
  const record = shapeEvent(event, index, nowMs);
  const fault = faultOfText(record.text);
  if (fault !== null) throw new IntakeRefusal('invalid', `events.${index}: ${fault}`);
  return record;
}

function shapeEvent(event: unknown, index: number, nowMs: number): LogRecord {
  if (typeof event === 'string') return { at: nowMs, text: eventText(event, {}) };
  if (typeof event !== 'object' || event === null || Array.isArray(event))
    throw new IntakeRefusal('invalid', `events.${index} is neither a text nor an object`);
  const { message, timestamp, attributes } = event as Record<string, unknown>;
  if (typeof message !== 'string') {
    assertDepth(event as PlainValue, index);
    return { at: readTime(timestamp, index, nowMs), text: eventText(event as PlainValue, {}) };
  }
  if (attributes !== undefined && (typeof attributes !== 'object' || attributes === null || Array.isArray(attributes)))
    throw new IntakeRefusal('invalid', `events.${index}.attributes is not an object`);
  const named = attributes as Attributes | undefined;
  if (named !== undefined) assertDepth(named, index);
  if (named !== undefined && Object.keys(named).length > INTAKE_LIMITS.attributes)
    throw new IntakeRefusal('invalid', `events.${index} has more than ${INTAKE_LIMITS.attributes} attributes`);
  return {
    at: readTime(timestamp, index, nowMs),
    text: eventText(message, {}),
    ...(named === undefined || Object.keys(named).length === 0 ? {} : { attributes: named }),
  };
}

function assertDepth(value: PlainValue, index: number): void {
  let level: PlainValue[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > INTAKE_LIMITS.depth)
      throw new IntakeRefusal('invalid', `events.${index} is nested deeper than ${INTAKE_LIMITS.depth}`);
    level = level.flatMap((each) => (typeof each === 'object' && each !== null ? Object.values(each) : []));
  }
}

/** RFC 3339, or milliseconds since 1970. */
function readTime(value: unknown, index: number, nowMs: number): number {
  if (value === undefined || value === null) return nowMs;
  const at = typeof value === 'number' ? value : typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (at >= 0 && at < 253_402_300_800_000) return at;
  throw new IntakeRefusal('invalid', `events.${index}.timestamp is neither RFC 3339 nor milliseconds since 1970`);
}
