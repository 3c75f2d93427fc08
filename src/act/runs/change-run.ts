import { sql } from 'kysely';
import type { RunStatus } from '../../contract/run.ts';
import type { Clock } from '../../platform/clock/clock.ts';
import type { Database, Tx } from '../../platform/db/database.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import { publish } from '../../platform/events/publish.ts';
import type { Wakeups } from '../../platform/events/wakeups.ts';
import { runEventBody } from './claim-store.ts';
import { RUN_COLUMNS, type RunRow, STEP_COLUMNS, STEP_ORDER, type StepRow } from './run-rows.ts';
import { memberIdOf } from './step-instances.ts';
import { isEnded } from './transitions.ts';

/** What the commands on runs need. */
export type RunCommandDeps = { database: Database; clock: Clock; wakeups: Pick<Wakeups, 'kick'> };

export type LockedRun = { run: RunRow; steps: StepRow[] };

/**
 * Runs `change` with the run locked, commits, and wakes whoever may now go on.
 * @throws HoldfastError missing `run.missing`
 */
export async function changeRun<Result>(
  deps: RunCommandDeps,
  runId: string,
  change: (tx: Tx, locked: LockedRun) => Promise<Result>,
): Promise<Result> {
  const result = await deps.database.transact(async (tx) => change(tx, await lockRun(tx, runId)));
  for (const topic of ['outbox', 'runs', 'timers'] as const) deps.wakeups.kick(topic);
  return result;
}

/** The run and its steps, locked until the transaction ends. @throws HoldfastError missing `run.missing` */
export async function lockRun(tx: Tx, runId: string): Promise<LockedRun> {
  const runs = await sql<RunRow>`select ${sql.raw(RUN_COLUMNS)} from runs r where r.id = ${runId} for update`.execute(
    tx,
  );
  const run = runs.rows[0];
  if (!run) throw runMissing(runId);
  const steps = await sql<StepRow>`
    select ${sql.raw(STEP_COLUMNS)} from run_steps where run_id = ${runId} order by ${sql.raw(STEP_ORDER)}`.execute(tx);
  return { run, steps: steps.rows };
}

/** No run has this id. */
export function runMissing(runId: string): HoldfastError {
  return new HoldfastError({
    code: 'run.missing',
    kind: 'missing',
    message: `no run ${runId}`,
    hint: '`holdfast run ls` lists the runs.',
  });
}

/** The run is not in a state where this can be done. */
export function runConflict(run: Pick<RunRow, 'id' | 'status'>, wish: string, hint: string): HoldfastError {
  return new HoldfastError({
    code: 'run.conflict',
    kind: 'conflict',
    message: `run ${run.id} is ${run.status}: it cannot be ${wish}`,
    hint,
  });
}

type Told = { at: Date; actor: string; reason?: string | null };

/** Moves an unowned run to another status, in the caller's transaction. */
export async function setRunStatus(
  tx: Tx,
  run: RunRow,
  to: { status: RunStatus; waitingFor?: string | null; reason?: string | null; event: string | null },
  told: Told,
): Promise<void> {
  await sql`
    update runs set status = ${to.status}, waiting_for = ${to.waitingFor ?? null}, reason = ${to.reason ?? null}, worker_id = null,
      ended_at = ${isEnded(to.status) ? told.at : null}
    where id = ${run.id} and status = ${run.status}`.execute(tx);
  if (!to.event) return;
  await publish(tx, [
    {
      kind: to.event,
      aggregate: `run:${run.id}`,
      actor: told.actor,
      at: told.at,
      body: runEventBody(run, told.reason ?? to.reason ?? null),
    },
  ]);
}

/**
 * Moves one step by a person's or a timer's word. @returns false when it was not in `from` any more
 */
export async function setStepStatus(
  tx: Tx,
  run: RunRow,
  step: { id: string; from: string; to: string; event: string },
  told: Told,
): Promise<boolean> {
  const ends = ['succeeded', 'failed', 'skipped', 'cancelled'].includes(step.to);
  const moved = await sql<{ attempts: number }>`
    update run_steps set status = ${step.to}, ended_at = ${ends ? told.at : null},
      skip_reason = ${step.to === 'skipped' ? (told.reason ?? null) : null}
    where run_id = ${run.id} and id = ${step.id} and status = ${step.from} returning attempts`.execute(tx);
  const row = moved.rows[0];
  if (!row) return false;
  const planned = [...run.plan.steps, ...run.plan.helpers].find((candidate) => candidate.id === memberIdOf(step.id));
  await publish(tx, [
    {
      kind: step.event,
      aggregate: `run:${run.id}`,
      actor: told.actor,
      at: told.at,
      body: {
        runId: run.id,
        stepId: step.id,
        title: planned?.title ?? step.id,
        stepKind: planned?.kind ?? 'manual',
        risk: planned?.risk ?? null,
        attempt: row.attempts,
        ...(told.reason ? { reason: told.reason } : {}),
      },
    },
  ]);
  return true;
}
