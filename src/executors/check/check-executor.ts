import type { Executor } from '../../act/runs/index.ts';
import type { StepAction } from '../../contract/runbook.ts';

type CheckAction = Extract<StepAction, { kind: 'check' }>;

/** Between two looks at a probe that is not healthy yet. */
const LOOK_AGAIN_MS = 500;

/** Looks at a probe until it answers healthy, or its time is over. Changes nothing, not even the probe's own state. */
export function createCheckExecutor(deps: {
  look(probe: string, signal: AbortSignal): Promise<{ healthy: boolean; reason: string }>;
}): Executor<CheckAction> {
  return {
    async execute(execution) {
      const { probe, withinMs } = execution.action;
      const name = execution.inputs[/^\{\{(.+)\}\}$/.exec(probe)?.[1] ?? ''] ?? probe;
      const endsAt = performance.now() + withinMs;
      await execution.confirmStart(null);
      for (;;) {
        const answer = await deps.look(name, execution.signal);
        execution.output(Buffer.from(`${answer.healthy ? 'healthy' : 'not healthy'}: ${answer.reason}\n`));
        if (answer.healthy) return { outcome: 'succeeded', exitCode: 0, reason: `probe ${name}: ${answer.reason}` };
        if (execution.signal.aborted) return { outcome: 'cancelled', exitCode: null, reason: 'ended on request' };
        if (performance.now() + LOOK_AGAIN_MS > endsAt) {
          return {
            outcome: 'failed',
            exitCode: 1,
            reason: `probe ${name} not healthy within ${withinMs / 1_000} s: ${answer.reason}`,
          };
        }
        await pause(LOOK_AGAIN_MS, execution.signal);
      }
    },
    async stopLeftovers() {
      // A look leaves nothing behind.
      return null;
    },
  };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}
