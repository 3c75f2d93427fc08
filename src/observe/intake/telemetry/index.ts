/** Telemetry as it is sent: read, checked, redacted and packed, beside the event loop. */
export type { OwnRules, TelemetryFormat } from './decode-telemetry.ts';
export { createTelemetryDecoder, type TelemetryDecoder } from './decode-threads.ts';
export { INTAKE_LIMITS } from './intake-limits.ts';
export { IntakeRefusal } from './intake-refusal.ts';
export { type PackedGroup, unpackRecords } from './pack-records.ts';
export { assertPatterns, type RedactionRules } from './redact-records.ts';
export type { LogRecord, MetricPoint, SpanRecord, StreamKind, TelemetryRecord } from './telemetry-record.ts';
