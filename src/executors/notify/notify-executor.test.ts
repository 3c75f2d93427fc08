import { expect, it } from 'vitest';
import { stepExecution } from '../../../test/harness/step-execution.ts';
import { createNotifyExecutor } from './notify-executor.ts';

it('tells people under a key that stays the same when the step is repeated', async () => {
  const notes: { dedupKey: string; title: string; text: string }[] = [];
  const executor = createNotifyExecutor({ notify: async (note) => void notes.push(note) });
  const action = { kind: 'notify' as const, text: 'Failing over {{service}}\nin {{ region }}', channel: 'inbox' };
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const { execution } = stepExecution(action, { inputs: { service: 'shop', region: 'eu' }, onceKey: 'k' });
    expect(await executor.execute(execution)).toMatchObject({ outcome: 'succeeded' });
  }
  expect(notes).toEqual([
    { dedupKey: 'note-k', title: 'Failing over shop', text: 'Failing over shop\nin eu' },
    { dedupKey: 'note-k', title: 'Failing over shop', text: 'Failing over shop\nin eu' },
  ]);
});

it('says which channels there are', async () => {
  const executor = createNotifyExecutor({ notify: async () => {} });
  const { execution } = stepExecution({ kind: 'notify' as const, text: 'x', channel: 'smoke-signals' });
  expect(await executor.execute(execution)).toMatchObject({
    outcome: 'failed',
    reason: 'no channel "smoke-signals" for notices; there is: inbox',
  });
});
