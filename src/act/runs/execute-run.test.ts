import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { plannedStep, planOf } from '../../../test/harness/plans.ts';
import { FAILED, hangingStep, openRunBench, type RunBench, SUCCEEDED } from '../../../test/harness/run-bench.ts';
import { answerStep } from './answer-step.ts';
import { decideStepInDoubt } from './decide-step.ts';
import { cancelRun, pauseRun, resumeRun, rollBackRun, skipStep } from './steer-run.ts';

let bench: RunBench;
beforeAll(async () => {
  bench = await openRunBench();
});
beforeEach(() => bench.clear());
afterAll(() => bench.close());

const ada = { actor: 'user:ada' };
const kindsOf = async (runId: string) => (await bench.events(runId)).map((event) => event.kind);

describe('a run', () => {
  it('goes through its steps in order and tells each of them', async () => {
    const runId = await bench.start(planOf([plannedStep('one'), plannedStep('two')]));
    const worker = await bench.addWorker();
    expect(await worker.work()).toEqual({ runId, takenOver: false, ended: 'let-go' });
    expect(await kindsOf(runId)).toEqual([
      'run.queued',
      'run.started',
      'step.started',
      'step.succeeded',
      'step.started',
      'step.succeeded',
      'run.succeeded',
    ]);
    const run = await bench.read(runId);
    expect(run).toMatchObject({ status: 'succeeded', worker: null, waitingFor: null });
    expect(run.steps.map((step) => step.attempts.map((attempt) => attempt.status))).toEqual([
      ['succeeded'],
      ['succeeded'],
    ]);
  });

  it('ends at a failed step; those after it say that they will not run', async () => {
    bench.behaviour = (_execution, id) => (id === 'two' ? FAILED : SUCCEEDED);
    const runId = await bench.start(planOf([plannedStep('one'), plannedStep('two'), plannedStep('three')]));
    await (await bench.addWorker()).work();
    expect(await bench.statuses(runId)).toEqual({ one: 'succeeded', two: 'failed', three: 'cancelled', run: 'failed' });
    expect((await bench.read(runId)).reason).toBe('step "Step two" failed');
  });

  it('starts at a later step when asked to', async () => {
    const runId = await bench.start(planOf([plannedStep('one'), plannedStep('two')]), { fromStep: 'two' });
    await (await bench.addWorker()).work();
    expect(await bench.statuses(runId)).toEqual({ one: 'skipped', two: 'succeeded', run: 'succeeded' });
  });

  it('says which steps there are when asked to start at one there is not', async () => {
    await expect(bench.start(planOf([plannedStep('one')]), { fromStep: 'nine' })).rejects.toMatchObject({
      code: 'run.unknown-step',
      hint: 'Steps to begin at: one',
    });
  });

  it('tries a step again at once when it has attempts left and no delay', async () => {
    let failures = 2;
    bench.behaviour = () => (failures-- > 0 ? FAILED : SUCCEEDED);
    const runId = await bench.start(planOf([plannedStep('one', { retry: { attempts: 3, delayMs: 0 } })]));
    expect(await (await bench.addWorker()).work()).toMatchObject({ ended: 'let-go' });
    const run = await bench.read(runId);
    expect(run.status).toBe('succeeded');
    expect(run.steps[0]?.attempts.map((attempt) => attempt.status)).toEqual(['failed', 'failed', 'succeeded']);
  });

  it('waits for the delay of a retry as a timer, with no worker holding it', async () => {
    let failures = 1;
    bench.behaviour = () => (failures-- > 0 ? FAILED : SUCCEEDED);
    const runId = await bench.start(planOf([plannedStep('one', { retry: { attempts: 2, delayMs: 60_000 } })]));
    const worker = await bench.addWorker();
    await worker.work();
    expect(await bench.read(runId)).toMatchObject({ status: 'waiting', waitingFor: 'wait', worker: null });
    bench.clock.advanceBy(59_999);
    await bench.fireTimers();
    expect(await worker.work()).toBeNull();
    bench.clock.advanceBy(1);
    await bench.fireTimers();
    // Another process finds the same row.
    await (await bench.addWorker()).work();
    expect(await bench.statuses(runId)).toEqual({ one: 'succeeded', run: 'succeeded' });
  });

  it('counts a step as failed when its verify step says that it did not take effect', async () => {
    bench.behaviour = (_execution, id) => (id === 'look' ? FAILED : SUCCEEDED);
    const look = plannedStep('look', { risk: 'check' });
    const runId = await bench.start(planOf([plannedStep('one', { verify: 'look' })], { helpers: [look] }));
    await (await bench.addWorker()).work();
    expect(await bench.statuses(runId)).toEqual({ one: 'failed', look: 'failed', run: 'failed' });
    expect((await bench.read(runId)).steps[0]?.attempts[0]?.reason).toBe('it ran, but "Step look" failed: exit code 1');
  });

  it('takes only the steps of the option that was chosen', async () => {
    const options = [
      { option: 'a', label: 'A' },
      { option: 'b', label: 'B' },
    ];
    const runId = await bench.start(
      planOf([
        plannedStep('which', { risk: null, action: { kind: 'choice', group: 'g', prompt: '?', options } }),
        plannedStep('left', { choice: { group: 'g', option: 'a', label: 'A' } }),
        plannedStep('right', { when: { group: 'g', option: 'b' } }),
      ]),
    );
    const worker = await bench.addWorker();
    await worker.work();
    const deps = { ...bench.commands, checkValue: () => null, seal: bench.secrets.seal, open: bench.secrets.open };
    await expect(answerStep(deps, runId, { step: 'which', option: 'c', ...ada })).rejects.toMatchObject({
      code: 'answer.invalid',
      hint: 'Options: a, b',
    });
    await answerStep(deps, runId, { step: 'which', option: 'b', ...ada });
    await worker.work();
    expect(await bench.statuses(runId)).toEqual({
      which: 'succeeded',
      left: 'skipped',
      right: 'succeeded',
      run: 'succeeded',
    });
  });
});

