/** What a stream is made of. */
export type StreamKind = 'logs' | 'metrics' | 'traces';

/** JSON as it can be stored: attributes and structured bodies. */
export type PlainValue = string | number | boolean | null | PlainValue[] | { [name: string]: PlainValue };
export type Attributes = Record<string, PlainValue>;

/** One event. `at` is milliseconds since 1970, with a fraction; `text` what is judged. */
export type LogRecord = { at: number; text: string; attributes?: Attributes };
/** One point of a series; `series` is its name with its attributes in order: `cpu{core="1"}`. */
export type MetricPoint = { at: number; series: string; value: number };
export type SpanRecord = {
  at: number;
  traceId: string;
  spanId: string;
  parentSpanId: string;
  name: string;
  kind: number;
  /** 0 unset, 1 ok, 2 error. */
  status: number;
  durationMs: number;
  attributes?: Attributes;
};
export type TelemetryRecord = LogRecord | MetricPoint | SpanRecord;

/** Records of one source, in the order they were sent. */
export type RecordGroup = { service: string; kind: StreamKind; records: TelemetryRecord[] };

/** What a body held, and what of it is refused: told to the sender, never dropped in silence. */
export type ReadTelemetry = { groups: RecordGroup[]; accepted: number; rejected: number; reasons: string[] };
