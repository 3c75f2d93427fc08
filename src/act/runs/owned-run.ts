import { createHash, randomBytes } from 'node:crypto';
import type { EventName } from '../../contract/events.ts';
import type { AttemptStatus, StepStatus } from '../../contract/run.ts';
import type { Plan, PlannedStep } from '../../contract/runbook.ts';
import type { ClaimedRun } from './claim-store.ts';
import type { WorkerContext } from './run-context.ts';
import type { StepRow } from './run-rows.ts';
import type { StepTransition } from './step-transition-store.ts';

/** Why a run's work is broken off. `cancel` is a person's wish, the others leave everything to the next owner. */
export type StopReason = 'cancel' | 'lost' | 'shutdown';

/** A run in the hands of this worker: its plan, what is known of its steps, and the wishes that arrived meanwhile. */
export type OwnedRun = {
  claim: ClaimedRun;
  plan: Plan;
  steps: Map<string, StepRow>;
  inputs: Record<string, string>;
  secretNames: ReadonlySet<string>;
  /** Values to keep out of stored output. */
  secrets: string[];
  /** Step id -> hashes of the effects that were granted. */
  granted: Map<string, Set<string>>;
  pauseRequested: boolean;
  /** Whose wish the pause is, in words. */
  pauseReason: string | null;
  cancelRequestedBy: string | null;
  /** At a shutdown: let go at the next border between two steps. */
  leaveAtNextStep: boolean;
  stop: AbortController;
};

/** Collects what is needed to work on a claimed run. */
export function takeRun(context: WorkerContext, claim: ClaimedRun): OwnedRun {
  const { run } = claim;
  const secrets = run.secretInputs ? context.openSecrets(run.secretInputs, run.id) : {};
  return {
    claim,
    plan: run.plan,
    steps: new Map(claim.steps.map((step) => [step.id, step])),
    inputs: { ...run.inputs, ...secrets },
    secretNames: new Set(Object.keys(secrets)),
    secrets: [...Object.values(secrets), ...context.targetSecrets()],
    granted: new Map(),
    pauseRequested: run.pauseRequested,
    pauseReason: run.reason,
    cancelRequestedBy: run.cancelRequestedBy,
    leaveAtNextStep: false,
    stop: new AbortController(),
  };
}

/** A step or helper of the frozen plan. */
export function findStep(plan: Plan, id: string): PlannedStep | undefined {
  return plan.steps.find((step) => step.id === id) ?? plan.helpers.find((step) => step.id === id);
}

/** The state a step has as far as this worker knows. */
export function statusOf(owned: OwnedRun, stepId: string): StepStatus {
  return owned.steps.get(stepId)?.status ?? 'pending';
}

/** A token nobody can guess: it decides which processes are ended. */
export function createToken(): string {
  return randomBytes(16).toString('hex');
}

/** An id that stays the same over the attempts of a step. */
export function onceKeyOf(runId: string, stepId: string): string {
  return createHash('sha256').update(`${runId}/${stepId}`).digest('hex').slice(0, 32);
}

/** Builds the guarded move of a step and notes it in what this worker knows. */
export function moveStep(
  owned: OwnedRun,
  step: PlannedStep,
  to: StepStatus,
  details: {
    at: Date;
    kind: EventName;
    actor?: string;
    reason?: string | null;
    attempt?: { n: number; token: string; status: AttemptStatus; exitCode?: number | null } | null;
  },
): StepTransition {
  const row = owned.steps.get(step.id);
  const from = row?.status ?? 'pending';
  const attempt = details.attempt ?? null;
  if (row) {
    row.status = to;
    row.attempts = Math.max(row.attempts, attempt?.n ?? 0);
  }
  return {
    runId: owned.claim.run.id,
    epoch: owned.claim.run.leaseEpoch,
    stepId: step.id,
    from,
    to,
    at: details.at,
    attempt: attempt ? { ...attempt, reason: details.reason ?? null } : null,
    event: {
      kind: details.kind,
      actor: details.actor ?? owned.claim.run.startedBy,
      body: {
        runId: owned.claim.run.id,
        stepId: step.id,
        title: step.title,
        stepKind: step.kind,
        risk: step.risk,
        attempt: attempt?.n ?? row?.attempts ?? 0,
        ...(attempt?.exitCode === undefined ? {} : { exitCode: attempt.exitCode }),
        ...(details.reason ? { reason: details.reason } : {}),
      },
    },
  };
}
