import type { RunStatus, StepStatus, WaitingFor } from '../../contract/run.ts';
import type { Plan } from '../../contract/runbook.ts';

/** A run as the database has it. */
export type RunRow = {
  id: string;
  runbook: string;
  procedure: string;
  title: string;
  plan: Plan;
  planHash: string;
  source: string;
  inputs: Record<string, string>;
  secretInputs: string | null;
  choices: Record<string, string>;
  status: RunStatus;
  waitingFor: WaitingFor | null;
  reason: string | null;
  incidentId: string | null;
  startedBy: string;
  startedByPerson: string;
  automatic: boolean;
  dryRun: boolean;
  environment: string | null;
  signedOff: boolean;
  pauseRequested: boolean;
  cancelRequestedBy: string | null;
  workerId: string | null;
  leaseEpoch: number;
  createdAt: Date;
  startedAt: Date | null;
  endedAt: Date | null;
};

export type StepRow = {
  id: string;
  ordinal: number;
  helper: boolean;
  status: StepStatus;
  attempts: number;
  startedAt: Date | null;
  endedAt: Date | null;
  /** Of a step in a foreach: which item it is for, from 0. */
  itemIndex: number | null;
  item: string | null;
  /** Why it was left out. */
  skipReason: string | null;
  /** What it handed on to later steps. */
  outputs: StepOutputs | null;
};

/** Values a step handed on; those that are or hold secrets are sealed. */
export type StepOutputs = { open: Record<string, string>; sealed: string | null };

/** The columns of `run_steps` under the names of StepRow. */
export const STEP_COLUMNS = `
  id, ordinal, helper, status, attempts, started_at as "startedAt", ended_at as "endedAt",
  item_index as "itemIndex", item, skip_reason as "skipReason", outputs`;
/** In the order in which they are carried out. */
export const STEP_ORDER = 'ordinal, item_index nulls first';

export type AttemptRow = {
  stepId: string;
  n: number;
  status: string;
  workerId: string;
  host: string;
  bootId: string;
  token: string;
  pid: number | null;
  pidStarted: string | null;
  startedAt: Date;
  endedAt: Date | null;
  exitCode: number | null;
  reason: string | null;
  outputBytes: number;
  outputCutAt: number | null;
};

/** The columns of `runs` under the names of RunRow, without the heavy ones. */
export const RUN_SUMMARY_COLUMNS = `
  r.id, r.runbook, r.procedure, r.title, r.plan_hash as "planHash", r.status, r.waiting_for as "waitingFor", r.reason,
  r.incident_id as "incidentId", r.started_by as "startedBy", r.automatic, r.dry_run as "dryRun", r.environment, r.worker_id as "workerId",
  r.created_at as "createdAt", r.started_at as "startedAt", r.ended_at as "endedAt"`;

/** All columns of `runs` under the names of RunRow. */
export const RUN_COLUMNS = `${RUN_SUMMARY_COLUMNS},
  r.plan, r.source, r.inputs, r.secret_inputs as "secretInputs", r.choices, r.signed_off as "signedOff",
  r.started_by_person as "startedByPerson", r.pause_requested as "pauseRequested", r.cancel_requested_by as "cancelRequestedBy", r.lease_epoch as "leaseEpoch"`;
