import type { SpanRecord, TelemetryRecord } from '../../../observe/intake/telemetry/index.ts';
import { LOG_JUDGE } from './log-judge.ts';
import type { ExplainWhich, JudgeKind, RecordJudge } from './record-judge.ts';

const STATUS = ['unset', 'ok', 'error'];
const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'];

/** A span as a line: what it is, how it went, how long it took. */
function lineOf({ name, kind, status, durationMs }: SpanRecord): string {
  return `${KINDS[kind] ?? kind} ${name} ${STATUS[status] ?? status} ${durationMs.toFixed(3)} ms`;
}

/** Spans judged one by one, by name, kind, status and duration. */
function judgeOf(lines: RecordJudge): RecordJudge {
  return {
    judge(record: TelemetryRecord, n: number, which: ExplainWhich) {
      const span = record as SpanRecord;
      const { traceId, spanId, parentSpanId, attributes = {} } = span;
      const named = { ...attributes, 'trace.id': traceId, 'span.id': spanId, 'parent.span.id': parentSpanId };
      const judgement = lines.judge({ at: span.at, text: lineOf(span), attributes: named }, n, which);
      return judgement.found ? { ...judgement, found: { ...judgement.found, what: 'span' } } : judgement;
    },
    takeWindows: (at) => lines.takeWindows(at),
    takeOut: (n) => lines.takeOut(n),
    setAlpha: (alpha) => lines.setAlpha(alpha),
    get warming() {
      return lines.warming;
    },
    get memoryBytes() {
      return lines.memoryBytes;
    },
    get evictions() {
      return lines.evictions;
    },
    snapshot: () => lines.snapshot(),
  };
}

/** Detectors of spans. */
export const SPAN_JUDGE: JudgeKind = {
  engine: `span-1-${LOG_JUDGE.engine}`,
  create: (settings) => judgeOf(LOG_JUDGE.create(settings)),
  restore: (bytes, settings) => judgeOf(LOG_JUDGE.restore(bytes, settings)),
};
