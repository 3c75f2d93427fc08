/** One span as it was sent, of whatever trace. */
export interface TraceSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for the root. */
  readonly parentSpanId: string;
  readonly service: string;
  readonly name: string;
  /** 0 unset, 1 ok, 2 error. */
  readonly status: number;
  /** When it began, milliseconds since 1970. */
  readonly at: number;
  readonly durationMs: number;
}

/** Why no more spans of a trace are waited for. */
export type ClosingReason = 'root-ended' | 'quiet' | 'no-room';

/** The spans of a trace that came before it was closed, in the order they came. */
export interface ClosedTrace {
  readonly traceId: string;
  readonly reason: ClosingReason;
  readonly spans: readonly TraceSpan[];
  /** Spans beyond the most a trace may have. */
  readonly leftOut: number;
}
