import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkout, makeNoise } from './testing/shop-traces.ts';
import { shapeOf } from './trace-shape.ts';
import type { TraceSpan } from './trace-span.ts';

describe('the shape of a trace', () => {
  it('is a text of its calls', () => {
    expect(shapeOf(checkout(7, makeNoise(1), 'failed')).text).toBe(
      'web POST /orders/# (mail queue receipt, orders place order (orders SELECT cart, ' +
        'payments charge failed (bank POST /transfers failed), stock GET item # several times))',
    );
  });

  it('does not depend on the order in which the spans came, on their ids or their durations', () => {
    const spans = checkout(7, makeNoise(1));
    const { root, text } = shapeOf(spans);
    const shuffled = fc.shuffledSubarray(spans, { minLength: spans.length });
    fc.assert(
      fc.property(shuffled, fc.double({ min: 0.1, max: 100, noNaN: true }), (order, factor) => {
        const renamed = order.map((span) => ({
          ...span,
          traceId: 'other',
          spanId: `x${span.spanId}`,
          parentSpanId: span.parentSpanId === '' ? '' : `x${span.parentSpanId}`,
          durationMs: span.durationMs * factor,
        }));
        expect(shapeOf(renamed)).toMatchObject({ root, text });
      }),
    );
  });

  it('can be told of any spans, circles and orphans too', () => {
    const id = fc.constantFrom('', '1', '2', '3', '4');
    const any: fc.Arbitrary<TraceSpan> = fc.record({
      traceId: fc.constant('t'),
      spanId: id,
      parentSpanId: id,
      service: fc.constantFrom('', 'web'),
      name: fc.string(),
      status: fc.nat({ max: 2 }),
      at: fc.nat({ max: 5 }),
      durationMs: fc.double({ min: 0, max: 1e9, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(any, { minLength: 1, maxLength: 12 }), (spans) => {
        const { root, steps, text } = shapeOf(spans);
        expect(text).toContain(root);
        expect(steps.size).toBeGreaterThan(0);
      }),
    );
  });

  it('of a very long chain ends', () => {
    const chain = Array.from({ length: 5_000 }, (_, depth) => ({
      ...checkout(1, makeNoise(1))[0]!,
      spanId: String(depth),
      parentSpanId: depth === 0 ? '' : String(depth - 1),
      at: depth,
    }));
    expect(shapeOf(chain).text.length).toBeLessThan(5_000);
  });
});
