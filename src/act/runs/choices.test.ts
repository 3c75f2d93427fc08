import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { plannedStep, planOf } from '../../../test/harness/plans.ts';
import { openRunBench, type RunBench } from '../../../test/harness/run-bench.ts';
import { answerStep } from './answer-step.ts';
import { skipStep } from './steer-run.ts';

let bench: RunBench;
beforeAll(async () => {
  bench = await openRunBench();
});
beforeEach(() => bench.clear());
afterAll(() => bench.close());

const by = { actor: 'user:ada' };
const ask = (group: string, ...options: string[]) =>
  plannedStep(`ask-${group}`, {
    risk: null,
    action: { kind: 'choice', group, prompt: '?', options: options.map((option) => ({ option, label: option })) },
  });
const way = (group: string, option: string) => ({ group, option, label: option });
const step = (id: string, own: ReturnType<typeof way>, ...ways: ReturnType<typeof way>[]) => ({
  ...plannedStep(id, { when: { group: own.group, option: own.option }, choice: own }),
  ...(ways.length === 0 ? {} : { ways }),
});
const commands = () => ({ ...bench.commands, checkValue: () => null, seal: () => '', open: () => ({}) });
const take = (runId: string, group: string, option: string) =>
  answerStep(commands(), runId, { ...by, step: `ask-${group}`, option });
/** Restart, or go on to the platform and there to one of two ways. */
const nested = () =>
  planOf([
    plannedStep('look', { risk: 'read' }),
    ask('how', 'restart', 'move'),
    step('restart', way('how', 'restart')),
    { ...ask('where', 'docker', 'kubernetes'), ways: [way('how', 'move')] },
    step('docker', way('where', 'docker'), way('how', 'move')),
    step('kubernetes', way('where', 'kubernetes'), way('how', 'move')),
    plannedStep('after', { risk: 'read' }),
  ]);

describe('a choice within a way', () => {
  it('is asked in its turn once that way is taken', async () => {
    const runId = await bench.start(nested());
    const worker = await bench.addWorker();
    await worker.work();
    expect(await bench.read(runId)).toMatchObject({ waitingFor: 'choice', choices: {} });
    await take(runId, 'how', 'move');
    await worker.work();
    expect(await bench.read(runId)).toMatchObject({ waitingFor: 'choice', choices: { how: 'move' } });
    expect(await bench.statuses(runId)).toMatchObject({ restart: 'skipped', docker: 'pending' });
    await take(runId, 'where', 'kubernetes');
    await worker.work();
    const run = await bench.read(runId);
    expect(run).toMatchObject({ status: 'succeeded', choices: { how: 'move', where: 'kubernetes' } });
    expect(Object.fromEntries(run.steps.map((each) => [each.id, each.skipReason ?? each.status]))).toMatchObject({
      restart: '"move" was chosen for how',
      docker: '"kubernetes" was chosen for where',
      kubernetes: 'succeeded',
      after: 'succeeded',
    });
  });

  it('is not asked, and none of its ways is taken, where another way was', async () => {
    const runId = await bench.start(nested());
    const worker = await bench.addWorker();
    await worker.work();
    await take(runId, 'how', 'restart');
    await worker.work();
    expect(await bench.statuses(runId)).toEqual({
      look: 'succeeded',
      'ask-how': 'succeeded',
      restart: 'succeeded',
      'ask-where': 'skipped',
      docker: 'skipped',
      kubernetes: 'skipped',
      after: 'succeeded',
      run: 'succeeded',
    });
  });
});

describe('a question that is left out', () => {
  it('leaves out all of its ways instead of taking one after the other', async () => {
    const runId = await bench.start(nested());
    const worker = await bench.addWorker();
    await worker.work();
    await skipStep(bench.commands, runId, { ...by, step: 'ask-how', reason: 'neither is wanted' });
    await worker.work();
    const run = await bench.read(runId);
    expect(run.steps.find((each) => each.id === 'ask-how')?.skipReason).toBe('neither is wanted');
    expect(await bench.statuses(runId)).toMatchObject({ restart: 'skipped', docker: 'skipped', after: 'succeeded' });
  });

  it('is still asked where the run begins behind it, with the questions around it', async () => {
    const runId = await bench.start(nested(), { fromStep: 'kubernetes' });
    await (await bench.addWorker()).work();
    expect(await bench.statuses(runId)).toMatchObject({
      look: 'skipped',
      'ask-how': 'waiting',
      'ask-where': 'pending',
    });
    const run = await bench.read(runId);
    expect(run.steps[0]).toMatchObject({ id: 'look', skipReason: 'the run began at a later step' });
  });
});

it('a step of a foreach left out before its items are known is left out for each of them', async () => {
  const runId = await bench.start(
    planOf([
      plannedStep('first', { risk: null, action: { kind: 'manual', text: 'look' } }),
      plannedStep('each', {
        action: { kind: 'foreach', members: ['drain', 'stop'], items: 'a b', as: 'H', atOnce: 1 },
      }),
      { ...plannedStep('drain'), within: 'each' },
      { ...plannedStep('stop'), within: 'each' },
    ]),
  );
  const worker = await bench.addWorker();
  await worker.work();
  await skipStep(bench.commands, runId, { ...by, step: 'drain', reason: 'they are empty' });
  await answerStep(commands(), runId, { ...by, step: 'first', done: true });
  await worker.work();
  const run = await bench.read(runId);
  expect(run.status).toBe('succeeded');
  expect(run.steps.flatMap((each) => (each.item ? [[each.id, each.status, each.skipReason]] : []))).toEqual([
    ['drain[0]', 'skipped', 'they are empty'],
    ['drain[1]', 'skipped', 'they are empty'],
    ['stop[0]', 'succeeded', undefined],
    ['stop[1]', 'succeeded', undefined],
  ]);
});
