import { sql } from 'kysely';
import type { Run, RunStep, RunSummary, StepAttempt } from '../../contract/run.ts';
import type { Database, Queryable } from '../../platform/db/database.ts';
import { listApprovalsOfRun } from './approval-store.ts';
import { runMissing } from './change-run.ts';
import {
  type AttemptRow,
  RUN_COLUMNS,
  RUN_SUMMARY_COLUMNS,
  type RunRow,
  STEP_COLUMNS,
  STEP_ORDER,
  type StepRow,
} from './run-rows.ts';
import { instancesOf, memberIdOf } from './step-instances.ts';

/** How much of each attempt's output a run's JSON carries; the rest is streamed from /runs/{id}/output. */
const SHOWN_HEAD_BYTES = 16 * 1024;
const SHOWN_TAIL_BYTES = 16 * 1024;

type SummaryRow = Omit<
  RunRow,
  | 'plan'
  | 'source'
  | 'inputs'
  | 'secretInputs'
  | 'choices'
  | 'signedOff'
  | 'pauseRequested'
  | 'cancelRequestedBy'
  | 'leaseEpoch'
>;

function toSummary(row: SummaryRow): RunSummary {
  return {
    id: row.id,
    runbook: row.runbook,
    procedure: row.procedure,
    title: row.title,
    planHash: row.planHash,
    status: row.status,
    incidentId: row.incidentId,
    startedBy: row.startedBy,
    automatic: row.automatic,
    dryRun: row.dryRun,
    environment: row.environment,
    createdAt: row.createdAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    endedAt: row.endedAt?.toISOString() ?? null,
    worker: row.workerId,
    waitingFor: row.waitingFor,
    reason: row.reason,
  };
}

/** A page of runs, newest first. `before` is the last id of the page before. */
export async function listRuns(
  db: Queryable,
  filter: {
    status?: readonly string[] | undefined;
    incidentId?: string | undefined;
    runbook?: string | undefined;
    limit: number;
    before?: string | undefined;
  },
): Promise<RunSummary[]> {
  const rows = await sql<SummaryRow>`
    select ${sql.raw(RUN_SUMMARY_COLUMNS)} from runs r
    where (${filter.status ?? null}::text[] is null or r.status = any(${filter.status ?? null}::text[]))
      and (${filter.incidentId ?? null}::text is null or r.incident_id = ${filter.incidentId ?? null})
      and (${filter.runbook ?? null}::text is null or r.runbook = ${filter.runbook ?? null})
      and (${filter.before ?? null}::text is null or r.id < ${filter.before ?? null})
    order by r.id desc limit ${filter.limit}`.execute(db);
  return rows.rows.map(toSummary);
}

/** One run with its steps, attempts, output, plan and approvals. @throws HoldfastError missing `run.missing` */
export async function readRun(database: Database, runId: string): Promise<Run> {
  const { db } = database;
  const runs = await sql<RunRow>`select ${sql.raw(RUN_COLUMNS)} from runs r where r.id = ${runId}`.execute(db);
  const run = runs.rows[0];
  if (!run) throw runMissing(runId);
  const steps = await sql<StepRow>`
    select ${sql.raw(STEP_COLUMNS)} from run_steps where run_id = ${runId} order by ${sql.raw(STEP_ORDER)}`.execute(db);
  // A run that was just started has none: two statements less for each start.
  const begunAny = steps.rows.some((row) => row.attempts > 0);
  const attempts = begunAny ? await readAttempts(db, runId) : [];
  const outputs: ShownOutput = begunAny ? await readShownOutput(db, runId) : new Map();
  const rows = new Map(steps.rows.map((row) => [row.id, row]));
  const instances = instancesOf(run.plan, rows);
  const planned = new Map([...run.plan.steps, ...instances.steps, ...instances.helpers].map((step) => [step.id, step]));
  const begun = new Set(steps.rows.flatMap((row) => (row.item === null ? [] : [memberIdOf(row.id)])));
  return {
    ...toSummary(run),
    choices: run.choices,
    plan: run.plan,
    source: run.source,
    approvals: await listApprovalsOfRun(db, runId),
    steps: steps.rows
      .filter((row) => (!row.helper || row.attempts > 0) && !begun.has(row.id))
      .map((row): RunStep => {
        const plan = planned.get(row.id);
        return {
          id: row.id,
          number: plan?.number ?? null,
          title: plan?.title ?? row.id,
          kind: plan?.kind ?? 'manual',
          risk: plan?.risk ?? null,
          status: row.status,
          ...(row.status === 'skipped' && row.skipReason !== null ? { skipReason: row.skipReason } : {}),
          ...(row.item === null ? {} : { item: { index: row.itemIndex ?? 0, value: row.item } }),
          startedAt: row.startedAt?.toISOString() ?? null,
          endedAt: row.endedAt?.toISOString() ?? null,
          attempts: attempts
            .filter((attempt) => attempt.stepId === row.id)
            .map((attempt) => toAttempt(attempt, outputs)),
        };
      }),
  };
}