describe('a person', () => {
  it('pauses a run at the next border between two steps, by name, and resumes it', async () => {
    const step = hangingStep();
    bench.behaviour = (execution, id) => (id === 'one' ? step.behaviour(execution, id) : SUCCEEDED);
    const runId = await bench.start(planOf([plannedStep('one'), plannedStep('two')]));
    const worker = await bench.addWorker();
    expect(await worker.work()).toMatchObject({ ended: 'hanging' });
    await pauseRun(bench.commands, runId, ada);
    const owned = worker.owned.get(runId)!;
    Object.assign(owned, { pauseRequested: true, pauseReason: 'paused by user:ada' });
    step.end(SUCCEEDED);
    expect(await worker.settle(runId)).toBe('let-go');
    expect(await bench.statuses(runId)).toEqual({ one: 'succeeded', two: 'pending', run: 'paused' });
    expect((await bench.read(runId)).reason).toBe('paused by user:ada');
    await resumeRun(bench.commands, runId, ada);
    await worker.work();
    expect(await bench.statuses(runId)).toMatchObject({ run: 'succeeded' });
  });

  it('cancels a step under way; what it was is on record', async () => {
    const step = hangingStep();
    bench.behaviour = step.behaviour;
    const runId = await bench.start(planOf([plannedStep('one'), plannedStep('two')]));
    const worker = await bench.addWorker();
    await worker.work();
    await cancelRun(bench.commands, runId, ada);
    expect((await bench.read(runId)).status).toBe('cancelling');
    const owned = worker.owned.get(runId)!;
    owned.cancelRequestedBy = 'user:ada';
    owned.stop.abort('cancel');
    await worker.settle(runId);
    expect(await bench.statuses(runId)).toEqual({ one: 'cancelled', two: 'cancelled', run: 'cancelled' });
  });

  it('cancels a run whose worker was just about to let it wait: the wish is not lost', async () => {
    const step = hangingStep();
    bench.behaviour = step.behaviour;
    const manual = plannedStep('by-hand', { risk: null, action: { kind: 'manual', text: 'look' } });
    const runId = await bench.start(planOf([plannedStep('one'), manual]));
    const worker = await bench.addWorker();
    await worker.work();
    // The worker has not heard of it yet when its step ends.
    await cancelRun(bench.commands, runId, ada);
    step.end(SUCCEEDED);
    await worker.settle(runId);
    expect(await bench.statuses(runId)).toEqual({ one: 'succeeded', 'by-hand': 'cancelled', run: 'cancelled' });
  });

  it('cancels before a step has begun: it is cancelled, not in doubt', async () => {
    const runId = await bench.start(planOf([plannedStep('one')]));
    const worker = await bench.addWorker();
    // The wish arrives between the intent and the last gate.
    const advance = worker.context.transitions.advance.bind(worker.context.transitions);
    worker.context.transitions.advance = async (transitions) => {
      await advance(transitions);
      if (transitions.some((transition) => transition.to === 'running')) {
        await cancelRun(bench.commands, runId, ada);
        worker.owned.get(runId)!.cancelRequestedBy = 'user:ada';
        worker.owned.get(runId)!.stop.abort('cancel');
      }
    };
    bench.behaviour = () => {
      throw new Error('it must not begin');
    };
    expect(await worker.work()).toMatchObject({ ended: 'let-go' });
    expect(await bench.statuses(runId)).toEqual({ one: 'cancelled', run: 'cancelled' });
  });

  it('skips a later step while an earlier one runs; the run goes on without it', async () => {
    const step = hangingStep();
    bench.behaviour = (execution, id) => (id === 'one' ? step.behaviour(execution, id) : SUCCEEDED);
    const runId = await bench.start(planOf([plannedStep('one'), plannedStep('two'), plannedStep('three')]));
    const worker = await bench.addWorker();
    await worker.work();
    await skipStep(bench.commands, runId, { ...ada, step: 'two', reason: 'not needed today' });
    step.end(SUCCEEDED);
    expect(await worker.settle(runId)).toBe('lost');
    // Its own row still names it: it takes the run up again, and tells nobody of a lost worker.
    expect(await worker.work()).toMatchObject({ runId, ended: 'let-go' });
    expect(await bench.statuses(runId)).toEqual({
      one: 'succeeded',
      two: 'skipped',
      three: 'succeeded',
      run: 'succeeded',
    });
    expect(await kindsOf(runId)).not.toContain('run.taken-over');
  });

  it('cannot skip what has begun, a helper, or a step of a run that ended', async () => {
    const runId = await bench.start(planOf([plannedStep('one')], { helpers: [plannedStep('undo')] }));
    const skip = (step: string) => skipStep(bench.commands, runId, { ...ada, step, reason: 'because' });
    await expect(skip('undo')).rejects.toMatchObject({ code: 'step.conflict' });
    await expect(skip('nine')).rejects.toMatchObject({ code: 'step.missing', hint: 'Its steps: one, undo' });
    await (await bench.addWorker()).work();
    await expect(skip('one')).rejects.toMatchObject({ code: 'run.conflict' });
  });
});

