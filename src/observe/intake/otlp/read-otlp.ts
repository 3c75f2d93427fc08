import { faultOfText, streamName } from '../telemetry/check-text.ts';
import { INTAKE_LIMITS } from '../telemetry/intake-limits.ts';
import { IntakeRefusal } from '../telemetry/intake-refusal.ts';
import { createRecordCollector, type RecordCollector } from '../telemetry/record-collector.ts';
import { RecordRefusal } from '../telemetry/record-refusal.ts';
import type {
  LogRecord,
  MetricPoint,
  PlainValue,
  ReadTelemetry,
  SpanRecord,
  StreamKind,
} from '../telemetry/telemetry-record.ts';
import {
  type Fields,
  fieldsOf,
  listOf,
  millisOf,
  numberOf,
  plainAttributes,
  plainValue,
  serviceOf,
  textOf,
} from './any-value.ts';

/**
 * Reads an export request of OTLP, decoded from protobuf or parsed from JSON: both have the same names.
 * @param options.service the stream's name when the header gave one, instead of `service.name`
 * @throws IntakeRefusal when its outer shape is not one, or it has too many records
 */
export function readOtlp(
  kind: StreamKind,
  request: unknown,
  options: { service: string | null; nowMs: number },
): ReadTelemetry {
  const collector = createRecordCollector();
  try {
    const shape = SHAPES[kind];
    for (const resource of listOf(fieldsOf(request, 'the request')[shape.resources], shape.resources)) {
      const fields = fieldsOf(resource, shape.resources);
      const service = streamName(options.service ?? serviceOf(fields['resource']));
      for (const scope of listOf(fields[shape.scopes], shape.scopes)) {
        for (const record of listOf(fieldsOf(scope, shape.scopes)[shape.records], shape.records))
          shape.read(collector, service, record, options.nowMs);
      }
    }
  } catch (thrown) {
    if (thrown instanceof RecordRefusal) throw new IntakeRefusal('invalid', thrown.message);
    throw thrown;
  }
  return collector.finish();
}

const SHAPES = {
  logs: { resources: 'resourceLogs', scopes: 'scopeLogs', records: 'logRecords', read: readLog },
  metrics: { resources: 'resourceMetrics', scopes: 'scopeMetrics', records: 'metrics', read: readMetric },
  traces: { resources: 'resourceSpans', scopes: 'scopeSpans', records: 'spans', read: readSpan },
} as const;

function readLog(collector: RecordCollector, service: string, value: unknown, nowMs: number): void {
  collector.take(service, 'logs', () => {
    const record = fieldsOf(value, 'logRecord');
    const attributes = plainAttributes(record['attributes']);
    const body = record['body'] === undefined || record['body'] === null ? null : plainValue(record['body']);
    const text = eventText(body, attributes, textOf(record['eventName'], 'eventName'));
    const fault = faultOfText(text);
    if (fault !== null) throw new RecordRefusal(fault);
    const at =
      millisOf(record['timeUnixNano'], 'timeUnixNano') ??
      millisOf(record['observedTimeUnixNano'], 'observedTimeUnixNano') ??
      nowMs;
    const severity = textOf(record['severityText'], 'severityText');
    if (severity !== '' && attributes['severity'] === undefined) attributes['severity'] = severity;
    return { at, text, ...(Object.keys(attributes).length === 0 ? {} : { attributes }) } satisfies LogRecord;
  });
}

/** What is judged of a record: its body; of one without a body, what else it says. */
export function eventText(body: PlainValue, attributes: Record<string, PlainValue>, name = ''): string {
  if (typeof body === 'string') return body.replace(/[\r\n]+$/, '');
  if (body !== null) return canonical(body);
  if (Object.keys(attributes).length === 0) return name;
  return name === '' ? canonical(attributes) : `${name} ${canonical(attributes)}`;
}

/** The same JSON whatever order its sender wrote the names in. */
function canonical(value: PlainValue): string {
  return JSON.stringify(value, (_name, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([left], [right]) => (left < right ? -1 : 1)))
      : each,
  );
}

