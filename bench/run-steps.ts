import { PgBoss } from 'pg-boss';
import { createStepTransitionStore, type Executors, insertRun, startRunWorker } from '../src/act/runs/index.ts';
import { AUDITED_EVENTS } from '../src/contract/events.ts';
import type { Plan, PlannedStep } from '../src/contract/runbook.ts';
import { systemClock } from '../src/platform/clock/clock.ts';
import { JOBS_SCHEMA } from '../src/platform/db/migrate.ts';
import { startAuditChainer } from '../src/platform/events/audit-chainer.ts';
import { startSequencer } from '../src/platform/events/sequencer.ts';
import { createWakeups } from '../src/platform/events/wakeups.ts';
import { startWorkerLease } from '../src/platform/lease/worker-lease.ts';
import { createSilentLogger } from '../src/platform/log/logger.ts';
import { type OwnDatabase, openOwnDatabase } from './own-database.ts';
import { report } from './report.ts';

// Durable trivial steps per second with one worker and 32 runs in flight: intent and outcome of every step committed with
// their events, sequencer and audit chain running. Beside it, in the same run: pg-boss no-op jobs, and a plain loop that
// commits twice per step.

const RUNS_IN_FLIGHT = 32;
const STEPS_PER_RUN = 200;
const RUNS = 128;
const SINGLE_RUN_STEPS = 2_000;
const JOBS = 5_000;
const LOOP_STEPS = 10_000;

const trivialStep = (n: number): PlannedStep => ({
  id: `step-${n}`,
  number: String(n),
  title: `Step ${n}`,
  kind: 'http',
  risk: 'change',
  line: n,
  endLine: n,
  body: '',
  inputs: [],
  bound: null,
  choice: null,
  approvals: 0,
  riskLowered: false,
  reversible: false,
  timeoutMs: 1_000,
  action: { kind: 'http', method: 'GET', url: 'http://127.0.0.1/', headers: {}, body: null, expectStatus: [] },
  target: null,
  idempotent: false,
  retry: { attempts: 1, delayMs: 0 },
  verify: null,
  rollback: null,
  when: null,
});

const planOf = (steps: number): Plan => ({
  planHash: 'bench',
  runbook: 'bench.md',
  sha256: '',
  title: 'Bench',
  procedure: 'bench',
  procedureTitle: 'Bench',
  inputs: {},
  inputTypes: {},
  missingInputs: [],
  steps: Array.from({ length: steps }, (_, index) => trivialStep(index + 1)),
  helpers: [],
  choices: [],
  triggers: [],
});

/** Does nothing, at once: what is measured is the engine. */
const executors: Executors = {
  http: {
    async execute(execution) {
      await execution.confirmStart(null);
      return { outcome: 'succeeded', exitCode: 0, reason: null };
    },
    stopLeftovers: async () => null,
  },
};

async function queueRuns(own: OwnDatabase, runs: number, steps: number): Promise<void> {
  await own.database.transact(async (tx) => {
    for (let index = 0; index < runs; index += 1) {
      await insertRun(
        tx,
        {
          plan: planOf(steps),
          source: '',
          secrets: {},
          incidentId: null,
          startedByPerson: 'user:bench',
          startedBy: 'user:bench',
          automatic: false,
          signedOff: false,
          at: new Date(),
        },
        () => '',
      );
    }
  });
}

