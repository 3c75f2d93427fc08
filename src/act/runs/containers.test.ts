import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { plannedStep, planOf, type StepSketch } from '../../../test/harness/plans.ts';
import { type BenchWorker, FAILED, openRunBench, type RunBench, SUCCEEDED } from '../../../test/harness/run-bench.ts';
import type { PlannedStep, StepAction } from '../../contract/runbook.ts';
import { decideStepInDoubt } from './decide-step.ts';
import { hasVerifiedRun } from './run-queries.ts';
import { cancelRun, rollBackRun } from './steer-run.ts';
import { readItems } from './step-instances.ts';
import { voteOnApproval } from './vote-approval.ts';

let bench: RunBench;
beforeAll(async () => {
  bench = await openRunBench();
});
beforeEach(() => bench.clear());
afterAll(() => bench.close());

const parallel = (members: string[], atOnce = members.length, sketch: StepSketch = {}) =>
  plannedStep('all', { risk: 'change', ...sketch, action: { kind: 'parallel', members, atOnce } });
const foreach = (members: string[], items: string, atOnce = 1, sketch: StepSketch = {}) =>
  plannedStep('each', { risk: 'change', ...sketch, action: { kind: 'foreach', members, items, as: 'HOST', atOnce } });
const within = (container: string, id: string, sketch: StepSketch = {}): PlannedStep => ({
  ...plannedStep(id, sketch),
  within: container,
});
const shell = (parameters: Record<string, string>): StepAction => ({ kind: 'shell', script: 'true', parameters });

/** Steps that record when they begin and end, and end when the test says so. */
function watched(worker: BenchWorker) {
  const log: string[] = [];
  const ends = new Map<string, () => void>();
  bench.behaviour = (_execution, stepId) => {
    log.push(`+${stepId}`);
    return new Promise((resolve) =>
      ends.set(stepId, () => {
        log.push(`-${stepId}`);
        resolve(SUCCEEDED);
      }),
    );
  };
  const until = async (...begun: string[]) => {
    await expect.poll(() => begun.every((id) => log.includes(`+${id}`))).toBe(true);
  };
  return { log, end: (id: string) => ends.get(id)?.(), until, worker };
}

describe('parallel steps', () => {
  it('run at the same time, as many as allowed, and the run goes on after the last', async () => {
    const runId = await bench.start(
      planOf([
        parallel(['a', 'b', 'c'], 2),
        within('all', 'a'),
        within('all', 'b'),
        within('all', 'c'),
        plannedStep('after'),
      ]),
    );
    const worker = await bench.addWorker();
    const { log, end, until } = watched(worker);
    await worker.work();
    await until('a', 'b');
    expect(log.toSorted()).toEqual(['+a', '+b']);
    end('b');
    await until('c');
    end('a');
    end('c');
    await until('after');
    expect(log.indexOf('+after')).toBeGreaterThan(log.indexOf('-c'));
    end('after');
    await expect
      .poll(() => bench.statuses(runId))
      .toEqual({
        all: 'succeeded',
        a: 'succeeded',
        b: 'succeeded',
        c: 'succeeded',
        after: 'succeeded',
        run: 'succeeded',
      });
  });

  it('of which one fails: the others end by themselves, none begins any more, the run fails with the name', async () => {
    const runId = await bench.start(
      planOf([
        parallel(['a', 'b', 'c'], 2),
        within('all', 'a'),
        within('all', 'b'),
        within('all', 'c'),
        plannedStep('after'),
      ]),
    );
    bench.behaviour = async (_execution, stepId) => {
      if (stepId === 'a') return FAILED;
      await new Promise((resolve) => setTimeout(resolve, 50));
      return SUCCEEDED;
    };
    const worker = await bench.addWorker();
    const { runId: worked } = (await worker.work())!;
    await worker.settle(worked);
    await expect
      .poll(() => bench.statuses(runId))
      .toEqual({
        all: 'failed',
        a: 'failed',
        b: 'succeeded',
        c: 'cancelled',
        after: 'cancelled',
        run: 'failed',
      });
    expect((await bench.read(runId)).reason).toBe('step "Step all" failed');
  });

  it('are in doubt one by one after a crash; those that only look run again', async () => {
    const runId = await bench.start(
      planOf([
        parallel(['a', 'b', 'look']),
        within('all', 'a'),
        within('all', 'b'),
        within('all', 'look', { risk: 'read' }),
      ]),
    );
    const first = await bench.addWorker();
    const { until } = watched(first);
    await first.work();
    await until('a', 'b', 'look');
    await first.freeze();
    bench.behaviour = () => SUCCEEDED;
    const second = await bench.addWorker();
    await second.work();
    expect(await bench.statuses(runId)).toMatchObject({
      a: 'in-doubt',
      b: 'in-doubt',
      look: 'pending',
      run: 'in-doubt',
    });
    const decide = (step: string, decision: 'done' | 'retry') =>
      decideStepInDoubt(bench.commands, runId, { step, decision, reason: 'looked', actor: 'user:ada' });
    await decide('a', 'done');
    await second.work();
    expect(await bench.statuses(runId)).toMatchObject({ a: 'succeeded', b: 'in-doubt', run: 'in-doubt' });
    await decide('b', 'retry');
    await second.work();
    expect(await bench.statuses(runId)).toMatchObject({
      all: 'succeeded',
      b: 'succeeded',
      look: 'succeeded',
      run: 'succeeded',
    });
  });

  it('are undone last first, and end with the run when it is cancelled', async () => {
    const undo = plannedStep('undo');
    const runId = await bench.start(
      planOf([parallel(['a', 'b']), within('all', 'a', { rollback: 'undo' }), within('all', 'b')], { helpers: [undo] }),
    );
    const worker = await bench.addWorker();
    await worker.work();
    await rollBackRun(bench.commands, runId, { actor: 'user:ada' });
    await worker.work();
    expect(await bench.statuses(runId)).toMatchObject({ a: 'rolled-back', b: 'succeeded', run: 'rolled-back' });

    const other = await bench.start(
      planOf([parallel(['a']), within('all', 'a', { retry: { attempts: 2, delayMs: 5_000 } })]),
    );
    bench.behaviour = () => FAILED;
    await worker.work();
    expect(await bench.read(other)).toMatchObject({ status: 'waiting', waitingFor: 'wait' });
    await cancelRun(bench.commands, other, { actor: 'user:ada' });
    expect(await bench.statuses(other)).toEqual({ all: 'cancelled', a: 'cancelled', run: 'cancelled' });
  });
});

