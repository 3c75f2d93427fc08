import { describe, expect, it } from 'vitest';
import { createGuard } from './guarded-call.ts';

const never = () => new Promise<never>(() => {});
const fail = () => Promise.reject(new Error('refused by the other side'));

describe('a guarded call', () => {
  it('that takes too long is given up', async () => {
    const guard = createGuard('there', { timeoutMs: 20 });
    await expect(guard.call(never)).rejects.toMatchObject({
      code: 'call.timeout',
      kind: 'unavailable',
      message: 'there did not answer within 20 ms',
    });
  });

  it('is not even tried while the breaker is open, and is tried again after a while', async () => {
    const guard = createGuard('there', { failuresToOpen: 2, halfOpenAfterMs: 30 });
    for (let n = 0; n < 2; n += 1) await expect(guard.call(fail)).rejects.toThrow('refused by the other side');
    await expect(guard.call(async () => 'fine')).rejects.toMatchObject({ code: 'circuit.open' });
    await expect.poll(() => guard.call(async () => 'fine').catch(() => 'open')).toBe('fine');
  });

  it('waits its turn, and is refused when too many wait', async () => {
    const guard = createGuard('there', { atOnce: 1, waiting: 1 });
    let release: () => void = () => {};
    const first = guard.call(() => new Promise<void>((resolve) => (release = resolve)));
    const second = guard.call(async () => 'second');
    await expect(guard.call(async () => 'third')).rejects.toMatchObject({ code: 'bulkhead.full' });
    release();
    await first;
    expect(await second).toBe('second');
  });
});
