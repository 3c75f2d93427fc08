import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { sql } from 'kysely';
import { claimRuns } from '../../src/act/runs/claim-store.ts';
import { executeRun } from '../../src/act/runs/execute-run.ts';
import type { Executor, ResolvedTarget, StepExecution, StepResult } from '../../src/act/runs/executor.ts';
import { type OwnedRun, takeRun } from '../../src/act/runs/owned-run.ts';
import type { WorkerContext } from '../../src/act/runs/run-context.ts';
import { readRun } from '../../src/act/runs/run-queries.ts';
import { RUN_TIMERS } from '../../src/act/runs/run-timers.ts';
import { insertRun, type NewRun } from '../../src/act/runs/start-run.ts';
import { createStepTransitionStore, isRunLost } from '../../src/act/runs/step-transition-store.ts';
import { createRunSecrets } from '../../src/app/run-secrets.ts';
import type { Run } from '../../src/contract/run.ts';
import type { Plan } from '../../src/contract/runbook.ts';
import { createManualClock, type ManualClock } from '../../src/platform/clock/manual-clock.ts';
import { type Database, openDatabase } from '../../src/platform/db/database.ts';
import type { Topic } from '../../src/platform/events/wakeups.ts';
import { createSecretBox, MASTER_KEY_BYTES } from '../../src/platform/identity/secret-box.ts';
import { createSilentLogger } from '../../src/platform/log/logger.ts';
import { readBootId } from '../../src/platform/process/process-identity.ts';
import { startTimerService } from '../../src/platform/timers/timer-service.ts';
import { createTestDatabase } from './postgres.ts';

/** What a step does when it is carried out: its result, or one that comes when the test says so. */
export type Behaviour = (execution: StepExecution, stepId: string) => Promise<StepResult> | StepResult;

export type BenchWorker = {
  id: string;
  context: WorkerContext;
  /** Claims one run and works on it until it is let go, lost, or hangs in a step. @returns the run, or null without one */
  work(): Promise<{ runId: string; takenOver: boolean; ended: 'let-go' | 'lost' | 'hanging' } | null>;
  /** Waits for the run that hung in a step to be let go or lost, or to hang in the next one. */
  settle(runId: string): Promise<'let-go' | 'lost' | 'hanging' | 'not-here'>;
  /** The process is gone for everybody else; what it still holds in memory may wake up later. */
  freeze(): Promise<void>;
  owned: Map<string, OwnedRun>;
};

export type RunBench = {
  database: Database;
  connectionString: string;
  clock: ManualClock;
  /** Carried out for every step; replaced by tests. */
  behaviour: Behaviour;
  /** Tokens of steps whose leftovers were ended, in order. */
  stopped: string[];
  /** What the executor says it could not look at when it ended leftovers. */
  unreachable: string | null;
  targets: Record<string, ResolvedTarget>;
  secrets: ReturnType<typeof createRunSecrets>;
  commands: { database: Database; clock: ManualClock; wakeups: { kick(topic: Topic): void } };
  start(plan: Plan, run?: Partial<Omit<NewRun, 'plan'>>): Promise<string>;
  addWorker(host?: string): Promise<BenchWorker>;
  fireTimers(): Promise<void>;
  read(runId: string): Promise<Run>;
  statuses(runId: string): Promise<Record<string, string>>;
  events(runId: string): Promise<{ kind: string; actor: string; body: Record<string, unknown>; at: Date }[]>;
  /** Puts every run that has not ended aside, so that the next claim finds what the next test starts. */
  clear(): Promise<void>;
  close(): Promise<void>;
};

export const SUCCEEDED: StepResult = { outcome: 'succeeded', exitCode: 0, reason: null };
export const FAILED: StepResult = { outcome: 'failed', exitCode: 1, reason: 'exit code 1' };

/** A step that lasts until the test or an abort ends it; tells through `begun` that it is under way. */
export function hangingStep(): { behaviour: Behaviour; begun: Promise<void>; end(result: StepResult): void } {
  let begin: () => void = () => {};
  let end: (result: StepResult) => void = () => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const result = new Promise<StepResult>((resolve) => {
    end = resolve;
  });
  return {
    begun,
    end,
    behaviour: (execution) => {
      begin();
      execution.signal.addEventListener('abort', () =>
        end({ outcome: 'cancelled', exitCode: null, reason: 'ended on request' }),
      );
      return result;
    },
  };
}

