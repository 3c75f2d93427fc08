import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { plannedStep, planOf } from '../../../test/harness/plans.ts';
import { FAILED, openRunBench, type RunBench, SUCCEEDED } from '../../../test/harness/run-bench.ts';
import { pauseRun, resumeRun } from './steer-run.ts';

let bench: RunBench;
beforeAll(async () => {
  bench = await openRunBench();
});
beforeEach(() => bench.clear());
afterAll(() => bench.close());

const TEN_MINUTES = 600_000;
const wait = (id: string) => plannedStep(id, { risk: null, action: { kind: 'wait', durationMs: TEN_MINUTES } });
const by = { actor: 'user:ada' };

describe('a wait step', () => {
  it('holds no worker, and is over at its time, not a millisecond before', async () => {
    const runId = await bench.start(planOf([wait('pause'), plannedStep('after')]));
    await (await bench.addWorker()).work();
    bench.clock.advanceBy(TEN_MINUTES - 1);
    await bench.fireTimers();
    expect(await bench.read(runId)).toMatchObject({ status: 'waiting', waitingFor: 'wait', worker: null });
    bench.clock.advanceBy(1);
    await bench.fireTimers();
    // Whoever is there after a restart carries on.
    await (await bench.addWorker()).work();
    expect(await bench.statuses(runId)).toEqual({ pause: 'succeeded', after: 'succeeded', run: 'succeeded' });
  });

  it('that is found late keeps the time it was over in the record', async () => {
    const runId = await bench.start(planOf([wait('pause')]));
    const over = new Date(bench.clock.now().getTime() + TEN_MINUTES);
    await (await bench.addWorker()).work();
    bench.clock.advanceBy(24 * 3_600_000);
    await bench.fireTimers();
    const ended = (await bench.events(runId)).find((event) => event.kind === 'step.succeeded');
    expect(ended?.at).toEqual(over);
    expect((await bench.read(runId)).steps[0]?.endedAt).toBe(over.toISOString());
  });

  it('that ends while its run is paused is over, and the run stays paused', async () => {
    const runId = await bench.start(planOf([wait('pause')]));
    const worker = await bench.addWorker();
    await worker.work();
    await pauseRun(bench.commands, runId, by);
    bench.clock.advanceBy(TEN_MINUTES);
    await bench.fireTimers();
    expect(await bench.statuses(runId)).toEqual({ pause: 'succeeded', run: 'paused' });
    await resumeRun(bench.commands, runId, by);
    await worker.work();
    expect(await bench.statuses(runId)).toMatchObject({ run: 'succeeded' });
  });

  it('resumed before its time goes on waiting for the same moment', async () => {
    const runId = await bench.start(planOf([wait('pause')]));
    const worker = await bench.addWorker();
    await worker.work();
    await pauseRun(bench.commands, runId, by);
    await resumeRun(bench.commands, runId, by);
    expect(await bench.read(runId)).toMatchObject({ status: 'waiting', waitingFor: 'wait' });
    expect(await worker.work()).toBeNull();
    bench.clock.advanceBy(TEN_MINUTES);
    await bench.fireTimers();
    await worker.work();
    expect(await bench.statuses(runId)).toMatchObject({ run: 'succeeded' });
  });

  it('is not cut short by the delay of an earlier step that a person did not wait for', async () => {
    let failures = 1;
    bench.behaviour = () => (failures-- > 0 ? FAILED : SUCCEEDED);
    const flaky = plannedStep('flaky', { retry: { attempts: 2, delayMs: 60_000 } });
    const runId = await bench.start(planOf([flaky, wait('pause')]));
    const worker = await bench.addWorker();
    await worker.work();
    await pauseRun(bench.commands, runId, by);
    await resumeRun(bench.commands, runId, by);
    await worker.work();
    expect(await bench.statuses(runId)).toEqual({ flaky: 'succeeded', pause: 'waiting', run: 'waiting' });
    bench.clock.advanceBy(60_000);
    await bench.fireTimers();
    expect(await worker.work()).toBeNull();
    bench.clock.advanceBy(TEN_MINUTES);
    await bench.fireTimers();
    await worker.work();
    expect(await bench.statuses(runId)).toMatchObject({ run: 'succeeded' });
  });
});
