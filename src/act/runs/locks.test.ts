import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { plannedStep, planOf } from '../../../test/harness/plans.ts';
import { FAILED, openRunBench, type RunBench, SUCCEEDED } from '../../../test/harness/run-bench.ts';
import { grantFreeLocks } from './lock-store.ts';
import { cancelRun, pauseRun, resumeRun } from './steer-run.ts';

let bench: RunBench;
beforeAll(async () => {
  bench = await openRunBench();
});
beforeEach(() => bench.clear());
afterAll(() => bench.close());

const lock = (name: string) => plannedStep('lock', { risk: null, action: { kind: 'lock', name } });
const status = async (runId: string) => (await bench.read(runId)).status;
/** A run that holds `db` and waits for a person, so that it can be let go on. */
async function holder() {
  const runId = await bench.start(
    planOf([lock('db'), plannedStep('hand', { risk: null, action: { kind: 'manual', text: '?' } })]),
  );
  await (await bench.addWorker()).work();
  expect(await status(runId)).toBe('waiting');
  return runId;
}

describe('a lock', () => {
  it('is held to the end of the run; who waits gets it in the order of asking', async () => {
    const first = await holder();
    const worker = await bench.addWorker();
    const order: string[] = [];
    bench.behaviour = (_execution, stepId) => {
      order.push(stepId);
      return SUCCEEDED;
    };
    const others: string[] = [];
    for (const name of ['one', 'two']) {
      others.push(await bench.start(planOf([lock('db'), plannedStep(name)])));
      await worker.work();
    }
    const free = await bench.start(planOf([lock('cache'), plannedStep('free')]));
    await worker.work();
    expect(await status(free)).toBe('succeeded');
    expect(await bench.read(others[0]!)).toMatchObject({
      status: 'waiting',
      waitingFor: 'wait',
      reason: `"Step lock" waits for the lock db, which ${first} holds`,
    });
    await cancelRun(bench.commands, first, { actor: 'user:ada' });
    expect([await status(others[0]!), await status(others[1]!)]).toEqual(['queued', 'waiting']);
    await worker.work();
    expect(await status(others[1]!)).toBe('queued');
    await worker.work();
    expect(order).toEqual(['free', 'one', 'two']);
    expect((await bench.database.pool.query('select from run_locks')).rowCount).toBe(0);
  });

  it('named at a step is let go of after it, whether it worked or not', async () => {
    const runId = await bench.start(planOf([plannedStep('a', { lock: 'db' }), plannedStep('b')]));
    const held: (number | null)[] = [];
    bench.behaviour = async (_execution, stepId) => {
      held.push((await bench.database.pool.query('select from run_locks')).rowCount);
      return stepId === 'b' ? FAILED : SUCCEEDED;
    };
    await (await bench.addWorker()).work();
    await expect.poll(() => status(runId)).toBe('failed');
    expect(held).toEqual([1, 0]);
  });

  it('outlives its worker: the next one goes on holding it', async () => {
    const runId = await bench.start(planOf([lock('db'), plannedStep('look', { risk: 'read' })]));
    const first = await bench.addWorker();
    bench.behaviour = () => new Promise(() => {});
    await first.work();
    await first.freeze();
    bench.behaviour = async () => {
      expect((await bench.database.pool.query('select run_id from run_locks')).rows).toEqual([{ run_id: runId }]);
      return SUCCEEDED;
    };
    await (await bench.addWorker()).work();
    await expect.poll(() => status(runId)).toBe('succeeded');
  });

  it('is not given to a run that does not wait any more, and to a paused one before it goes on', async () => {
    const first = await holder();
    const worker = await bench.addWorker();
    const [gone, paused] = [
      await bench.start(planOf([lock('db'), plannedStep('x')])),
      await bench.start(planOf([lock('db'), plannedStep('y')])),
    ];
    await worker.work();
    await worker.work();
    await cancelRun(bench.commands, gone, { actor: 'user:ada' });
    await pauseRun(bench.commands, paused, { actor: 'user:ada' });
    await cancelRun(bench.commands, first, { actor: 'user:ada' });
    expect(await bench.statuses(paused)).toMatchObject({ lock: 'pending', run: 'paused' });
    await resumeRun(bench.commands, paused, { actor: 'user:ada' });
    await worker.work();
    expect([await status(gone), await status(paused)]).toEqual(['cancelled', 'succeeded']);
  });

  it('that nobody holds is given to who waits, should a hand-over have been missed', async () => {
    const first = await holder();
    const worker = await bench.addWorker();
    const next = await bench.start(planOf([lock('db'), plannedStep('x')]));
    await worker.work();
    await bench.database.pool.query('delete from run_locks where run_id = $1', [first]);
    expect(await grantFreeLocks(bench.database)).toBe(1);
    expect(await grantFreeLocks(bench.database)).toBe(0);
    await worker.work();
    expect(await status(next)).toBe('succeeded');
  });
});
