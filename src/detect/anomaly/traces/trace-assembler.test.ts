import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TraceAssembler } from './trace-assembler.ts';
import type { TraceSpan } from './trace-span.ts';

const span = (traceId: string, spanId: string, parentSpanId: string): TraceSpan => ({
  traceId,
  spanId,
  parentSpanId,
  service: 'web',
  name: 'GET /',
  status: 1,
  at: 0,
  durationMs: 1,
});

describe('a trace', () => {
  it('is closed two seconds after the last span when its root has ended', () => {
    const assembler = new TraceAssembler();
    assembler.add(span('t', '2', '1'), 0);
    assembler.add(span('t', '1', ''), 100);
    assembler.add(span('t', '3', '1'), 1_000);
    expect(assembler.takeClosed(2_999)).toEqual([]);
    expect(assembler.takeClosed(3_000)).toMatchObject([{ traceId: 't', reason: 'root-ended', leftOut: 0 }]);
    expect(assembler.takeClosed(99_000)).toEqual([]);
    expect(assembler.openTraces).toBe(0);
  });

  it('without a root is closed when nothing came for half a minute', () => {
    const assembler = new TraceAssembler();
    assembler.add(span('t', '2', '1'), 0);
    expect(assembler.takeClosed(29_999)).toEqual([]);
    expect(assembler.takeClosed(30_000)).toMatchObject([{ traceId: 't', reason: 'quiet' }]);
  });

  it('is not begun anew by a span that comes late', () => {
    const assembler = new TraceAssembler();
    assembler.add(span('t', '1', ''), 0);
    assembler.takeClosed(5_000);
    assembler.add(span('t', '2', '1'), 6_000);
    expect(assembler.takeClosed(99_000)).toEqual([]);
    expect(assembler.lateSpans).toBe(1);
  });

  it('keeps its first spans and counts the others', () => {
    const assembler = new TraceAssembler({ spansPerTrace: 3 });
    for (let id = 0; id < 5; id += 1) assembler.add(span('t', String(id), id === 0 ? '' : '0'), 0);
    const [closed] = assembler.takeClosed(9_000);
    expect(closed!.spans.map(({ spanId }) => spanId)).toEqual(['0', '1', '2']);
    expect(closed!.leftOut).toBe(2);
  });

  it('gives way, the one quiet for longest first, when there is no room', () => {
    const assembler = new TraceAssembler({ openTraces: 2 });
    assembler.add(span('a', '1', 'x'), 0);
    assembler.add(span('b', '1', ''), 1);
    assembler.add(span('a', '2', '1'), 2);
    assembler.add(span('c', '1', 'x'), 3);
    expect(assembler.takeClosed(3)).toMatchObject([{ traceId: 'b', reason: 'no-room' }]);
  });
});

describe('the assembler', () => {
  const event = fc.record({
    trace: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
    root: fc.boolean(),
    // Now and then the clock is set back.
    later: fc.integer({ min: -2_000, max: 20_000 }),
  });
  const limits = { openTraces: 4, openSpans: 8, spansPerTrace: 5, rememberedTraces: 3 };

  it('loses no span, stays within its limits and goes on exactly after it was stored', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 80 }), fc.nat({ max: 80 }), (events, cut) => {
        let assembler = new TraceAssembler(limits);
        const whole = new TraceAssembler(limits);
        let now = 1_000_000;
        let told = 0;
        for (const [at, { trace, root, later }] of events.entries()) {
          if (at === cut) {
            const kept = JSON.parse(JSON.stringify(assembler.state())) as ReturnType<TraceAssembler['state']>;
            assembler = TraceAssembler.restore(kept, limits);
          }
          now += later;
          const one = span(trace, String(at), root ? '' : 'p');
          assembler.add(one, now);
          whole.add(one, now);
          const closed = assembler.takeClosed(now);
          expect(closed).toEqual(whole.takeClosed(now));
          expect(assembler.openTraces).toBeLessThanOrEqual(4);
          for (const { spans, leftOut } of closed) told += spans.length + leftOut;
        }
        for (const { spans, leftOut } of assembler.takeClosed(now + 1e6)) told += spans.length + leftOut;
        expect(told + assembler.lateSpans).toBe(events.length);
      }),
    );
  });
});
