import { createHash, randomBytes } from 'node:crypto';
import type { EventName } from '../../contract/events.ts';
import type { AttemptStatus, StepStatus } from '../../contract/run.ts';
import type { Plan, PlannedStep } from '../../contract/runbook.ts';
import type { ClaimedRun } from './claim-store.ts';
import type { WorkerContext } from './run-context.ts';
import type { StepOutputs, StepRow } from './run-rows.ts';
import { instancesOf } from './step-instances.ts';
import type { StepTransition } from './step-transition-store.ts';

/** Why a run's work is broken off. `cancel` is a person's wish, the others leave everything to the next owner. */
export type StopReason = 'cancel' | 'lost' | 'shutdown';

/** A run in the hands of this worker: its plan, what is known of its steps, and the wishes that arrived meanwhile. */
export type OwnedRun = {
  claim: ClaimedRun;
  plan: Plan;
  steps: Map<string, StepRow>;
  /** The steps as they are carried out, those for the items of a foreach among them; in order. */
  order: PlannedStep[];
  helpers: PlannedStep[];
  inputs: Record<string, string>;
  /** Item of a foreach (`id[n]`) -> what its own steps handed on. */
  itemInputs: Map<string, Record<string, string>>;
  secretNames: Set<string>;
  /** Values to keep out of stored output. */
  secrets: string[];
  /** Step id -> hashes of the effects that were granted. */
  granted: Map<string, Set<string>>;
  /** Groups of ways that a step of the plan asks about. */
  asked: ReadonlySet<string>;
  /** Locks it holds. */
  locks: Set<string>;
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
  const owned: OwnedRun = {
    claim,
    plan: run.plan,
    steps: new Map(),
    order: [],
    helpers: [],
    inputs: { ...run.inputs, ...secrets },
    itemInputs: new Map(),
    secretNames: new Set(Object.keys(secrets)),
    secrets: [...Object.values(secrets), ...context.targetSecrets()],
    granted: new Map(),
    asked: new Set(run.plan.steps.flatMap(({ action }) => (action.kind === 'choice' ? [action.group] : []))),
    locks: new Set(),
    pauseRequested: run.pauseRequested,
    pauseReason: run.reason,
    cancelRequestedBy: run.cancelRequestedBy,
    leaveAtNextStep: false,
    stop: new AbortController(),
  };
  addSteps(owned, claim.steps);
  for (const row of claim.steps) {
    if (row.outputs === null) continue;
    const sealed = row.outputs.sealed === null ? {} : context.openSecrets(row.outputs.sealed, run.id);
    takeOutputs(owned, row.id, row.outputs.open, sealed);
  }
  return owned;
}

/** Takes up rows of steps, those that came to be while it runs among them. */
export function addSteps(owned: OwnedRun, rows: readonly StepRow[]): void {
  for (const row of rows) owned.steps.set(row.id, row);
  const { steps, helpers } = instancesOf(owned.plan, owned.steps);
  owned.order = steps;
  owned.helpers = helpers;
}

/** Lets later steps use what a step handed on; what a step in a foreach did, only those for the same item. */
export function takeOutputs(
  owned: OwnedRun,
  stepId: string,
  open: Readonly<Record<string, string>>,
  secret: Readonly<Record<string, string>>,
): void {
  const place = placeOfItem(owned, stepId);
  const into = place === null ? owned.inputs : (owned.itemInputs.get(place) ?? {});
  if (place !== null) owned.itemInputs.set(place, into);
  Object.assign(into, open, secret);
  for (const [name, value] of Object.entries(secret)) {
    owned.secretNames.add(name);
    owned.secrets.push(value);
  }
}

function placeOfItem(owned: OwnedRun, stepId: string): string | null {
  const index = owned.steps.get(stepId)?.itemIndex ?? null;
  if (index === null) return null;
  return `${owned.order.find((step) => step.id === stepId)?.within}[${index}]`;
}

/** What a step sees: the run's inputs, and of a step in a foreach its item. */
export function inputsOf(owned: OwnedRun, step: PlannedStep): Readonly<Record<string, string>> {
  const row = owned.steps.get(step.id);
  if (row?.item == null) return owned.inputs;
  const container = containerOf(owned, step);
  if (container?.action.kind !== 'foreach') return owned.inputs;
  return {
    ...owned.inputs,
    ...owned.itemInputs.get(`${container.id}[${row.itemIndex}]`),
    [container.action.as]: row.item,
  };
}

/** The foreach a step is in, of a verify or rollback that of the step it belongs to. */
function containerOf(owned: OwnedRun, step: PlannedStep): PlannedStep | undefined {
  const member = step.within === undefined ? memberOfHelper(owned, step.id) : step;
  return owned.plan.steps.find((each) => each.id === member?.within);
}

function memberOfHelper(owned: OwnedRun, helperId: string): PlannedStep | undefined {
  return owned.order.find((each) => each.verify === helperId || each.rollback === helperId);
}

/** The environment of the configuration a step is carried out in. */
export function environmentOf(owned: OwnedRun, step: PlannedStep): string | null {
  return step.environment ?? owned.claim.run.environment;
}

/** A step or helper of the run. */
export function findStep(owned: OwnedRun, id: string): PlannedStep | undefined {
  return owned.order.find((step) => step.id === id) ?? owned.helpers.find((step) => step.id === id);
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
    outputs?: StepOutputs | null;
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
    ...(to === 'skipped' && details.reason ? { skipReason: details.reason } : {}),
    outputs: details.outputs ?? null,
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