describe('a rollback', () => {
  it('undoes completed steps last in, first out, each by its own helper', async () => {
    const order: string[] = [];
    bench.behaviour = (_execution, id) => {
      order.push(id);
      return SUCCEEDED;
    };
    const helpers = [plannedStep('undo-one'), plannedStep('undo-two')];
    const steps = [plannedStep('one', { rollback: 'undo-one' }), plannedStep('two', { rollback: 'undo-two' })];
    const runId = await bench.start(planOf(steps, { helpers }));
    const worker = await bench.addWorker();
    await worker.work();
    await rollBackRun(bench.commands, runId, ada);
    await worker.work();
    expect(order).toEqual(['one', 'two', 'undo-two', 'undo-one']);
    expect(await bench.statuses(runId)).toMatchObject({ one: 'rolled-back', two: 'rolled-back', run: 'rolled-back' });
  });

  it('runs a helper once for every step it undoes', async () => {
    const order: string[] = [];
    bench.behaviour = (_execution, id) => {
      order.push(id);
      return SUCCEEDED;
    };
    const steps = [plannedStep('one', { rollback: 'undo' }), plannedStep('two', { rollback: 'undo' })];
    const runId = await bench.start(planOf(steps, { helpers: [plannedStep('undo')] }));
    const worker = await bench.addWorker();
    await worker.work();
    await rollBackRun(bench.commands, runId, ada);
    await worker.work();
    expect(order).toEqual(['one', 'two', 'undo', 'undo']);
  });

  it('records an undo that fails, stops there, and can be tried again', async () => {
    bench.behaviour = (_execution, id) => (id === 'undo-two' ? FAILED : SUCCEEDED);
    const helpers = [plannedStep('undo-one'), plannedStep('undo-two')];
    const steps = [plannedStep('one', { rollback: 'undo-one' }), plannedStep('two', { rollback: 'undo-two' })];
    const runId = await bench.start(planOf(steps, { helpers }));
    const worker = await bench.addWorker();
    await worker.work();
    await rollBackRun(bench.commands, runId, ada);
    await worker.work();
    expect(await bench.statuses(runId)).toMatchObject({
      one: 'succeeded',
      two: 'rollback-failed',
      run: 'rollback-failed',
    });
    bench.behaviour = () => SUCCEEDED;
    await rollBackRun(bench.commands, runId, ada);
    await worker.work();
    expect(await bench.statuses(runId)).toMatchObject({ one: 'rolled-back', two: 'rolled-back', run: 'rolled-back' });
  });

  it('is refused where nothing can be undone', async () => {
    const runId = await bench.start(planOf([plannedStep('one')]));
    await (await bench.addWorker()).work();
    await expect(rollBackRun(bench.commands, runId, ada)).rejects.toMatchObject({ code: 'run.irreversible' });
  });
});