/** Runs on a real database, carried out by workers that a test drives by hand, with steps that do what the test says. */
export async function openRunBench(): Promise<RunBench> {
  const { connectionString } = await createTestDatabase();
  const database = openDatabase({ connectionString, poolMax: 8, onError: () => {} });
  const clock = createManualClock(new Date('2026-03-01T10:00:00.000Z'));
  const logger = createSilentLogger();
  const wakeups = { kick: () => {}, on: () => () => {}, start: async () => {}, stop: async () => {} };
  const secrets = createRunSecrets(createSecretBox(randomBytes(MASTER_KEY_BYTES)));
  const stopped: string[] = [];
  const hangs: (() => void)[] = [];
  const nextHang = () => new Promise<'hanging'>((resolve) => void hangs.push(() => resolve('hanging')));

  const executor: Executor = {
    async execute(execution) {
      const found = await database.pool.query<{ stepId: string }>(
        'select step_id as "stepId" from step_attempts where token = $1',
        [execution.token],
      );
      await execution.confirmStart(null);
      const result = bench.behaviour(execution, found.rows[0]?.stepId ?? '');
      const turn = new Promise<'later'>((resolve) => setImmediate(resolve, 'later'));
      if ((await Promise.race([result, turn])) === 'later') for (const hang of hangs.splice(0)) hang();
      return result;
    },
    async stopLeftovers({ token }) {
      stopped.push(token);
      return bench.unreachable;
    },
  };

  const bench: RunBench = {
    database,
    connectionString,
    clock,
    behaviour: () => SUCCEEDED,
    stopped,
    unreachable: null,
    targets: {},
    secrets,
    commands: { database, clock, wakeups },
    start: (plan, run = {}) =>
      database.transact((tx) =>
        insertRun(
          tx,
          {
            plan,
            source: '# Made by hand',
            secrets: {},
            incidentId: null,
            startedBy: 'user:ada',
            startedByPerson: 'user:ada',
            automatic: false,
            signedOff: false,
            at: clock.now(),
            ...run,
          },
          secrets.seal,
        ),
      ),
    async addWorker(host = hostname()) {
      const id = `wrk_${randomBytes(6).toString('hex')}`;
      await database.pool.query(
        `insert into workers (id, host, boot_id, pid, pid_started, version, lease_expires_at)
         values ($1, $2, $3, $4, '', 'test', clock_timestamp() + interval '1 hour')`,
        [id, host, readBootId(), process.pid],
      );
      let fresh = true;
      const identity = { host, bootId: readBootId(), pid: process.pid, startedAt: '' };
      const context: WorkerContext = {
        database,
        clock,
        logger,
        wakeups,
        lease: { id, identity, isFresh: () => fresh, lapses: () => 0, stop: async () => {} },
        transitions: createStepTransitionStore({ pool: database.pool, workerId: id, afterCommit: () => {} }),
        executors: { shell: executor, sql: executor, http: executor, check: executor, notify: executor } as never,
        resolveTarget: (name) => bench.targets[name] ?? null,
        targetSecrets: () => [],
        sealSecrets: secrets.seal,
        openSecrets: secrets.open,
        readVariables: async () => ({ variables: {}, secrets: {} }),
      };
      const owned = new Map<string, OwnedRun>();
      const under = new Map<string, Promise<'let-go' | 'lost'>>();
      return {
        id,
        context,
        owned,
        async work() {
          const [claim] = await claimRuns(database, { id, now: clock.now(), most: 1, active: [...under.keys()] });
          if (!claim) return null;
          const runId = claim.run.id;
          const run = takeRun(context, claim);
          owned.set(runId, run);
          const hanging = nextHang();
          const forget = () => {
            if (owned.get(runId) !== run) return;
            owned.delete(runId);
            under.delete(runId);
          };
          const done = executeRun(context, run)
            .finally(forget)
            .then(
              () => 'let-go' as const,
              (thrown: unknown) => {
                if (isRunLost(thrown)) return 'lost' as const;
                throw thrown;
              },
            );
          done.catch(() => {});
          under.set(runId, done);
          return { runId, takenOver: claim.takenOver, ended: await Promise.race([done, hanging]) };
        },
        settle: async (runId) => {
          const done = under.get(runId);
          return done ? Promise.race([done, nextHang()]) : 'not-here';
        },
        async freeze() {
          fresh = false;
          await database.pool.query('update workers set lease_expires_at = clock_timestamp() where id = $1', [id]);
        },
      };
    },
    async fireTimers() {
      // Its first pass fires what is due; stopping waits for it.
      await startTimerService({ database, wakeups, clock, logger }, RUN_TIMERS).stop();
    },
    read: (runId) => readRun(database, runId),
    async statuses(runId) {
      const rows = await sql<{ id: string; status: string }>`
        select id, status from run_steps where run_id = ${runId} union all select 'run', status from runs where id = ${runId}`.execute(
        database.db,
      );
      return Object.fromEntries(rows.rows.map((row) => [row.id, row.status]));
    },
    async events(runId) {
      const rows = await sql<{ kind: string; actor: string; body: Record<string, unknown>; at: Date }>`
        select kind, actor, body, at from outbox where body->>'runId' = ${runId} order by id`.execute(database.db);
      return rows.rows;
    },
    async clear() {
      bench.behaviour = () => SUCCEEDED;
      await sql`delete from runs`.execute(database.db);
      await sql`delete from timers`.execute(database.db);
    },
    close: () => database.close(),
  };
  return bench;
}
