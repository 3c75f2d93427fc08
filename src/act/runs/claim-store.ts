import { sql } from 'kysely';
import type { RunStatus, WaitingFor } from '../../contract/run.ts';
import type { Database, Tx } from '../../platform/db/database.ts';
import { type PublishedEvent, publish } from '../../platform/events/publish.ts';
import { type AttemptRow, RUN_COLUMNS, type RunRow, STEP_COLUMNS, STEP_ORDER, type StepRow } from './run-rows.ts';

export type ClaimedRun = { run: RunRow; steps: StepRow[]; takenOver: boolean };

/** The body of a run's event. */
export function runEventBody(run: Pick<RunRow, 'id' | 'runbook' | 'procedure' | 'incidentId'>, reason?: string | null) {
  return {
    runId: run.id,
    runbook: run.runbook,
    procedure: run.procedure,
    incidentId: run.incidentId,
    ...(reason ? { reason } : {}),
  };
}

/**
 * Claims up to `most` runs: queued ones, those nobody holds, those whose worker's lease has ended, and those this worker
 * holds by its row but has let fall (`active` are the ones it really works on). Each claim raises the run's epoch, so
 * that whatever its former owner still sends is refused.
 */
export async function claimRuns(
  database: Database,
  worker: { id: string; now: Date; most: number; active: readonly string[] },
): Promise<ClaimedRun[]> {
  return database.transact(async (tx) => {
    const claimed = await sql<RunRow & { was: RunStatus; formerWorker: string | null }>`
      with chosen as (
        select r.id, r.status as was, r.worker_id as former from runs r
        where r.status = 'queued' or (r.status in ('running', 'cancelling', 'rolling-back') and (r.worker_id is null
          or (r.worker_id = ${worker.id} and not (r.id = any(${[...worker.active]}::text[])))
          or not exists (select from workers w where w.id = r.worker_id and w.lease_expires_at > clock_timestamp())))
        order by r.created_at limit ${worker.most} for update skip locked
      )
      update runs r set worker_id = ${worker.id}, lease_epoch = r.lease_epoch + 1, waiting_for = null,
        status = case when r.status = 'queued' then 'running' else r.status end,
        started_at = coalesce(r.started_at, ${worker.now})
      from chosen where r.id = chosen.id
      returning ${sql.raw(RUN_COLUMNS)}, chosen.was, chosen.former as "formerWorker"`.execute(tx);
    if (claimed.rows.length === 0) return [];
    await publish(
      tx,
      claimed.rows.flatMap((run) => {
        const kind = claimEvent(run, worker.id);
        return kind
          ? [{ kind, aggregate: `run:${run.id}`, body: runEventBody(run), actor: run.startedBy, at: worker.now }]
          : [];
      }),
    );
    const steps = await sql<StepRow & { runId: string }>`
      select run_id as "runId", ${sql.raw(STEP_COLUMNS)}
      from run_steps where run_id = any(${claimed.rows.map((run) => run.id)}::text[]) order by ${sql.raw(STEP_ORDER)}`.execute(
      tx,
    );
    return claimed.rows.map((run) => ({
      run,
      steps: steps.rows.filter((step) => step.runId === run.id),
      takenOver: run.was !== 'queued',
    }));
  });
}

function claimEvent(
  run: { was: RunStatus; formerWorker: string | null; leaseEpoch: number },
  by: string,
): 'run.started' | 'run.taken-over' | null {
  if (run.was === 'queued') return run.leaseEpoch === 1 ? 'run.started' : null;
  return run.formerWorker === null || run.formerWorker === by ? null : 'run.taken-over';
}

/** What may have changed about owned runs since their claim: their epoch, a wish to pause (and whose) or to cancel. */
export type RunControl = {
  id: string;
  leaseEpoch: number;
  pauseRequested: boolean;
  reason: string | null;
  cancelRequestedBy: string | null;
};

/** The controls of all runs this worker owns, in one statement. */
export async function readControls(database: Database, workerId: string): Promise<RunControl[]> {
  const result = await database.pool.query<RunControl>({
    name: 'read-controls',
    text: `select id, lease_epoch as "leaseEpoch", pause_requested as "pauseRequested", reason, cancel_requested_by as "cancelRequestedBy"
           from runs where worker_id = $1 and status in ('running', 'cancelling', 'rolling-back')`,
    values: [workerId],
  });
  return result.rows;
}

