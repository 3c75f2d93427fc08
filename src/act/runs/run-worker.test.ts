import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openReplicaYard, type Replica, type ReplicaYard } from '../../../test/harness/event-machinery.ts';
import { plannedStep, planOf } from '../../../test/harness/plans.ts';
import { FAILED, hangingStep, SUCCEEDED } from '../../../test/harness/run-bench.ts';
import type { Plan } from '../../contract/runbook.ts';
import { systemClock } from '../../platform/clock/clock.ts';
import { startWorkerLease, type WorkerLease } from '../../platform/lease/worker-lease.ts';
import type { Executor, StepExecution, StepResult } from './executor.ts';
import { readRun } from './run-queries.ts';
import { type RunWorker, startRunWorker } from './run-worker.ts';
import { insertRun } from './start-run.ts';
import { cancelRun, pauseRun, resumeRun, skipStep } from './steer-run.ts';
import { createStepTransitionStore } from './step-transition-store.ts';

/** The real loops: claims, controls, leases, wake-ups. */
let yard: ReplicaYard;
let replica: Replica;
let other: Replica;
let behaviour: (execution: StepExecution, stepId: string) => Promise<StepResult> | StepResult;
const begun: string[] = [];
const workers: { worker: RunWorker; lease: WorkerLease }[] = [];
beforeAll(async () => {
  yard = await openReplicaYard();
  replica = await yard.add();
  other = await yard.add();
});
beforeEach(async () => {
  behaviour = () => SUCCEEDED;
  begun.length = 0;
  await replica.database.pool.query('delete from runs');
});
afterEach(async () => {
  for (const { worker, lease } of workers.splice(0)) {
    await worker.stop();
    await lease.stop();
  }
});
afterAll(() => yard.close());

const executor: Executor = {
  async execute(execution) {
    const { rows } = await replica.database.pool.query<{ id: string }>(
      'select step_id as id from step_attempts where token = $1',
      [execution.token],
    );
    await execution.confirmStart(null);
    const id = rows[0]?.id ?? '';
    begun.push(id);
    return behaviour(execution, id);
  },
  stopLeftovers: async () => null,
};

async function startWorker(of: Replica = replica, concurrency = 4) {
  const lease = await startWorkerLease({ ...of, ttlMs: 2_000, version: 'test' });
  const transitions = createStepTransitionStore({ pool: of.database.pool, workerId: lease.id, afterCommit: () => {} });
  const context = {
    ...of,
    clock: systemClock,
    lease,
    transitions,
    executors: { shell: executor },
    resolveTarget: () => null,
    targetSecrets: () => [],
    sealSecrets: () => '',
    openSecrets: () => ({}),
    readVariables: async () => ({ variables: {}, secrets: {} }),
  };
  const worker = startRunWorker(context, { concurrency });
  workers.push({ worker, lease });
  return { worker, lease, transitions };
}
const start = async (plan: Plan) => {
  const runId = await replica.database.transact((tx) =>
    insertRun(
      tx,
      {
        plan,
        source: '',
        secrets: {},
        incidentId: null,
        startedBy: 'user:ada',
        startedByPerson: 'user:ada',
        automatic: false,
        signedOff: false,
        at: new Date(),
      },
      () => '',
    ),
  );
  replica.wakeups.kick('runs');
  return runId;
};
const deps = () => ({ ...replica, clock: systemClock });
const by = { actor: 'user:ada' };
const status = async (runId: string) => (await readRun(replica.database, runId)).status;

describe('workers', () => {
  it('share many runs, each carried out once, no more at a time than they may', async () => {
    let under = 0;
    let most = 0;
    behaviour = async () => {
      under += 1;
      most = Math.max(most, under);
      await new Promise((resolve) => setTimeout(resolve, 3));
      under -= 1;
      return SUCCEEDED;
    };
    const runIds = await Promise.all(
      Array.from({ length: 20 }, () => start(planOf([plannedStep('a'), plannedStep('b')]))),
    );
    await startWorker(replica, 3);
    await startWorker(other, 3);
    await expect
      .poll(async () => (await Promise.all(runIds.map(status))).every((each) => each === 'succeeded'), {
        timeout: 5_000,
      })
      .toBe(true);
    expect(begun).toHaveLength(40);
    expect(most).toBeLessThanOrEqual(6);
  });

  it('hear of a cancel while a step is under way', async () => {
    const hanging = hangingStep();
    behaviour = hanging.behaviour;
    await startWorker();
    const runId = await start(planOf([plannedStep('a'), plannedStep('b')]));
    await hanging.begun;
    // Asked on another replica.
    await cancelRun({ ...other, clock: systemClock }, runId, by);
    await expect.poll(() => status(runId)).toBe('cancelled');
    expect(begun).toEqual(['a']);
  });

  it('hear of a pause, and of a resume', async () => {
    const hanging = hangingStep();
    behaviour = hanging.behaviour;
    const { worker } = await startWorker();
    const runId = await start(planOf([plannedStep('a'), plannedStep('b')]));
    await hanging.begun;
    await pauseRun(deps(), runId, by);
    await expect
      .poll(async () => (await replica.database.pool.query('select from runs where pause_requested')).rowCount)
      .toBe(1);
    // The worker reads it with its next look; then the step may end.
    replica.wakeups.kick('runs');
    await new Promise((resolve) => setTimeout(resolve, 50));
    behaviour = () => SUCCEEDED;
    hanging.end(SUCCEEDED);
    await expect.poll(() => status(runId)).toBe('paused');
    expect((await readRun(replica.database, runId)).reason).toBe('paused by user:ada');
    expect(worker.active()).toBe(0);
    await resumeRun(deps(), runId, by);
    await expect.poll(() => status(runId)).toBe('succeeded');
  });

  it('take a run up again that a person changed under them', async () => {
    const hanging = hangingStep();
    behaviour = (execution, id) => (id === 'a' ? hanging.behaviour(execution, id) : SUCCEEDED);
    await startWorker();
    const runId = await start(planOf([plannedStep('a'), plannedStep('b'), plannedStep('c')]));
    await hanging.begun;
    await skipStep(deps(), runId, { ...by, step: 'b', reason: 'not today' });
    hanging.end(SUCCEEDED);
    await expect.poll(() => status(runId), { timeout: 3_000 }).toBe('succeeded');
    expect(begun).toEqual(['a', 'c']);
  });

  it('take a run up again after a fault of their own', async () => {
    const { transitions } = await startWorker();
    const advance = transitions.advance.bind(transitions);
    let faults = 1;
    transitions.advance = (moves) => (faults-- > 0 ? Promise.reject(new Error('a fault of ours')) : advance(moves));
    const runId = await start(planOf([plannedStep('a')]));
    await expect.poll(() => status(runId), { timeout: 5_000 }).toBe('succeeded');
    expect(begun).toEqual(['a']);
  });

  it('that stop let steps under way end, and leave the rest to the next one', async () => {
    const hanging = hangingStep();
    behaviour = (execution, id) => (id === 'a' ? hanging.behaviour(execution, id) : FAILED);
    const { worker, lease } = await startWorker();
    const runId = await start(planOf([plannedStep('a'), plannedStep('b')]));
    await hanging.begun;
    const stopped = worker.stop();
    hanging.end(SUCCEEDED);
    await stopped;
    await lease.stop();
    workers.length = 0;
    behaviour = () => SUCCEEDED;
    await startWorker(other);
    await expect.poll(() => status(runId)).toBe('succeeded');
    expect(begun).toEqual(['a', 'b']);
  });
});
