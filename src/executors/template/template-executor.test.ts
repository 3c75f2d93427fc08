import { expect, it } from 'vitest';
import { stepExecution } from '../../../test/harness/step-execution.ts';
import { templateExecutor } from './template-executor.ts';

const fill = async (text: string, inputs: Record<string, string>) => {
  const { execution, output } = stepExecution({ kind: 'template' as const, text }, { inputs });
  return { ...(await templateExecutor.execute(execution)), output: output() };
};

it('fills a message as its output', async () => {
  expect(await fill('{{who}} looks at {{what}}', { who: 'Ada', what: '$(x) {{who}}' })).toEqual({
    outcome: 'succeeded',
    exitCode: null,
    reason: null,
    output: 'Ada looks at $(x) {{who}}\n',
  });
});

it('names what has no value', async () => {
  expect(await fill('{{a}} {{b}}', { a: '1' })).toMatchObject({
    outcome: 'failed',
    reason: 'b has no value',
    output: '',
  });
});