/** What became of letting a run go. In all cases but the first nothing was written. */
export type Release = { kind: 'released' } | { kind: 'lost' } | { kind: 'cancel-first'; requestedBy: string };

/**
 * Lets go of an owned run in a state where it needs no worker, together with `also` in one transaction; the events that
 * answers are written before the run's own.
 * @returns `cancel-first` when somebody asked meanwhile to cancel it: only its end or a doubt may follow that
 */
export async function releaseRun(
  database: Database,
  owned: { run: RunRow; workerId: string },
  change: {
    status: RunStatus;
    waitingFor: WaitingFor | null;
    reason: string | null;
    endedAt: Date | null;
    event: string | null;
    at: Date;
    actor: string;
  },
  also: (tx: Tx) => Promise<readonly PublishedEvent[]> = async () => [],
): Promise<Release> {
  return database.transact(async (tx): Promise<Release> => {
    const released = await sql`
      update runs set status = ${change.status}, waiting_for = ${change.waitingFor}, reason = ${change.reason},
        ended_at = ${change.endedAt}, worker_id = null,
        pause_requested = pause_requested and ${change.status !== 'paused'}
      where id = ${owned.run.id} and worker_id = ${owned.workerId} and lease_epoch = ${owned.run.leaseEpoch}
        and (status in ('running', 'rolling-back') or (status = 'cancelling' and ${change.status} in ('cancelled', 'in-doubt')))`.execute(
      tx,
    );
    if (released.numAffectedRows !== 1n) {
      const asked = await sql<{ requestedBy: string }>`
        select cancel_requested_by as "requestedBy" from runs
        where id = ${owned.run.id} and worker_id = ${owned.workerId} and lease_epoch = ${owned.run.leaseEpoch} and status = 'cancelling'`.execute(
        tx,
      );
      return asked.rows[0] ? { kind: 'cancel-first', requestedBy: asked.rows[0].requestedBy } : { kind: 'lost' };
    }
    const events = [...(await also(tx))];
    if (change.event) {
      events.push({
        kind: change.event,
        aggregate: `run:${owned.run.id}`,
        body: runEventBody(owned.run, change.reason),
        actor: change.actor,
        at: change.at,
      });
    }
    await publish(tx, events);
    return { kind: 'released' };
  });
}

/** Attempts still marked as running: what a lost worker left behind. */
export async function readRunningAttempts(database: Database, runId: string): Promise<AttemptRow[]> {
  const result = await database.pool.query<AttemptRow>(
    `select step_id as "stepId", n, status, worker_id as "workerId", host, boot_id as "bootId", token, pid,
            pid_started as "pidStarted", started_at as "startedAt", ended_at as "endedAt", exit_code as "exitCode", reason,
            output_bytes as "outputBytes", output_cut_at as "outputCutAt"
     from step_attempts where run_id = $1 and status = 'running'`,
    [runId],
  );
  return result.rows;
}

/**
 * Stores the process of an attempt under the same guard as every other write of its worker.
 * @returns false when the run is no longer this worker's
 */
export async function recordProcess(
  database: Database,
  attempt: {
    runId: string;
    stepId: string;
    n: number;
    workerId: string;
    epoch: number;
    process: { pid: number; startedAt: string } | null;
  },
): Promise<boolean> {
  const result = await database.pool.query({
    name: 'record-process',
    text: `update step_attempts a set pid = $6, pid_started = $7
           where a.run_id = $1 and a.step_id = $2 and a.n = $3 and a.status = 'running'
             and exists (select from runs r join workers w on w.id = r.worker_id
                         where r.id = $1 and r.worker_id = $4 and r.lease_epoch = $5 and w.lease_expires_at > clock_timestamp())`,
    values: [
      attempt.runId,
      attempt.stepId,
      attempt.n,
      attempt.workerId,
      attempt.epoch,
      attempt.process?.pid ?? null,
      attempt.process?.startedAt ?? null,
    ],
  });
  return result.rowCount === 1;
}
