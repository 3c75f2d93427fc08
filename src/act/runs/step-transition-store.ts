import type pg from 'pg';
import type { EventName } from '../../contract/events.ts';
import type { AttemptStatus, StepStatus } from '../../contract/run.ts';
import { isConnectionLoss } from '../../platform/db/database.ts';
import { outlastOutage } from '../../platform/db/outlast-outage.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import type { StepOutputs } from './run-rows.ts';

/** One guarded move of one step, with its event. `attempt` is the attempt begun or ended by it. */
export type StepTransition = {
  runId: string;
  epoch: number;
  stepId: string;
  from: StepStatus;
  to: StepStatus;
  at: Date;
  attempt: { n: number; token: string; status: AttemptStatus; exitCode?: number | null; reason?: string | null } | null;
  /** Of a step that is skipped: why. */
  skipReason?: string;
  /** What it hands on to later steps; null leaves what is there. */
  outputs: StepOutputs | null;
  event: { kind: EventName; body: object; actor: string };
};

export type StepTransitionStore = {
  /**
   * Commits the transitions of one run together, in order. Calls made at the same time share a statement.
   * @throws HoldfastError conflict `run.lost` when the run has another owner, ended, or a step was moved by someone else
   */
  advance(transitions: readonly StepTransition[]): Promise<void>;
};

/** Statements under way at once; more lanes only make smaller batches. */
const LANES = 2;
const LONGEST_BATCH = 400;

const ADVANCE = `
  select advance_steps as ord from advance_steps($1, $2::int[], $3::text[], $4::int[], $5::text[], $6::text[], $7::text[],
    $8::timestamptz[], $9::int[], $10::text[], $11::text[], $12::int[], $13::text[], $14::text[], $15::jsonb[], $16::text[], $17::jsonb[])`;

type Submission = { transitions: readonly StepTransition[]; resolve: () => void; reject: (error: unknown) => void };

/**
 * Group commit for step transitions: all runs of a worker share statements and so commits. One run's transitions still
 * are one guarded unit, because each submission's rows are checked for themselves.
 * @param options.afterCommit told once per committed batch (to wake who follows the events: they have their positions)
 */
export function createStepTransitionStore(options: {
  pool: pg.Pool;
  workerId: string;
  afterCommit: () => void;
}): StepTransitionStore {
  const waiting: Submission[] = [];
  let lanes = 0;

  const commit = async (batch: readonly Submission[]): Promise<Set<StepTransition>> => {
    const rows = batch.flatMap((submission) => submission.transitions);
    const result = await options.pool.query<{ ord: number }>({
      name: 'advance-steps',
      text: ADVANCE,
      values: [
        options.workerId,
        rows.map((_, index) => index),
        rows.map((row) => row.runId),
        rows.map((row) => row.epoch),
        rows.map((row) => row.stepId),
        rows.map((row) => row.from),
        rows.map((row) => row.to),
        rows.map((row) => row.at),
        rows.map((row) => row.attempt?.n ?? null),
        rows.map((row) => row.attempt?.token ?? null),
        rows.map((row) => row.attempt?.status ?? null),
        rows.map((row) => row.attempt?.exitCode ?? null),
        rows.map((row) => row.attempt?.reason ?? row.skipReason ?? null),
        rows.map((row) => row.event.kind),
        rows.map((row) => JSON.stringify(row.event.body)),
        rows.map((row) => row.event.actor),
        rows.map((row) => (row.outputs === null ? null : JSON.stringify(row.outputs))),
      ],
    });
    return new Set(result.rows.map((row) => rows[row.ord]).filter((row) => row !== undefined));
  };

  const settle = (batch: readonly Submission[], moved: ReadonlySet<StepTransition>) => {
    for (const submission of batch) {
      if (submission.transitions.every((transition) => moved.has(transition))) submission.resolve();
      else submission.reject(runLost(submission.transitions[0]?.runId ?? ''));
    }
  };

  const runLane = async () => {
    while (waiting.length > 0) {
      const batch = waiting.splice(0, LONGEST_BATCH);
      try {
        settle(batch, await commit(batch));
        options.afterCommit();
      } catch (thrown) {
        if (isConnectionLoss(thrown)) await Promise.all(batch.map((submission) => settleAfterOutage(submission)));
        else for (const submission of batch) submission.reject(thrown);
      }
    }
    lanes -= 1;
  };

  /** The reply was lost, the commit perhaps not: look which transitions stand before sending the others again. */
  const settleAfterOutage = async (submission: Submission): Promise<void> => {
    try {
      const complete = await outlastOutage(async () => {
        const missing: StepTransition[] = [];
        for (const transition of submission.transitions) {
          if (!(await stands(options.pool, transition))) missing.push(transition);
        }
        const moved =
          missing.length === 0 ? new Set<StepTransition>() : await commit([{ ...submission, transitions: missing }]);
        return missing.every((transition) => moved.has(transition));
      });
      if (complete) submission.resolve();
      else submission.reject(runLost(submission.transitions[0]?.runId ?? ''));
      options.afterCommit();
    } catch (thrown) {
      submission.reject(thrown);
    }
  };

  return {
    advance(transitions) {
      return new Promise((resolve, reject) => {
        waiting.push({ transitions, resolve, reject });
        if (lanes < LANES) {
          lanes += 1;
          // After this turn, so that what other runs submit in it shares the statement.
          setImmediate(() => void runLane());
        }
      });
    },
  };
}

async function stands(pool: pg.Pool, transition: StepTransition): Promise<boolean> {
  const attempt = transition.attempt;
  if (!attempt) {
    const step = await pool.query<{ status: string }>('select status from run_steps where run_id = $1 and id = $2', [
      transition.runId,
      transition.stepId,
    ]);
    return step.rows[0]?.status === transition.to;
  }
  const found = await pool.query<{ status: string; token: string }>(
    'select status, token from step_attempts where run_id = $1 and step_id = $2 and n = $3',
    [transition.runId, transition.stepId, attempt.n],
  );
  return found.rows[0]?.token === attempt.token && found.rows[0].status === attempt.status;
}

/** The run is not this worker's any more; it must stop without another word. */
export function runLost(runId: string): HoldfastError {
  return new HoldfastError({
    code: 'run.lost',
    kind: 'conflict',
    message: `run ${runId} is no longer this worker's, or a step of it was moved by someone else`,
    retryable: false,
  });
}

/** True for the error of a worker that lost its run. */
export function isRunLost(thrown: unknown): boolean {
  return thrown instanceof HoldfastError && thrown.code === 'run.lost';
}