async function measureEngine(own: OwnDatabase, runs: number, steps: number): Promise<number> {
  const logger = createSilentLogger();
  const wakeups = createWakeups({ connectionString: own.connectionString, pool: own.database.pool, logger });
  await wakeups.start();
  const machinery = { database: own.database, clock: systemClock, logger, wakeups };
  const lease = await startWorkerLease({ database: own.database, logger, ttlMs: 2_000, version: 'bench' });
  const sequencer = startSequencer(machinery);
  const chainer = startAuditChainer(machinery, { kinds: AUDITED_EVENTS });
  await queueRuns(own, runs, steps);
  await own.database.pool.query('analyze');
  const before = await own.database.pool.query<{ count: number }>(
    `select count(*) as count from runs where status = 'succeeded'`,
  );
  const goal = (before.rows[0]?.count ?? 0) + runs;
  const transitions = createStepTransitionStore({
    pool: own.database.pool,
    workerId: lease.id,
    afterCommit: () => wakeups.kick('events'),
  });
  const startedAt = performance.now();
  const worker = startRunWorker(
    {
      ...machinery,
      lease,
      transitions,
      executors,
      resolveTarget: () => null,
      targetSecrets: () => [],
      sealSecrets: () => '',
      openSecrets: () => ({}),
      readVariables: async () => ({ variables: {}, secrets: {} }),
    },
    { concurrency: RUNS_IN_FLIGHT },
  );
  for (;;) {
    const done = await own.database.pool.query<{ count: number }>(
      `select count(*) as count from runs where status = 'succeeded'`,
    );
    if (done.rows[0]?.count === goal) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  await worker.stop();
  await chainer.stop();
  await sequencer.stop();
  await lease.stop();
  await wakeups.stop();
  return (runs * steps) / seconds;
}

/** The naive engine: update, commit, do nothing, update, commit; 32 loops at once on as many connections. */
async function measureTwoCommitLoop(own: OwnDatabase): Promise<number> {
  await own.database.pool.query('create table plain_steps (id int primary key, status text not null)');
  await own.database.pool.query(`insert into plain_steps select i, 'pending' from generate_series(1, ${LOOP_STEPS}) i`);
  let next = 1;
  const startedAt = performance.now();
  await Promise.all(
    Array.from({ length: RUNS_IN_FLIGHT }, async () => {
      while (next <= LOOP_STEPS) {
        const id = next++;
        await own.database.pool.query({
          name: 'begin-step',
          text: `update plain_steps set status = 'running' where id = $1`,
          values: [id],
        });
        await own.database.pool.query({
          name: 'end-step',
          text: `update plain_steps set status = 'succeeded' where id = $1`,
          values: [id],
        });
      }
    }),
  );
  return LOOP_STEPS / ((performance.now() - startedAt) / 1_000);
}

async function measureJobs(own: OwnDatabase): Promise<number> {
  const boss = new PgBoss({
    db: { executeSql: async (text: string, values?: unknown[]) => own.database.pool.query(text, values) },
    schema: JOBS_SCHEMA,
    migrate: false,
  });
  boss.on('error', () => {});
  await boss.start();
  await boss.createQueue('noop');
  await boss.insert(
    'noop',
    Array.from({ length: JOBS }, () => ({})),
  );
  // Its own worker polls; fetching and completing in a loop is the fastest it can be asked to be.
  const startedAt = performance.now();
  await Promise.all(
    Array.from({ length: RUNS_IN_FLIGHT }, async () => {
      for (;;) {
        const [job] = await boss.fetch<object>('noop', { batchSize: 1 });
        if (!job) return;
        await boss.complete('noop', job.id);
      }
    }),
  );
  const perSecond = JOBS / ((performance.now() - startedAt) / 1_000);
  await boss.stop({ graceful: false });
  return perSecond;
}

const own = await openOwnDatabase(RUNS_IN_FLIGHT + 8);
try {
  await measureEngine(own, RUNS_IN_FLIGHT, 20);
  const ours = await measureEngine(own, RUNS, STEPS_PER_RUN);
  const single = await measureEngine(own, 1, SINGLE_RUN_STEPS);
  const loop = await measureTwoCommitLoop(own);
  const jobs = await measureJobs(own);
  report('durable steps', [
    { name: `Holdfast, one worker, ${RUNS_IN_FLIGHT} runs in flight`, value: ours, unit: 'steps/s', bar: '5,000' },
    { name: 'Holdfast, one run alone', value: single, unit: 'steps/s', bar: '700' },
    { name: `plain loop, two commits a step, ${RUNS_IN_FLIGHT} at once`, value: loop, unit: 'steps/s' },
    { name: 'pg-boss no-op jobs', value: jobs, unit: 'jobs/s' },
  ]);
} finally {
  await own.close();
}
