import type { Executor } from '../../act/runs/index.ts';
import type { StepAction } from '../../contract/runbook.ts';

/** Fills a message; its text is the step's output, for people to send. */
export const templateExecutor: Executor<Extract<StepAction, { kind: 'template' }>> = {
  async execute(execution) {
    await execution.confirmStart(null);
    const missing = new Set<string>();
    const text = execution.action.text.replace(/\{\{([^{}]+)\}\}/g, (mark, name: string) => {
      const value = execution.inputs[name];
      if (value === undefined) missing.add(name);
      return value ?? mark;
    });
    if (missing.size > 0)
      return { outcome: 'failed', exitCode: null, reason: `${[...missing].join(', ')} has no value` };
    execution.output(Buffer.from(`${text}\n`));
    return { outcome: 'succeeded', exitCode: null, reason: null };
  },
  async stopLeftovers() {
    // A text leaves nothing behind.
    return null;
  },
};
