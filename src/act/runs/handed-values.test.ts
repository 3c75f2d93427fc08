import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { plannedStep, planOf } from '../../../test/harness/plans.ts';
import { openRunBench, type RunBench, SUCCEEDED } from '../../../test/harness/run-bench.ts';
import type { StepAction } from '../../contract/runbook.ts';

let bench: RunBench;
beforeAll(async () => {
  bench = await openRunBench();
});
beforeEach(() => bench.clear());
afterAll(() => bench.close());

const gives: StepAction = { kind: 'shell', script: 'POD=x', parameters: {}, carries: ['POD'] };
const takes: StepAction = { kind: 'shell', script: 'echo $POD', parameters: { POD: 'POD' } };

it('a value one step hands on is there for the next, also for the next worker', async () => {
  const runId = await bench.start(
    planOf([
      plannedStep('find', { risk: 'read', action: gives }),
      plannedStep('hand', { risk: null, action: { kind: 'manual', text: 'look' } }),
      plannedStep('use', { action: takes, inputs: ['POD'] }),
    ]),
  );
  bench.behaviour = () => ({ ...SUCCEEDED, outputs: { POD: 'api-7' } });
  await (await bench.addWorker()).work();
  await bench.database.pool.query(`update run_steps set status = 'succeeded' where run_id = $1 and id = 'hand'`, [
    runId,
  ]);
  await bench.database.pool.query(`update runs set status = 'queued' where id = $1`, [runId]);
  const seen: (string | undefined)[] = [];
  bench.behaviour = ({ inputs }) => {
    seen.push(inputs['POD']);
    return SUCCEEDED;
  };
  await (await bench.addWorker()).work();
  expect(seen).toEqual(['api-7']);
});

it('what a destroying step takes from one before is in what is approved', async () => {
  const runId = await bench.start(
    planOf([
      plannedStep('find', { risk: 'read', action: gives }),
      plannedStep('drop', { risk: 'destroy', action: takes, inputs: ['POD'] }),
    ]),
  );
  bench.behaviour = () => ({ ...SUCCEEDED, outputs: { POD: 'api-7' } });
  await (await bench.addWorker()).work();
  expect((await bench.read(runId)).approvals[0]?.effect.inputs).toEqual({ POD: 'api-7' });
});

it('a secret by its name, or with a secret of the run in it, is nowhere to be read and still arrives', async () => {
  const runId = await bench.start(
    planOf(
      [
        plannedStep('find', { action: gives }),
        plannedStep('use', { risk: 'destroy', action: takes, inputs: ['POD', 'API_TOKEN'] }),
      ],
      {
        inputs: { key: '***' },
        inputTypes: { key: 'secret' },
      },
    ),
    { secrets: { key: 'sesame-open' } },
  );
  bench.behaviour = () => ({ ...SUCCEEDED, outputs: { POD: 'x-sesame-open-y', API_TOKEN: 'tok-123456', PLAIN: 'p' } });
  await (await bench.addWorker()).work();
  const everything = JSON.stringify([
    await bench.read(runId),
    (await bench.database.pool.query('select outputs from run_steps')).rows,
    (await bench.database.pool.query('select body from outbox')).rows,
  ]);
  expect(everything).not.toMatch(/sesame|tok-123456/);
  expect(everything).toContain('"PLAIN":"p"');
  expect((await bench.read(runId)).approvals[0]?.effect.inputs).toEqual({ POD: '***', API_TOKEN: '***' });
});

it('what a step sets for one item is not there for the next', async () => {
  const runId = await bench.start(
    planOf([
      plannedStep('each', { action: { kind: 'foreach', members: ['find', 'use'], items: 'a b', as: 'H', atOnce: 1 } }),
      { ...plannedStep('find', { action: gives }), within: 'each' },
      { ...plannedStep('use', { action: takes }), within: 'each' },
    ]),
  );
  const seen: string[] = [];
  bench.behaviour = ({ inputs }, stepId) => {
    seen.push(`${stepId} ${inputs['POD'] ?? '-'}`);
    return stepId.startsWith('find') ? { ...SUCCEEDED, outputs: { POD: `pod-of-${inputs['H']}` } } : SUCCEEDED;
  };
  await (await bench.addWorker()).work();
  expect(seen).toEqual(['find[0] -', 'use[0] pod-of-a', 'find[1] -', 'use[1] pod-of-b']);
  expect((await bench.read(runId)).status).toBe('succeeded');
});

it('a dry run carries out what observes and says why it left out the rest', async () => {
  const runId = await bench.start(
    planOf([
      plannedStep('look', { risk: 'read' }),
      plannedStep('change'),
      plannedStep('drop', { risk: 'destroy' }),
      plannedStep('wait', { risk: null, action: { kind: 'wait', durationMs: 60_000 } }),
      plannedStep('each', {
        risk: 'destroy',
        action: { kind: 'foreach', members: ['see', 'do'], items: 'a', as: 'H', atOnce: 1 },
      }),
      { ...plannedStep('see', { risk: 'check' }), within: 'each' },
      { ...plannedStep('do', { risk: 'destroy' }), within: 'each' },
    ]),
    { dryRun: true },
  );
  const ran: string[] = [];
  bench.behaviour = (_execution, stepId) => {
    ran.push(stepId);
    return SUCCEEDED;
  };
  await (await bench.addWorker()).work();
  expect(ran).toEqual(['look', 'see[0]']);
  expect(await bench.read(runId)).toMatchObject({ status: 'succeeded', dryRun: true, approvals: [] });
  const skipped = (await bench.events(runId)).filter((event) => event.kind === 'step.skipped');
  expect(skipped.map((event) => [event.body['stepId'], event.body['reason']])).toEqual(
    ['change', 'drop', 'wait', 'do[0]'].map((id) => [id, 'a dry run only observes']),
  );
});