describe('a lost worker', () => {
  it('leaves a step in doubt that is neither idempotent nor verified; its processes are ended first', async () => {
    bench.behaviour = hangingStep().behaviour;
    const runId = await bench.start(planOf([plannedStep('one')]));
    const lost = await bench.addWorker();
    await lost.work();
    await lost.freeze();
    const before = bench.stopped.length;
    expect(await (await bench.addWorker()).work()).toEqual({ runId, takenOver: true, ended: 'let-go' });
    expect(bench.stopped).toHaveLength(before + 1);
    expect(await bench.statuses(runId)).toEqual({ one: 'in-doubt', run: 'in-doubt' });
    expect(await kindsOf(runId)).toContain('run.taken-over');
    await decideStepInDoubt(bench.commands, runId, { step: 'one', decision: 'done', reason: 'I looked', ...ada });
    await (await bench.addWorker()).work();
    expect(await bench.statuses(runId)).toEqual({ one: 'succeeded', run: 'succeeded' });
  });

  it.each([
    ['only observes', { risk: 'read' as const }],
    ['is idempotent', { idempotent: true }],
  ])('has its step run again when that %s', async (_why, sketch) => {
    const hanging = hangingStep();
    bench.behaviour = hanging.behaviour;
    const runId = await bench.start(planOf([plannedStep('one', sketch)]));
    const lost = await bench.addWorker();
    await lost.work();
    await lost.freeze();
    bench.behaviour = () => SUCCEEDED;
    await (await bench.addWorker()).work();
    const [step] = (await bench.read(runId)).steps;
    expect(step?.attempts.map((attempt) => attempt.status)).toEqual(['lost', 'succeeded']);
  });

  it.each([
    ['took effect', SUCCEEDED, { one: 'succeeded', run: 'succeeded' }],
    ['does not show', FAILED, { one: 'in-doubt', run: 'in-doubt' }],
  ])('has its step judged by its verify step: it %s', async (_what, verdict, expected) => {
    bench.behaviour = hangingStep().behaviour;
    const look = plannedStep('look', { risk: 'check' });
    const runId = await bench.start(planOf([plannedStep('one', { verify: 'look' })], { helpers: [look] }));
    const lost = await bench.addWorker();
    await lost.work();
    await lost.freeze();
    bench.behaviour = () => verdict;
    await (await bench.addWorker()).work();
    expect(await bench.statuses(runId)).toMatchObject(expected);
  });

  it('on another machine may still be at work, and the doubt says where', async () => {
    bench.behaviour = hangingStep().behaviour;
    const look = plannedStep('look', { risk: 'check' });
    const runId = await bench.start(planOf([plannedStep('one', { verify: 'look' })], { helpers: [look] }));
    const lost = await bench.addWorker('far-away');
    await lost.work();
    await lost.freeze();
    await (await bench.addWorker()).work();
    expect((await bench.read(runId)).steps[0]?.attempts[0]?.reason).toContain('may still be running on far-away');
  });

  it.each([
    ['was looked at from here is settled as if it had run here', null, { one: 'succeeded', run: 'succeeded' }],
    ['does not answer leaves it in doubt', 'web-1', { one: 'in-doubt', run: 'in-doubt' }],
  ])('that had its step run on a host that %s', async (_what, unreachable, expected) => {
    const endpoint = { host: 'web', port: 22, user: 'ops', identityFile: '/key', agentSocket: null, jumps: [] };
    bench.targets = { 'web-1': { name: 'web-1', kind: 'ssh', ...endpoint, knownHostsFile: '/known' } };
    bench.unreachable = unreachable;
    bench.behaviour = hangingStep().behaviour;
    const look = plannedStep('look', { risk: 'check' });
    const one = plannedStep('one', { verify: 'look', target: 'web-1' });
    const runId = await bench.start(planOf([one], { helpers: [look] }));
    const lost = await bench.addWorker('far-away');
    await lost.work();
    await lost.freeze();
    bench.behaviour = () => SUCCEEDED;
    await (await bench.addWorker()).work();
    bench.unreachable = null;
    expect(await bench.statuses(runId)).toMatchObject(expected);
    const { reason } = (await bench.read(runId)).steps[0]!.attempts[0]!;
    if (unreachable !== null) expect(reason).toContain('may still be running on web-1');
  });

  it('is refused when it wakes after the takeover: its outcome changes nothing', async () => {
    const hanging = hangingStep();
    bench.behaviour = hanging.behaviour;
    const runId = await bench.start(planOf([plannedStep('one'), plannedStep('two')]));
    const frozen = await bench.addWorker();
    await frozen.work();
    await frozen.freeze();
    await (await bench.addWorker()).work();
    const before = await bench.events(runId);
    hanging.end(SUCCEEDED);
    expect(await frozen.settle(runId)).toBe('lost');
    expect(await bench.statuses(runId)).toEqual({ one: 'in-doubt', two: 'pending', run: 'in-doubt' });
    expect(await bench.events(runId)).toEqual(before);
  });

  it('may not even begin a step after the takeover', async () => {
    const runId = await bench.start(planOf([plannedStep('one')]));
    const frozen = await bench.addWorker();
    const advance = frozen.context.transitions.advance.bind(frozen.context.transitions);
    frozen.context.transitions.advance = async (transitions) => {
      await advance(transitions);
      await frozen.freeze();
    };
    let begun = false;
    bench.behaviour = () => {
      begun = true;
      return SUCCEEDED;
    };
    expect(await frozen.work()).toMatchObject({ ended: 'lost' });
    expect(begun).toBe(false);
    await (await bench.addWorker()).work();
    expect(await bench.statuses(runId)).toMatchObject({ run: 'in-doubt' });
  });
});

