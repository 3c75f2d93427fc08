import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { plannedStep, planOf, type StepSketch } from '../../../test/harness/plans.ts';
import {
  type BenchWorker,
  FAILED,
  hangingStep,
  openRunBench,
  type RunBench,
  SUCCEEDED,
} from '../../../test/harness/run-bench.ts';
import { ROLES } from '../../contract/identity.ts';
import type { AttemptStatus, RunStatus, StepStatus } from '../../contract/run.ts';
import type { PlannedStep, StepAction } from '../../contract/runbook.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import { answerStep } from './answer-step.ts';
import { APPROVAL_EXPIRES_MS, listApprovals } from './approval-store.ts';
import { decideStepInDoubt } from './decide-step.ts';
import { cancelRun, pauseRun, resumeRun, rollBackRun, skipStep } from './steer-run.ts';
import { ATTEMPT_TRANSITIONS, mayFollow, RUN_TRANSITIONS, STEP_TRANSITIONS } from './transitions.ts';
import { voteOnApproval } from './vote-approval.ts';

/** Every command, in any order, at any time, on the real database; triggers write down every change of a status. */
const RUNS = Number(process.env['HOLDFAST_PROPERTY_RUNS'] ?? 80);
const REFUSALS = new Set([
  'run.conflict',
  'step.conflict',
  'step.not-asking',
  'step.not-in-doubt',
  'approval.settled',
  'run.irreversible',
]);

let bench: RunBench;
beforeAll(async () => {
  bench = await openRunBench();
  await bench.database.pool.query(`
    create table changes (n int generated always as identity, what text, id text, old text, new text, epoch int, former text, worker text);
    create function write_down() returns trigger language plpgsql as $$ begin
      if tg_table_name = 'runs' then
        if old.status <> new.status or old.worker_id is distinct from new.worker_id or old.lease_epoch <> new.lease_epoch then
          insert into changes (what, id, old, new, epoch, former, worker)
          values ('run', new.id, old.status, new.status, new.lease_epoch - old.lease_epoch, old.worker_id, new.worker_id); end if;
      elsif tg_table_name = 'run_steps' then
        if old.status <> new.status then insert into changes (what, id, old, new) values ('step', new.run_id || '/' || new.id, old.status, new.status); end if;
      elsif old.status <> new.status then
        insert into changes (what, id, old, new) values ('attempt', new.run_id || '/' || new.step_id || '/' || new.n, old.status, new.status);
      end if;
      return new;
    end $$;
    create trigger w after update on runs for each row execute function write_down();
    create trigger w after update on run_steps for each row execute function write_down();
    create trigger w after update on step_attempts for each row execute function write_down();`);
});
afterAll(() => bench.close());

const ACTIONS: readonly StepAction[] = [
  { kind: 'shell', script: 'true', parameters: {} },
  { kind: 'shell', script: 'true', parameters: {} },
  { kind: 'shell', script: 'true', parameters: {} },
  { kind: 'wait', durationMs: 60_000 },
  { kind: 'manual', text: 'look' },
  { kind: 'input', name: 'value', type: 'string', prompt: 'which?' },
  { kind: 'approval', prompt: 'go?' },
];
const sketch: fc.Arbitrary<StepSketch> = fc.record({
  action: fc.constantFrom(...ACTIONS),
  risk: fc.constantFrom('read', 'check', 'change', 'change', 'destroy'),
  approvals: fc.constantFrom(0, 0, 1, 2),
  idempotent: fc.boolean(),
  retry: fc.constantFrom({ attempts: 1, delayMs: 0 }, { attempts: 2, delayMs: 0 }, { attempts: 3, delayMs: 30_000 }),
  verify: fc.constantFrom(null, null, 'look'),
  rollback: fc.constantFrom(null, 'undo'),
});
const plan = fc.array(sketch, { minLength: 1, maxLength: 4 }).map((sketches) =>
  planOf(
    sketches.map((each, index) =>
      plannedStep(`s${index}`, each.action?.kind === 'shell' ? each : { ...each, verify: null, rollback: null }),
    ),
    { helpers: [plannedStep('look', { risk: 'check' }), plannedStep('undo')] },
  ),
);
const COMMANDS = [
  'work',
  'work',
  'work',
  'finish',
  'finish',
  'crash',
  'approve',
  'approve',
  'reject',
  'answer',
  'decide',
  'advance',
  'advance-a-day',
  'pause',
  'resume',
  'cancel',
  'skip',
  'roll-back',
] as const;
const ENDINGS = [SUCCEEDED, SUCCEEDED, SUCCEEDED, FAILED, { ...FAILED, uncertain: true }, 'hang', 'hang'] as const;
const story = fc.record({
  plan,
  endings: fc.array(fc.constantFrom(...ENDINGS), { minLength: 8, maxLength: 8 }),
  commands: fc.array(fc.record({ command: fc.constantFrom(...COMMANDS), pick: fc.nat(7) }), {
    minLength: 4,
    maxLength: 24,
  }),
});