function readMetric(collector: RecordCollector, service: string, value: unknown, nowMs: number): void {
  const metric = fieldsOf(value, 'metric');
  const name = textOf(metric['name'], 'the name of a metric');
  for (const data of ['gauge', 'sum', 'histogram', 'exponentialHistogram', 'summary'] as const) {
    if (metric[data] === undefined || metric[data] === null) continue;
    for (const each of listOf(fieldsOf(metric[data], data)['dataPoints'], 'dataPoints')) {
      collector.take(service, 'metrics', () => readPoint(name, data, fieldsOf(each, 'dataPoint'), nowMs));
    }
  }
}

/** A distribution is watched by its mean: the one number every kind of it has. */
function readPoint(
  name: string,
  data: 'gauge' | 'sum' | 'histogram' | 'exponentialHistogram' | 'summary',
  point: Fields,
  nowMs: number,
): MetricPoint {
  const at = millisOf(point['timeUnixNano'], 'timeUnixNano') ?? nowMs;
  const series = seriesName(name, plainAttributes(point['attributes']));
  if (data === 'gauge' || data === 'sum') {
    const value = numberOf(point['asDouble'] ?? point['asInt'], 'the value of a point');
    return checkedPoint({ at, series, value });
  }
  const count = numberOf(point['count'], 'count');
  const sum = numberOf(point['sum'], 'sum');
  return checkedPoint({ at, series, value: count === 0 ? 0 : sum / count });
}

/** `name{a="1",b="2"}`, the attributes in order, so that a series is the same however it is written. */
export function seriesName(name: string, attributes: Record<string, PlainValue>): string {
  const labels = Object.keys(attributes)
    .sort()
    .map((key) => `${key}=${JSON.stringify(String(attributes[key]))}`);
  return labels.length === 0 ? name : `${name}{${labels.join(',')}}`;
}

export function checkedPoint(point: MetricPoint): MetricPoint {
  if (!Number.isFinite(point.value)) throw new RecordRefusal('the value of a point is not finite');
  if (point.series === '') throw new RecordRefusal('a metric has no name');
  if (point.series.length > INTAKE_LIMITS.seriesChars)
    throw new RecordRefusal(
      `the name and attributes of a series are longer than ${INTAKE_LIMITS.seriesChars} characters`,
    );
  const fault = faultOfText(point.series);
  if (fault !== null) throw new RecordRefusal(fault);
  return point;
}

function readSpan(collector: RecordCollector, service: string, value: unknown, nowMs: number): void {
  collector.take(service, 'traces', () => {
    const span = fieldsOf(value, 'span');
    const name = textOf(span['name'], 'the name of a span');
    const fault = faultOfText(name);
    if (fault !== null) throw new RecordRefusal(fault);
    const at = millisOf(span['startTimeUnixNano'], 'startTimeUnixNano') ?? nowMs;
    const end = millisOf(span['endTimeUnixNano'], 'endTimeUnixNano') ?? at;
    const attributes = plainAttributes(span['attributes']);
    return {
      at,
      traceId: hexOf(span['traceId'], 'traceId'),
      spanId: hexOf(span['spanId'], 'spanId'),
      parentSpanId: hexOf(span['parentSpanId'], 'parentSpanId'),
      name,
      kind: enumOf(span['kind'], SPAN_KINDS, 'kind'),
      status: enumOf(fieldsOf(span['status'], 'status')['code'], STATUS_CODES, 'code'),
      // Times are doubles: a quarter of a microsecond is noise.
      durationMs: Math.max(0, Math.round((end - at) * 1_000) / 1_000),
      ...(Object.keys(attributes).length === 0 ? {} : { attributes }),
    } satisfies SpanRecord;
  });
}

/** Senders of JSON should write the number and some write the name. */
const SPAN_KINDS = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'].map(
  (name) => `SPAN_KIND_${name}`,
);
const STATUS_CODES = ['STATUS_CODE_UNSET', 'STATUS_CODE_OK', 'STATUS_CODE_ERROR'];

function enumOf(value: unknown, names: readonly string[], what: string): number {
  const number = typeof value === 'string' && names.includes(value) ? names.indexOf(value) : numberOf(value, what);
  return Number.isInteger(number) ? number : 0;
}

/** Ids are bytes in protobuf and, unlike other bytes, hex in JSON. */
function hexOf(value: unknown, what: string): string {
  if (value === undefined || value === null) return '';
  const hex = typeof value === 'string' ? value.toLowerCase() : Buffer.from(value as Uint8Array).toString('hex');
  if (!/^[0-9a-f]{0,32}$/.test(hex)) throw new RecordRefusal(`${what} is not an id`);
  return hex;
}