describe('a step in doubt', () => {
  const inDoubt = async (plan = planOf([plannedStep('one'), plannedStep('two')])) => {
    bench.behaviour = () => ({ ...FAILED, uncertain: true, reason: 'the answer was lost' });
    const runId = await bench.start(plan);
    await (await bench.addWorker()).work();
    bench.behaviour = () => SUCCEEDED;
    return runId;
  };
  const decide = (runId: string, decision: 'retry' | 'done' | 'failed' | 'rollback', step = 'one') =>
    decideStepInDoubt(bench.commands, runId, { step, decision, reason: 'I looked', ...ada });

  it('waits for a decision and keeps it with name and reason', async () => {
    const runId = await inDoubt();
    expect(await bench.read(runId)).toMatchObject({ status: 'in-doubt', waitingFor: 'decision' });
    await decide(runId, 'retry');
    await (await bench.addWorker()).work();
    expect((await bench.read(runId)).steps[0]?.attempts.map((attempt) => attempt.status)).toEqual([
      'lost',
      'succeeded',
    ]);
    expect((await bench.events(runId)).find((event) => event.kind === 'step.decided')).toMatchObject({
      actor: 'user:ada',
      body: { reason: 'retry: I looked' },
    });
  });

  it('taken as failed ends the run', async () => {
    const runId = await inDoubt();
    await decide(runId, 'failed');
    expect(await bench.statuses(runId)).toEqual({ one: 'failed', two: 'cancelled', run: 'failed' });
  });

  it('rolls back what was done before it', async () => {
    const steps = [plannedStep('zero', { rollback: 'undo' }), plannedStep('one')];
    bench.behaviour = (_e, id) => (id === 'one' ? { ...FAILED, uncertain: true } : SUCCEEDED);
    const runId = await bench.start(planOf(steps, { helpers: [plannedStep('undo')] }));
    await (await bench.addWorker()).work();
    await decide(runId, 'rollback');
    await (await bench.addWorker()).work();
    expect(await bench.statuses(runId)).toEqual({
      zero: 'rolled-back',
      one: 'failed',
      undo: 'succeeded',
      run: 'rolled-back',
    });
  });

  it('in the middle of an undo goes on as an undo', async () => {
    bench.behaviour = (_e, id) => (id === 'undo' ? { ...FAILED, uncertain: true } : SUCCEEDED);
    const runId = await bench.start(
      planOf([plannedStep('one', { rollback: 'undo' })], { helpers: [plannedStep('undo')] }),
    );
    const worker = await bench.addWorker();
    await worker.work();
    await rollBackRun(bench.commands, runId, ada);
    await worker.work();
    expect(await bench.statuses(runId)).toEqual({ one: 'rolling-back', undo: 'in-doubt', run: 'in-doubt' });
    await decide(runId, 'done', 'undo');
    await worker.work();
    expect(await bench.statuses(runId)).toEqual({ one: 'rolled-back', undo: 'succeeded', run: 'rolled-back' });
  });

  it('can be decided once only', async () => {
    const runId = await inDoubt();
    await decide(runId, 'done');
    await expect(decide(runId, 'failed')).rejects.toMatchObject({ code: 'step.not-in-doubt' });
  });

  it('keeps the wish to cancel that came before it', async () => {
    bench.behaviour = hangingStep().behaviour;
    const runId = await bench.start(planOf([plannedStep('one'), plannedStep('two')]));
    const lost = await bench.addWorker();
    await lost.work();
    await cancelRun(bench.commands, runId, ada);
    await lost.freeze();
    await (await bench.addWorker()).work();
    expect(await bench.statuses(runId)).toMatchObject({ one: 'in-doubt', run: 'in-doubt' });
    await decide(runId, 'done');
    await (await bench.addWorker()).work();
    expect(await bench.statuses(runId)).toEqual({ one: 'succeeded', two: 'cancelled', run: 'cancelled' });
  });
});