const repeatable = (step: PlannedStep) => step.idempotent || step.risk === 'read' || step.risk === 'check';

/** What happened since the last look, checked against the tables. */
async function checkChanges(runId: string): Promise<void> {
  const { rows } = await bench.database.pool.query<{
    what: 'run' | 'step' | 'attempt';
    id: string;
    old: string;
    new: string;
    epoch: number;
    former: string | null;
    worker: string | null;
  }>('delete from changes returning *');
  for (const row of rows) {
    const said = `${row.what} ${row.id}: ${row.old} → ${row.new}`;
    if (row.what === 'step')
      expect(mayFollow(STEP_TRANSITIONS, row.old as StepStatus, row.new as StepStatus), said).toBe(true);
    else if (row.what === 'attempt')
      expect(mayFollow(ATTEMPT_TRANSITIONS, row.old as AttemptStatus, row.new as AttemptStatus), said).toBe(true);
    else {
      if (row.old !== row.new)
        expect(mayFollow(RUN_TRANSITIONS, row.old as RunStatus, row.new as RunStatus), said).toBe(true);
      // Whoever comes to hold a run holds it under a new epoch; nothing else changes the epoch.
      expect(row.epoch, `${said}, ${row.former} → ${row.worker}`).toBe(row.worker !== null && row.epoch !== 0 ? 1 : 0);
      if (row.worker !== null && row.worker !== row.former) expect(row.epoch, said).toBe(1);
    }
  }
  const run = await bench.read(runId);
  for (const step of run.steps) {
    const isHelper = run.plan.helpers.some((helper) => helper.id === step.id);
    const succeededAt = step.attempts.findIndex((attempt) => attempt.status === 'succeeded');
    if (!isHelper && succeededAt >= 0)
      expect(step.attempts.slice(succeededAt + 1), `${step.id} ran again after it had succeeded`).toEqual([]);
  }
}