describe('a foreach', () => {
  const plan = (atOnce = 1, sketch: StepSketch = {}) =>
    planOf(
      [
        foreach(['drain', 'restart'], '{{hosts}}', atOnce, sketch),
        within('each', 'drain', { inputs: ['HOST'], action: shell({ HOST: 'HOST' }) }),
        within('each', 'restart', {
          inputs: ['HOST'],
          action: shell({ HOST: 'HOST' }),
          rollback: 'undo',
          verify: 'look',
        }),
        plannedStep('after'),
      ],
      {
        inputs: { hosts: 'web-1, web-2\nweb-1 web-3' },
        helpers: [plannedStep('undo'), plannedStep('look', { risk: 'read' })],
      },
    );

  it('carries out its steps for every item in order, each with its own item', async () => {
    const seen: string[] = [];
    bench.behaviour = ({ inputs }, stepId) => {
      seen.push(`${stepId} ${inputs['HOST'] ?? '-'}`);
      return SUCCEEDED;
    };
    const runId = await bench.start(plan());
    await (await bench.addWorker()).work();
    expect(seen).toEqual([
      ...['web-1', 'web-2', 'web-3'].flatMap((host, index) => [
        `drain[${index}] ${host}`,
        `restart[${index}] ${host}`,
        `look[${index}] ${host}`,
      ]),
      'after -',
    ]);
    const run = await bench.read(runId);
    expect(run.status).toBe('succeeded');
    expect(run.steps.map((step) => [step.id, step.title, step.item?.value])).toContainEqual([
      'restart[1]',
      'Step restart (web-2)',
      'web-2',
    ]);
    expect(run.steps.map((step) => step.id)).not.toContain('drain');
  });

  it('stops at the first item that fails; undone item by item from the last', async () => {
    bench.behaviour = (_execution, stepId) => (stepId === 'drain[2]' ? FAILED : SUCCEEDED);
    const runId = await bench.start(plan());
    const worker = await bench.addWorker();
    await worker.work();
    expect(await bench.statuses(runId)).toMatchObject({
      'restart[1]': 'succeeded',
      'drain[2]': 'failed',
      after: 'cancelled',
      run: 'failed',
    });
    const undone: string[] = [];
    bench.behaviour = ({ inputs }, stepId) => {
      undone.push(`${stepId} ${inputs['HOST']}`);
      return SUCCEEDED;
    };
    await rollBackRun(bench.commands, runId, { actor: 'user:ada' });
    await worker.work();
    expect(undone).toEqual(['undo[1] web-2', 'undo[0] web-1']);
  });

  it('goes on where it was after a crash, with the items it had', async () => {
    const runId = await bench.start(plan());
    const first = await bench.addWorker();
    let count = 0;
    bench.behaviour = () => (++count > 3 ? new Promise(() => {}) : SUCCEEDED);
    await first.work();
    expect(await bench.statuses(runId)).toMatchObject({ 'drain[1]': 'running' });
    await first.freeze();
    const seen: string[] = [];
    bench.behaviour = (_execution, stepId) => {
      seen.push(stepId);
      return SUCCEEDED;
    };
    const second = await bench.addWorker();
    await second.work();
    await decideStepInDoubt(bench.commands, runId, {
      step: 'drain[1]',
      decision: 'done',
      reason: 'looked',
      actor: 'user:ada',
    });
    await second.work();
    expect(seen).toEqual(['restart[1]', 'look[1]', 'drain[2]', 'restart[2]', 'look[2]', 'after']);
  });

  it('is approved as one, for exactly its items', async () => {
    const runId = await bench.start(plan(1, { risk: 'destroy', approvals: 1 }));
    const worker = await bench.addWorker();
    await worker.work();
    const [approval] = (await bench.read(runId)).approvals;
    expect(approval?.effect.body).toContain('For 3 items: web-1, web-2, web-3');
    expect(approval?.effect.body).toContain('Step drain');
    await bench.database.pool.query(`update runs set inputs = '{"hosts": "web-9"}' where id = $1`, [runId]);
    const by = { actor: 'user:grace', person: 'user:grace', userId: 'grace', name: 'grace', role: 'approver' as const };
    await voteOnApproval(bench.commands, approval!.id, { decision: 'approve', by, onlyPerson: false });
    await worker.work();
    const again = (await bench.read(runId)).approvals.filter((each) => each.status === 'pending');
    expect(again.map((each) => each.effect.body.split('\n')[0])).toEqual(['For 1 items: web-9']);
  });

  it('undoes what ran and was not verified, and leaves alone what failed by itself', async () => {
    const step = (id: string) => plannedStep(id, { rollback: `undo-${id}`, verify: `look-${id}` });
    const helpers = ['a', 'b'].flatMap((id) => [
      plannedStep(`undo-${id}`),
      plannedStep(`look-${id}`, { risk: 'read' }),
    ]);
    const rolledBack = async (failing: string) => {
      const runId = await bench.start(planOf([step('a'), step('b')], { helpers }));
      const worker = await bench.addWorker();
      bench.behaviour = (_execution, stepId) => (stepId === failing ? FAILED : SUCCEEDED);
      await worker.work();
      bench.behaviour = () => SUCCEEDED;
      await rollBackRun(bench.commands, runId, { actor: 'user:ada' });
      await worker.work();
      const { a, b, run } = await bench.statuses(runId);
      return { a, b, run };
    };
    expect(await rolledBack('look-b')).toEqual({ a: 'rolled-back', b: 'rolled-back', run: 'rolled-back' });
    expect(await rolledBack('b')).toEqual({ a: 'rolled-back', b: 'failed', run: 'rolled-back' });
  });

  it('counts as change or check like any other step when it is asked whether the run verified itself', async () => {
    const verified = async (...kinds: ('change' | 'check')[]) => {
      const runId = await bench.start(
        planOf(
          kinds.flatMap((risk, at) => [
            plannedStep(`each${at}`, {
              risk,
              action: { kind: 'foreach', members: [`do${at}`], items: 'a b', as: 'H', atOnce: 1 },
            }),
            { ...plannedStep(`do${at}`, { risk }), within: `each${at}` },
          ]),
        ),
        { incidentId: `inc_${kinds.join('-')}` },
      );
      await (await bench.addWorker()).work();
      expect((await bench.read(runId)).status).toBe('succeeded');
      return hasVerifiedRun(bench.database.db, `inc_${kinds.join('-')}`);
    };
    expect(await verified('change', 'check')).toBe(true);
    expect(await verified('check', 'change')).toBe(false);
  });

  it('fails with words when it has no items to take or too many, and passes when there are none', async () => {
    const worker = await bench.addWorker();
    const ran = async (inputs: Record<string, string>) => {
      const runId = await bench.start(planOf([foreach(['drain'], '{{hosts}}'), within('each', 'drain')], { inputs }));
      await worker.work();
      const failed = (await bench.events(runId)).find((event) => event.kind === 'step.failed');
      return [(await bench.read(runId)).status, failed?.body['reason']];
    };
    expect(await ran({})).toEqual(['failed', '"Step each" takes its items from hosts, which has no value']);
    expect(await ran({ hosts: ' ' })).toEqual(['succeeded', undefined]);
    const many = Array.from({ length: 501 }, (_each, index) => `h${index}`).join(' ');
    expect(await ran({ hosts: many })).toEqual(['failed', '"Step each" has 501 items, more than 500']);
  });

  it.each([
    ['a b,c\n d', ['a', 'b', 'c', 'd']],
    ['["a b", "c", 3]', ['a b', 'c', '3']],
    ['[a b', ['[a', 'b']],
    ['', []],
    ['x x', ['x']],
  ])('reads %j as items', (value, items) => {
    expect(readItems(value)).toEqual(items);
  });
});
