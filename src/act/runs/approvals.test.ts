import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { plannedStep, planOf } from '../../../test/harness/plans.ts';
import { openRunBench, type RunBench } from '../../../test/harness/run-bench.ts';
import type { Role } from '../../contract/identity.ts';
import { answerStep } from './answer-step.ts';
import { approvalNeed, ruleVote } from './approval-policy.ts';
import { APPROVAL_EXPIRES_MS, listApprovals } from './approval-store.ts';
import { cancelRun, pauseRun, resumeRun, skipStep } from './steer-run.ts';
import { voteOnApproval } from './vote-approval.ts';

let bench: RunBench;
beforeAll(async () => {
  bench = await openRunBench();
});
beforeEach(() => bench.clear());
afterAll(() => bench.close());

const person = (name: string, role: Role = 'approver') => {
  const actor = `user:${name}`;
  return { actor, person: actor, userId: name, name, role };
};
/** A key that somebody answers for, as the database resolves it. */
const keyOf = (owner: string, key: string) => ({ ...person(owner), actor: `key:${key}`, name: key });
const vote = (id: string, name: string, rest: Partial<Parameters<typeof voteOnApproval>[2]> = {}) =>
  voteOnApproval(bench.commands, id, { decision: 'approve', by: person(name), onlyPerson: false, ...rest });
const pending = async (runId: string) =>
  (await bench.read(runId)).approvals.filter((approval) => approval.status === 'pending');
const destroy = (sketch = {}) => plannedStep('drop', { risk: 'destroy', body: 'drop table orders', ...sketch });

/** A run (started by ada) that waits for the approval of its only step. */
async function asking(plan = planOf([destroy()])) {
  const runId = await bench.start(plan);
  const worker = await bench.addWorker();
  await worker.work();
  const [approval] = await pending(runId);
  return { runId, worker, approvalId: approval!.id };
}

