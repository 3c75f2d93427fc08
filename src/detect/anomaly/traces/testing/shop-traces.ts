import type { TraceSpan } from '../trace-span.ts';

/** A small generator with a seed: tests need noise that is the same everywhere. */
export function makeNoise(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

export type Fault = 'missing' | 'extra' | 'failed' | 'slow' | 'repeated';

/** A checkout as a shop's services do it: mostly alike, now and then without a cache hit, with a few reads more or less. */
export function checkout(index: number, noise: () => number, fault: Fault | null = null): TraceSpan[] {
  const traceId = `trace-${index}`;
  const at = 1_700_000_000_000 + index * 1_000;
  const spans: TraceSpan[] = [];
  const call = (
    parent: TraceSpan | null,
    service: string,
    name: string,
    usualMs: number,
    failed = false,
  ): TraceSpan => {
    const span = {
      traceId,
      spanId: `${index}-${spans.length}`,
      parentSpanId: parent?.spanId ?? '',
      service,
      name,
      status: failed ? 2 : 1,
      at: at + spans.length,
      durationMs: usualMs * (0.6 + noise() * noise() * 1.5),
    };
    spans.push(span);
    return span;
  };
  const root = call(null, 'web', `POST /orders/${index}`, 120);
  const order = call(root, 'orders', 'place order', 90);
  call(order, 'orders', 'SELECT cart', 4);
  if (noise() < 0.3) call(order, 'stock', 'fill cache', 12);
  const reads = fault === 'repeated' ? 60 : 4 + Math.floor(noise() * 4);
  for (let read = 0; read < reads; read += 1) call(order, 'stock', `GET item ${read}`, 3);
  if (fault !== 'missing') {
    const pay = call(order, 'payments', 'charge', fault === 'slow' ? 400 : 40, fault === 'failed');
    call(pay, 'bank', 'POST /transfers', 30, fault === 'failed');
  }
  if (fault === 'extra') call(order, 'fraud', 'ask a person', 20);
  call(root, 'mail', 'queue receipt', 2);
  return spans;
}