async function readAttempts(db: Queryable, runId: string): Promise<AttemptRow[]> {
  const rows = await sql<AttemptRow>`
    select step_id as "stepId", n, status, worker_id as "workerId", host, boot_id as "bootId", token, pid, pid_started as "pidStarted",
      started_at as "startedAt", ended_at as "endedAt", exit_code as "exitCode", reason,
      output_bytes as "outputBytes", output_cut_at as "outputCutAt"
    from step_attempts where run_id = ${runId} order by step_id, n`.execute(db);
  return rows.rows;
}

type ShownOutput = Map<string, { head: Buffer; tail: Buffer }>;

function toAttempt(row: AttemptRow, outputs: ShownOutput): StepAttempt {
  const output = outputs.get(`${row.stepId}/${row.n}`);
  return {
    n: row.n,
    status: row.status as StepAttempt['status'],
    worker: row.workerId,
    host: row.host,
    startedAt: row.startedAt.toISOString(),
    endedAt: row.endedAt?.toISOString() ?? null,
    exitCode: row.exitCode,
    reason: row.reason,
    output: {
      head: output?.head.toString('utf8') ?? '',
      tail: output?.tail.toString('utf8') ?? '',
      bytes: row.outputBytes,
    },
  };
}

async function readShownOutput(db: Queryable, runId: string): Promise<ShownOutput> {
  const rows = await sql<{ stepId: string; n: number; offset: number; bytes: Buffer; total: number }>`
    select o.step_id as "stepId", o.n, o."offset", o.bytes, a.output_bytes as total
    from run_output o join step_attempts a on a.run_id = o.run_id and a.step_id = o.step_id and a.n = o.n
    where o.run_id = ${runId} and (o."offset" < ${SHOWN_HEAD_BYTES} or o."offset" + length(o.bytes) > a.output_bytes - ${SHOWN_TAIL_BYTES})
    order by o.step_id, o.n, o."offset"`.execute(db);
  const shown: ShownOutput = new Map();
  for (const row of rows.rows) {
    const key = `${row.stepId}/${row.n}`;
    const entry = shown.get(key) ?? { head: Buffer.alloc(0), tail: Buffer.alloc(0) };
    shown.set(key, entry);
    const headRoom = SHOWN_HEAD_BYTES - entry.head.length;
    const contiguous = row.offset === entry.head.length && headRoom > 0 && entry.tail.length === 0;
    const forHead = contiguous ? row.bytes.subarray(0, headRoom) : Buffer.alloc(0);
    entry.head = Buffer.concat([entry.head, forHead]);
    const tail = Buffer.concat([entry.tail, row.bytes.subarray(forHead.length)]);
    entry.tail = tail.subarray(Math.max(0, tail.length - SHOWN_TAIL_BYTES));
  }
  return shown;
}

/** The incident a run belongs to, or null. */
export async function readIncidentOfRun(db: Queryable, runId: string): Promise<string | null> {
  const rows = await sql<{
    incidentId: string | null;
  }>`select incident_id as "incidentId" from runs where id = ${runId}`.execute(db);
  return rows.rows[0]?.incidentId ?? null;
}

/** True when a succeeded run of the incident passed a check after its last change. */
export async function hasVerifiedRun(db: Queryable, incidentId: string): Promise<boolean> {
  const rows = await sql<{ verified: boolean }>`
    select exists (
      select from runs r where r.incident_id = ${incidentId} and r.status = 'succeeded' and (
        select max(s.ordinal) filter (where p->>'risk' = 'check') > coalesce(max(s.ordinal) filter (where p->>'risk' in ('change', 'destroy')), -1)
        from run_steps s join jsonb_array_elements(r.plan->'steps') p on p->>'id' = regexp_replace(s.id, '\\[\\d+\\]$', '')
        where s.run_id = r.id and s.status = 'succeeded')) as verified`.execute(db);
  return rows.rows[0]?.verified ?? false;
}