describe('an approval', () => {
  it('is asked for in full before a step that destroys, and nothing is held meanwhile', async () => {
    const { runId } = await asking();
    expect(await bench.read(runId)).toMatchObject({ status: 'waiting', waitingFor: 'approval', worker: null });
    expect((await pending(runId))[0]).toMatchObject({
      needed: 1,
      startedBy: 'user:ada',
      effect: { title: 'Step drop', risk: 'destroy', body: 'drop table orders' },
    });
    expect(bench.database.pool.totalCount - bench.database.pool.idleCount).toBe(0);
  });

  it('lets the run go on, on any worker', async () => {
    const { runId, approvalId } = await asking();
    expect((await vote(approvalId, 'grace')).status).toBe('granted');
    await (await bench.addWorker()).work();
    expect(await bench.statuses(runId)).toEqual({ drop: 'succeeded', run: 'succeeded' });
  });

  it('of the one who started the run does not count', async () => {
    const { runId, approvalId } = await asking();
    await expect(vote(approvalId, 'ada')).rejects.toMatchObject({ code: 'approval.starter', kind: 'denied' });
    await expect(vote(approvalId, 'eve', { by: person('eve', 'operator') })).rejects.toMatchObject({
      code: 'approval.role',
    });
    expect((await pending(runId))[0]?.votes).toEqual([]);
  });

  it('of the only person there is takes the step’s title as a second confirmation', async () => {
    const { approvalId } = await asking();
    await expect(vote(approvalId, 'ada', { onlyPerson: true })).rejects.toMatchObject({
      code: 'approval.second-confirmation',
      hint: 'To go on alone, confirm by sending the step\'s title: "Step drop".',
    });
    expect((await vote(approvalId, 'ada', { onlyPerson: true, confirm: 'Step drop' })).status).toBe('granted');
  });

  it('by N of M counts people, not votes', async () => {
    const { runId, approvalId, worker } = await asking(planOf([destroy({ approvals: 2 })]));
    expect((await vote(approvalId, 'grace')).status).toBe('pending');
    expect((await vote(approvalId, 'grace')).status).toBe('pending');
    expect(await worker.work()).toBeNull();
    expect((await vote(approvalId, 'alan')).status).toBe('granted');
    await worker.work();
    expect(await bench.statuses(runId)).toMatchObject({ run: 'succeeded' });
  });

  it('counts one person once, whatever keys the votes come with, and never the starter’s', async () => {
    const { approvalId } = await asking(planOf([destroy({ approvals: 2 })]));
    const by = (principal: ReturnType<typeof keyOf>) =>
      vote(approvalId, '', { by: principal }).then(({ status, votes }) => [status, votes.map((each) => each.by)]);
    await expect(by(keyOf('ada', 'laptop'))).rejects.toMatchObject({ code: 'approval.starter' });
    expect(await by(person('grace'))).toEqual(['pending', ['user:grace']]);
    expect(await by(keyOf('grace', 'phone'))).toEqual(['pending', ['key:phone']]);
    expect(await by(keyOf('grace', 'laptop'))).toEqual(['pending', ['key:laptop']]);
    expect(await by(keyOf('alan', 'bot'))).toEqual(['granted', ['key:laptop', 'key:bot']]);
  });

  it('by two who vote at the same moment is granted once', async () => {
    const { runId, approvalId } = await asking(planOf([destroy({ approvals: 2 })]));
    await Promise.all([vote(approvalId, 'grace'), vote(approvalId, 'alan')]);
    const events = await bench.events(runId);
    expect(events.filter((event) => event.kind === 'approval.granted')).toHaveLength(1);
    await expect(vote(approvalId, 'eve')).rejects.toMatchObject({ code: 'approval.settled' });
  });

  it('refused fails the run with the name and the reason', async () => {
    const { runId, approvalId } = await asking(planOf([destroy(), plannedStep('after')]));
    await vote(approvalId, 'grace', { decision: 'reject', reason: 'not on a Friday' });
    expect(await bench.read(runId)).toMatchObject({
      status: 'failed',
      reason: 'rejected by user:grace: not on a Friday',
    });
    expect(await bench.statuses(runId)).toEqual({ drop: 'failed', after: 'cancelled', run: 'failed' });
  });

  it('may be refused by the one who started the run, and while the run is paused', async () => {
    const { runId, approvalId } = await asking();
    await pauseRun(bench.commands, runId, { actor: 'user:ada' });
    await vote(approvalId, 'ada', { decision: 'reject' });
    expect((await bench.read(runId)).status).toBe('failed');
  });

  it('given while the run is paused counts when it is resumed', async () => {
    const { runId, approvalId, worker } = await asking();
    await pauseRun(bench.commands, runId, { actor: 'user:ada' });
    await vote(approvalId, 'grace');
    expect(await worker.work()).toBeNull();
    await resumeRun(bench.commands, runId, { actor: 'user:ada' });
    await worker.work();
    expect(await bench.statuses(runId)).toMatchObject({ run: 'succeeded' });
  });

  it('that nobody gives expires on time and pauses the run; resumed, it asks again', async () => {
    const { runId, approvalId, worker } = await asking();
    bench.clock.advanceBy(APPROVAL_EXPIRES_MS - 1);
    await bench.fireTimers();
    expect((await bench.read(runId)).status).toBe('waiting');
    bench.clock.advanceBy(1);
    await bench.fireTimers();
    expect(await bench.read(runId)).toMatchObject({
      status: 'paused',
      reason: 'its approval expired; resume it to ask again',
    });
    await expect(vote(approvalId, 'grace')).rejects.toMatchObject({ code: 'approval.settled' });
    await resumeRun(bench.commands, runId, { actor: 'user:ada' });
    await worker.work();
    expect((await pending(runId)).map((approval) => approval.id)).not.toEqual([approvalId]);
    expect((await bench.read(runId)).approvals).toHaveLength(2);
  });

  it('is for exactly what was shown: a changed value asks again', async () => {
    const step = destroy({ inputs: ['table'] });
    const { runId, approvalId, worker } = await asking(planOf([step], { inputs: { table: 'orders' } }));
    await vote(approvalId, 'grace');
    // What is known changes between the word and the deed.
    await sql`update runs set inputs = '{"table": "customers"}' where id = ${runId}`.execute(bench.database.db);
    await worker.work();
    expect(await bench.statuses(runId)).toMatchObject({ drop: 'waiting', run: 'waiting' });
    const [again] = await pending(runId);
    expect(again?.effect.inputs).toEqual({ table: 'customers' });
    await vote(again!.id, 'grace');
    await worker.work();
    expect(await bench.statuses(runId)).toMatchObject({ run: 'succeeded' });
  });

  it('shows the value that was answered a step before, and never a secret one', async () => {
    const ask = (name: string, type: 'string' | 'secret') =>
      plannedStep(`ask-${name}`, { risk: null, action: { kind: 'input', name, type, prompt: '?' } });
    const runId = await bench.start(
      planOf([ask('table', 'string'), ask('key', 'secret'), destroy({ inputs: ['table', 'key'] })]),
    );
    const worker = await bench.addWorker();
    const deps = { ...bench.commands, checkValue: () => null, seal: bench.secrets.seal, open: bench.secrets.open };
    await worker.work();
    await answerStep(deps, runId, { step: 'ask-table', value: 'orders', actor: 'user:ada' });
    await worker.work();
    await answerStep(deps, runId, { step: 'ask-key', value: 'sesame-sesame', actor: 'user:ada' });
    await worker.work();
    const [approval] = await pending(runId);
    expect(approval?.effect.inputs).toEqual({ table: 'orders', key: '***' });
    expect(JSON.stringify(await bench.read(runId))).not.toContain('sesame');
  });

  it('of a step that asks comes before its answer', async () => {
    const input = plannedStep('ask', {
      risk: null,
      approvals: 1,
      action: { kind: 'input', name: 'n', type: 'string', prompt: '?' },
    });
    const { runId, approvalId, worker } = await asking(planOf([input]));
    const deps = { ...bench.commands, checkValue: () => null, seal: bench.secrets.seal, open: bench.secrets.open };
    const answer = () => answerStep(deps, runId, { step: 'ask', value: 'v', actor: 'user:ada' });
    await expect(answer()).rejects.toMatchObject({
      code: 'step.not-asking',
      hint: expect.stringContaining('approval'),
    });
    await vote(approvalId, 'grace');
    await worker.work();
    await answer();
    await worker.work();
    expect(await bench.statuses(runId)).toEqual({ ask: 'succeeded', run: 'succeeded' });
  });

  it.each(['cancelled', 'skipped'])(
    'that is not needed any more is withdrawn with its timer: the run was %s',
    async (how) => {
      const { runId } = await asking(planOf([destroy(), plannedStep('after')]));
      if (how === 'cancelled') await cancelRun(bench.commands, runId, { actor: 'user:ada' });
      else await skipStep(bench.commands, runId, { actor: 'user:ada', step: 'drop', reason: 'not needed' });
      expect(await listApprovals(bench.database.db, { status: 'pending', limit: 10 })).toEqual([]);
      const timers = await bench.database.pool.query('select from timers');
      expect(timers.rowCount).toBe(0);
    },
  );
});

