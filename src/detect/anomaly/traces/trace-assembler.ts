import type { ClosedTrace, ClosingReason, TraceSpan } from './trace-span.ts';

export interface AssemblerLimits {
  /** A trace whose root has ended is closed when nothing came for so long: its spans travel in other batches. */
  readonly settleMs: number;
  /** A trace whose root has not been seen is closed when nothing came for so long. */
  readonly quietMs: number;
  readonly openTraces: number;
  /** Of all open traces together. */
  readonly openSpans: number;
  readonly spansPerTrace: number;
  /** Closed traces that are remembered, so that a span that comes late does not begin its trace anew. */
  readonly rememberedTraces: number;
}

export const ASSEMBLER_LIMITS: AssemblerLimits = {
  settleMs: 2_000,
  quietMs: 30_000,
  openTraces: 5_000,
  openSpans: 50_000,
  spansPerTrace: 1_000,
  rememberedTraces: 10_000,
};

interface OpenTrace {
  readonly traceId: string;
  readonly spans: TraceSpan[];
  hasRoot: boolean;
  leftOut: number;
  lastMs: number;
}

/** All that an assembler holds, as JSON keeps it. */
export interface AssemblerState {
  readonly open: readonly OpenTrace[];
  readonly closed: readonly ClosedTrace[];
  readonly remembered: readonly string[];
  readonly nowMs: number;
  readonly lateSpans: number;
}

/**
 * Puts spans together to traces and says when a trace is whole. Time is told to
 * it and never runs backwards; the same spans at the same times give the same
 * traces.
 */
export class TraceAssembler {
  private readonly limits: AssemblerLimits;
  /** Each in the order in which they were heard of last: what is due stands first. */
  private readonly ended = new Map<string, OpenTrace>();
  private readonly running = new Map<string, OpenTrace>();
  private closed: ClosedTrace[] = [];
  private readonly remembered = new Set<string>();
  private openSpans = 0;
  private nowMs = 0;
  /** Spans that came after their trace had been closed. */
  lateSpans = 0;

  constructor(limits: Partial<AssemblerLimits> = {}) {
    this.limits = { ...ASSEMBLER_LIMITS, ...limits };
  }

  add(span: TraceSpan, nowMs: number): void {
    this.passTime(nowMs);
    const { traceId } = span;
    if (this.remembered.has(traceId)) {
      this.lateSpans += 1;
      return;
    }
    const trace = this.ended.get(traceId) ??
      this.running.get(traceId) ?? { traceId, spans: [], hasRoot: false, leftOut: 0, lastMs: 0 };
    this.ended.delete(traceId);
    this.running.delete(traceId);
    trace.lastMs = this.nowMs;
    trace.hasRoot ||= span.parentSpanId === '';
    if (trace.spans.length < this.limits.spansPerTrace) {
      trace.spans.push(span);
      this.openSpans += 1;
    } else trace.leftOut += 1;
    (trace.hasRoot ? this.ended : this.running).set(traceId, trace);
    this.makeRoom();
  }

  /** The traces that were closed since this was asked last, in the order they were closed. */
  takeClosed(nowMs: number): ClosedTrace[] {
    this.passTime(nowMs);
    const { closed } = this;
    this.closed = [];
    return closed;
  }

  get openTraces(): number {
    return this.ended.size + this.running.size;
  }

  state(): AssemblerState {
    const open = [...this.ended.values(), ...this.running.values()];
    const { closed, nowMs, lateSpans } = this;
    return { open, closed, remembered: [...this.remembered], nowMs, lateSpans };
  }

  static restore(state: AssemblerState, limits: Partial<AssemblerLimits> = {}): TraceAssembler {
    const assembler = new TraceAssembler(limits);
    for (const trace of state.open) {
      (trace.hasRoot ? assembler.ended : assembler.running).set(trace.traceId, { ...trace, spans: [...trace.spans] });
      assembler.openSpans += trace.spans.length;
    }
    assembler.closed = [...state.closed];
    for (const traceId of state.remembered) assembler.remembered.add(traceId);
    assembler.nowMs = state.nowMs;
    assembler.lateSpans = state.lateSpans;
    return assembler;
  }

  /** Closes what is due, the earliest first. */
  private passTime(nowMs: number): void {
    this.nowMs = Math.max(this.nowMs, nowMs);
    for (;;) {
      const ended = first(this.ended);
      const running = first(this.running);
      const endedDue = ended === null ? Number.POSITIVE_INFINITY : ended.lastMs + this.limits.settleMs;
      const runningDue = running === null ? Number.POSITIVE_INFINITY : running.lastMs + this.limits.quietMs;
      if (Math.min(endedDue, runningDue) > this.nowMs) return;
      if (endedDue <= runningDue) this.close(ended!, 'root-ended');
      else this.close(running!, 'quiet');
    }
  }

  /** Gives up the trace that was quiet for longest while there are more than the memory is for. */
  private makeRoom(): void {
    while (this.openTraces > this.limits.openTraces || this.openSpans > this.limits.openSpans) {
      const ended = first(this.ended);
      const running = first(this.running);
      const quietest = ended === null || (running !== null && running.lastMs < ended.lastMs) ? running! : ended;
      this.close(quietest, 'no-room');
    }
  }

  private close({ traceId, spans, leftOut }: OpenTrace, reason: ClosingReason): void {
    this.ended.delete(traceId);
    this.running.delete(traceId);
    this.openSpans -= spans.length;
    this.closed.push({ traceId, reason, spans, leftOut });
    this.remembered.add(traceId);
    if (this.remembered.size <= this.limits.rememberedTraces) return;
    for (const oldest of this.remembered) {
      this.remembered.delete(oldest);
      return;
    }
  }
}

function first(traces: ReadonlyMap<string, OpenTrace>): OpenTrace | null {
  for (const trace of traces.values()) return trace;
  return null;
}
