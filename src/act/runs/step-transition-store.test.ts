import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { plannedStep, planOf } from '../../../test/harness/plans.ts';
import {
  type BenchWorker,
  hangingStep,
  openRunBench,
  type RunBench,
  SUCCEEDED,
} from '../../../test/harness/run-bench.ts';
import { createStepTransitionStore, type StepTransition } from './step-transition-store.ts';

let bench: RunBench;
let worker: BenchWorker;
beforeAll(async () => {
  bench = await openRunBench();
});
beforeEach(async () => {
  await bench.clear();
  worker = await bench.addWorker();
});
afterAll(() => bench.close());

/** A run in the worker's hands whose first step is under way. */
async function underWay() {
  const hanging = hangingStep();
  bench.behaviour = hanging.behaviour;
  const runId = await bench.start(planOf([plannedStep('one'), plannedStep('two')]));
  await worker.work();
  const { epoch, token } = (
    await bench.database.pool.query<{ epoch: number; token: string }>(
      'select r.lease_epoch as epoch, a.token from runs r join step_attempts a on a.run_id = r.id where r.id = $1',
      [runId],
    )
  ).rows[0]!;
  const done: StepTransition = {
    runId,
    epoch,
    stepId: 'one',
    from: 'running',
    to: 'succeeded',
    at: bench.clock.now(),
    attempt: { n: 1, token, status: 'succeeded', exitCode: 0 },
    outputs: null,
    event: { kind: 'step.succeeded', body: { runId, stepId: 'one' }, actor: 'user:ada' },
  };
  return { runId, done };
}
const count = async (runId: string) =>
  (await bench.events(runId)).filter((event) => event.kind === 'step.succeeded').length;
const store = (pool = bench.database.pool) =>
  createStepTransitionStore({ pool, workerId: worker.id, afterCommit: () => {} });

describe('a transition', () => {
  it('commits with its event, once', async () => {
    const { runId, done } = await underWay();
    await store().advance([done]);
    await expect(store().advance([done])).rejects.toMatchObject({ code: 'run.lost' });
    expect(await bench.statuses(runId)).toMatchObject({ one: 'succeeded' });
    expect(await count(runId)).toBe(1);
  });

  it.each([
    ['under an old epoch', async (done: StepTransition) => ({ ...done, epoch: done.epoch - 1 })],
    [
      'after the lease has ended',
      async (done: StepTransition) => {
        await worker.freeze();
        return done;
      },
    ],
    [
      'of a run that ended',
      async (done: StepTransition) => {
        await bench.database.pool.query(`update runs set status = 'cancelled' where id = $1`, [done.runId]);
        return done;
      },
    ],
    [
      'of a step somebody else moved',
      async (done: StepTransition) => {
        await bench.database.pool.query(`update run_steps set status = 'in-doubt' where run_id = $1 and id = 'one'`, [
          done.runId,
        ]);
        return done;
      },
    ],
  ])('%s is refused and leaves nothing behind', async (_when, change) => {
    const { runId, done } = await underWay();
    const before = await bench.events(runId);
    await expect(store().advance([await change(done)])).rejects.toMatchObject({ code: 'run.lost' });
    expect(await bench.events(runId)).toEqual(before);
  });

  it('whose answer was lost is looked up, not made twice', async () => {
    const { runId, done } = await underWay();
    const { pool } = bench.database;
    let lose = 1;
    const lossy = Object.create(pool, {
      query: {
        value: async (...args: Parameters<typeof pool.query>) => {
          const result = await (pool.query as (...all: unknown[]) => Promise<unknown>).apply(pool, args);
          if (lose-- > 0) throw Object.assign(new Error('the server went away'), { code: 'ECONNRESET' });
          return result;
        },
      },
    }) as typeof pool;
    await store(lossy).advance([done]);
    expect(await count(runId)).toBe(1);
  });

  it('that never reached the server is made when it is back', async () => {
    const { runId, done } = await underWay();
    const { pool } = bench.database;
    let away = 3;
    const lossy = Object.create(pool, {
      query: {
        value: (...args: unknown[]) =>
          away-- > 0
            ? Promise.reject(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }))
            : (pool.query as (...all: unknown[]) => Promise<unknown>).apply(pool, args),
      },
    }) as typeof pool;
    await store(lossy).advance([done]);
    expect(await bench.statuses(runId)).toMatchObject({ one: 'succeeded' });
    expect(await count(runId)).toBe(1);
  });

  it('of one run being refused does not touch those of others in the same statement', async () => {
    const first = await underWay();
    const second = await underWay();
    const shared = store();
    const results = await Promise.allSettled([
      shared.advance([{ ...first.done, epoch: 99 }]),
      shared.advance([second.done]),
    ]);
    expect(results.map((result) => result.status)).toEqual(['rejected', 'fulfilled']);
    expect(await bench.statuses(first.runId)).toMatchObject({ one: 'running' });
    bench.behaviour = () => SUCCEEDED;
  });
});