async function perform(
  world: { runId: string; workers: BenchWorker[]; ends: ((result: typeof SUCCEEDED) => void)[] },
  { command, pick }: { command: (typeof COMMANDS)[number]; pick: number },
): Promise<void> {
  const { runId } = world;
  const deps = bench.commands;
  const by = { actor: 'user:ada', reason: 'because' };
  const steps = (await bench.read(runId)).steps;
  const step = steps[pick % steps.length]?.id ?? 's0';
  switch (command) {
    case 'work':
      await world.workers[pick % world.workers.length]?.work();
      return;
    case 'finish': {
      const holder = world.workers.find((worker) => worker.owned.has(runId));
      const ends = world.ends.splice(0);
      for (const end of ends) end(pick % 3 === 0 ? FAILED : SUCCEEDED);
      if (ends.length > 0) await holder?.settle(runId);
      return;
    }
    case 'crash': {
      const at = pick % world.workers.length;
      await world.workers[at]?.freeze();
      world.workers[at] = await bench.addWorker();
      return;
    }
    case 'approve':
    case 'reject': {
      const [approval] = await listApprovals(bench.database.db, { status: 'pending', limit: 1 });
      if (!approval) return;
      const voter = `voter-${pick % 3}`;
      const role = ROLES[2 + (pick % 2)] ?? 'approver';
      const principal = { actor: `user:${voter}`, person: `user:${voter}`, userId: voter, name: voter, role };
      const decision = command === 'approve' ? 'approve' : 'reject';
      await voteOnApproval(deps, approval.id, { decision, by: principal, onlyPerson: false });
      return;
    }
    case 'answer': {
      const asking = steps.find((candidate) => candidate.status === 'waiting')?.id ?? step;
      const answerDeps = { ...deps, checkValue: () => null, seal: bench.secrets.seal, open: bench.secrets.open };
      await answerStep(answerDeps, runId, { step: asking, value: `v${pick}`, done: pick % 4 !== 0, ...by });
      return;
    }
    case 'decide': {
      const doubtful = steps.find((candidate) => candidate.status === 'in-doubt')?.id ?? step;
      const decision = (['retry', 'done', 'failed', 'rollback'] as const)[pick % 4] ?? 'done';
      await decideStepInDoubt(deps, runId, { step: doubtful, decision, ...by });
      return;
    }
    case 'advance':
    case 'advance-a-day':
      bench.clock.advanceBy(command === 'advance' ? 60_000 : APPROVAL_EXPIRES_MS);
      await bench.fireTimers();
      return;
    case 'pause':
      return pauseRun(deps, runId, by);
    case 'resume':
      return resumeRun(deps, runId, by);
    case 'cancel':
      return cancelRun(deps, runId, by);
    case 'skip':
      return skipStep(deps, runId, { ...by, step });
    case 'roll-back':
      return rollBackRun(deps, runId, by);
  }
}

it(
  'moves runs, steps and attempts only as the tables say, and repeats nothing by itself, whatever happens in whatever order',
  async () => {
    await fc.assert(
      fc.asyncProperty(story, async ({ plan: made, endings, commands }) => {
        await bench.clear();
        await bench.database.pool.query('truncate changes');
        const begun = new Map<string, number>();
        const ends: ((result: typeof SUCCEEDED) => void)[] = [];
        let at = 0;
        bench.behaviour = (execution, stepId) => {
          begun.set(stepId, (begun.get(stepId) ?? 0) + 1);
          const ending = endings[at++ % endings.length] ?? SUCCEEDED;
          if (ending !== 'hang') return ending;
          const hanging = hangingStep();
          ends.push(hanging.end);
          return hanging.behaviour(execution, stepId);
        };
        const runId = await bench.start(made);
        const workers = [await bench.addWorker(), await bench.addWorker()];
        for (const command of commands) {
          await perform({ runId, workers, ends }, command).catch((thrown: unknown) => {
            if (!(thrown instanceof HoldfastError && REFUSALS.has(thrown.code))) throw thrown;
          });
          await checkChanges(runId);
        }
        // A change that could do harm twice began once for each time somebody let it.
        const events = await bench.events(runId);
        for (const step of made.steps.filter((each) => !repeatable(each) && each.action.kind === 'shell')) {
          const allowed = events.filter(
            (event) =>
              event.body['stepId'] === step.id &&
              (event.kind === 'step.retrying' || String(event.body['reason']).startsWith('retry:')),
          ).length;
          expect(begun.get(step.id) ?? 0, `${step.id} began`).toBeLessThanOrEqual(1 + allowed);
        }
        for (const end of ends.splice(0)) end(SUCCEEDED);
        for (const worker of workers) await worker.freeze();
      }),
      // A slow machine tries fewer stories, not none.
      { numRuns: RUNS, interruptAfterTimeLimit: RUNS * 250, markInterruptAsFailure: false },
    );
  },
  RUNS * 1_000,
);
