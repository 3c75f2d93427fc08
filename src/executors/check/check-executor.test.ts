import { describe, expect, it } from 'vitest';
import { stepExecution } from '../../../test/harness/step-execution.ts';
import { createCheckExecutor } from './check-executor.ts';

const look = (answers: { healthy: boolean; reason: string }[]) => {
  const asked: string[] = [];
  const executor = createCheckExecutor({
    async look(probe) {
      asked.push(probe);
      return answers[Math.min(asked.length, answers.length) - 1] ?? { healthy: false, reason: 'nothing' };
    },
  });
  return { executor, asked };
};
const FINE = { healthy: true, reason: 'HTTP 200' };
const BROKEN = { healthy: false, reason: 'HTTP 503' };

describe('a check', () => {
  it('succeeds as soon as its probe is healthy, and shows every look', async () => {
    const { executor, asked } = look([BROKEN, FINE]);
    const { execution, output } = stepExecution({ kind: 'check' as const, probe: 'shop', withinMs: 5_000 });
    expect(await executor.execute(execution)).toEqual({
      outcome: 'succeeded',
      exitCode: 0,
      reason: 'probe shop: HTTP 200',
    });
    expect(output()).toBe('not healthy: HTTP 503\nhealthy: HTTP 200\n');
    expect(asked).toEqual(['shop', 'shop']);
  });

  it('fails when its time is over, with what it saw last', async () => {
    const { executor } = look([BROKEN]);
    const { execution } = stepExecution({ kind: 'check' as const, probe: 'shop', withinMs: 300 });
    expect(await executor.execute(execution)).toMatchObject({
      outcome: 'failed',
      reason: 'probe shop not healthy within 0.3 s: HTTP 503',
    });
  });

  it('may be told its probe by an input', async () => {
    const { executor, asked } = look([FINE]);
    const { execution } = stepExecution(
      { kind: 'check' as const, probe: '{{which}}', withinMs: 100 },
      { inputs: { which: 'shop' } },
    );
    await executor.execute(execution);
    expect(asked).toEqual(['shop']);
  });

  it('ends when its run is cancelled', async () => {
    const { executor } = look([BROKEN]);
    const { execution, stop } = stepExecution({ kind: 'check' as const, probe: 'shop', withinMs: 60_000 });
    const result = executor.execute(execution);
    stop.abort('cancel');
    expect(await result).toMatchObject({ outcome: 'cancelled' });
  });
});
