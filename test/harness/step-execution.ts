import { randomBytes } from 'node:crypto';
import type { StepExecution } from '../../src/act/runs/index.ts';
import type { StepAction } from '../../src/contract/runbook.ts';

/** An attempt as an executor gets it, with what it put out. */
export function stepExecution<Action extends StepAction>(
  action: Action,
  rest: Partial<Omit<StepExecution<Action>, 'action'>> = {},
): { execution: StepExecution<Action>; output(): string; stop: AbortController } {
  const chunks: Buffer[] = [];
  const stop = new AbortController();
  const execution: StepExecution<Action> = {
    token: randomBytes(16).toString('hex'),
    onceKey: 'once',
    action,
    inputs: {},
    variables: {},
    target: null,
    observing: false,
    deciding: false,
    timeoutMs: 10_000,
    signal: stop.signal,
    output: (chunk) => void chunks.push(Buffer.from(chunk)),
    confirmStart: async () => {},
    ...rest,
  };
  return { execution, output: () => Buffer.concat(chunks).toString('utf8'), stop };
}
