import { ENGINE_VERSION, LogDetector } from '../log-detector.ts';
import { SERIES_ENGINE_VERSION, SeriesDetector, type SeriesVerdict } from '../series/series-detector.ts';
import { TRACE_ENGINE_VERSION, TraceDetector, type TraceVerdict } from '../traces/trace-detector.ts';
import type { TraceSpan } from '../traces/trace-span.ts';
import type { EventVerdict, WindowVerdict } from '../verdict.ts';

/** What was judged, with all of it that the verdict depends on beside the model. Bytes are base64. */
export type JudgedThing =
  | { readonly what: 'event'; readonly event: string }
  /** The window's events in order; `n` is the window's number. */
  | { readonly what: 'window'; readonly n: number; readonly events: readonly string[] }
  | { readonly what: 'point'; readonly series: string; readonly at: number; readonly value: number }
  | { readonly what: 'trace'; readonly traceId: string; readonly spans: readonly TraceSpan[] };

export type ProvenVerdict = EventVerdict | WindowVerdict | SeriesVerdict | TraceVerdict;

const MIB = 1024 * 1024;

/** Whose snapshots prove a kind of anomaly. */
type Engine = {
  readonly version: number;
  /** The largest snapshot there is takes less than this; a larger one is none of ours. */
  readonly mostSnapshotBytes: number;
};

/** A log's takes 3 MB with 17 table bits and windows; a trace model's grows with the steps it knows. */
const LOG_ENGINE: Engine = { version: ENGINE_VERSION, mostSnapshotBytes: 8 * MIB };

export const ENGINES: Readonly<Record<JudgedThing['what'], Engine>> = {
  event: LOG_ENGINE,
  window: LOG_ENGINE,
  point: { version: SERIES_ENGINE_VERSION, mostSnapshotBytes: 4 * MIB },
  trace: { version: TRACE_ENGINE_VERSION, mostSnapshotBytes: 64 * MIB },
};

/**
 * What a model in this state says of it.
 * @throws RangeError when the snapshot is none of the engine's, or the events end no such window
 */
export function judgeAgain(judged: JudgedThing, snapshot: Uint8Array): ProvenVerdict {
  switch (judged.what) {
    case 'event':
      return LogDetector.restore(snapshot).look(Buffer.from(judged.event, 'base64'), 'always');
    case 'point':
      return SeriesDetector.restore(snapshot).judge(judged.at, judged.value);
    case 'trace':
      return TraceDetector.restore(snapshot).judgeWhole(judged.traceId, judged.spans);
    case 'window': {
      const detector = LogDetector.restore(snapshot);
      for (const event of judged.events) detector.judge(Buffer.from(event, 'base64'));
      const window = detector.takeWindows().find(({ n }) => n === judged.n);
      if (!window) throw new RangeError(`its events end no window ${judged.n}`);
      return window;
    }
  }
}
