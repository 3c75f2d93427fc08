/** Traces: spans put together, judged by their shape and by how long their steps take. */

export { type BeforeTrace, TRACE_ENGINE_VERSION, TraceDetector, type TraceVerdict } from './trace-detector.ts';
export type { TraceSpan } from './trace-span.ts';