describe('whether a step needs approval', () => {
  const person = { automatic: false, signedOff: false };
  const automatic = { automatic: true, signedOff: false };
  it.each([
    ['a change, started by a person', plannedStep('s'), person, { reason: 'none', needed: 0 }],
    ['a change in an automatic run', plannedStep('s'), automatic, { reason: 'automatic-change', needed: 1 }],
    [
      'a change in a procedure that was signed off',
      plannedStep('s'),
      { automatic: true, signedOff: true },
      { reason: 'none', needed: 0 },
    ],
    ['a read in an automatic run', plannedStep('s', { risk: 'read' }), automatic, { reason: 'none', needed: 0 }],
    [
      'a destroy, signed off or not',
      plannedStep('s', { risk: 'destroy' }),
      { automatic: true, signedOff: true },
      { reason: 'destroys', needed: 1 },
    ],
    [
      'a destroy that asks for two',
      plannedStep('s', { risk: 'destroy', approvals: 2 }),
      person,
      { reason: 'destroys', needed: 2 },
    ],
    [
      'a lowered risk',
      plannedStep('s', { risk: 'read', riskLowered: true }),
      person,
      { reason: 'risk-lowered', needed: 1 },
    ],
    ['a declared one', plannedStep('s', { risk: 'read', approvals: 1 }), person, { reason: 'declared', needed: 1 }],
  ])('%s', (_what, step, run, need) => {
    expect(approvalNeed(step, run)).toEqual(need);
  });

  it('the only person’s confirmation must be the title itself', () => {
    const by = { actor: 'user:ada', person: 'user:ada', userId: 'ada', name: 'ada', role: 'admin' as const };
    const ruling = (confirm: string | undefined) =>
      ruleVote({ by, startedByPerson: 'user:ada', stepTitle: 'Drop', confirm, onlyPerson: true }).kind;
    expect([undefined, '', 'drop', 'Drop'].map(ruling)).toEqual([
      'needs-second-confirmation',
      'needs-second-confirmation',
      'needs-second-confirmation',
      'counts',
    ]);
  });
});
