import type { RunStatus, StepStatus } from '../../contract/run.ts';
import type { PlannedStep } from '../../contract/runbook.ts';
import { conditionsOf } from './step-conditions.ts';
import { isContainer, lanesOf } from './step-instances.ts';

/** What a run's owner should do next. Every case has a name, so that the worker only carries out. */
export type Move =
  | { kind: 'execute'; step: PlannedStep }
  | { kind: 'skip'; step: PlannedStep; reason: string }
  | { kind: 'ask-approval'; step: PlannedStep; needed: number }
  | { kind: 'ask'; step: PlannedStep; waitingFor: 'input' | 'choice' | 'manual' }
  | { kind: 'sleep'; step: PlannedStep; durationMs: number }
  | { kind: 'pass'; step: PlannedStep }
  | { kind: 'fail'; step: PlannedStep; reason: string }
  | { kind: 'take-lock'; step: PlannedStep; name: string }
  | { kind: 'begin-container'; step: PlannedStep }
  | { kind: 'execute-lanes'; step: PlannedStep; lanes: PlannedStep[][]; atOnce: number }
  | { kind: 'roll-back'; step: PlannedStep; helper: PlannedStep }
  | { kind: 'park'; status: 'waiting' | 'in-doubt'; step: PlannedStep }
  | {
      kind: 'finish';
      status: Extract<RunStatus, 'succeeded' | 'failed' | 'cancelled' | 'rolled-back' | 'rollback-failed'>;
      reason: string | null;
    };

export type RunView = {
  status: RunStatus;
  /** Carries out only what observes. */
  dryRun?: boolean;
  /** Locks the run holds. */
  locks?: ReadonlySet<string>;
  steps: readonly PlannedStep[];
  helpers: readonly PlannedStep[];
  statusOf(stepId: string): StepStatus;
  choices: Readonly<Record<string, string>>;
  /** Groups of ways that a step of the plan asks about; it stands before all steps that depend on it. */
  asked?: ReadonlySet<string>;
  /** How many approvals the step still lacks, for exactly what it would do now. */
  approvalsLacking(step: PlannedStep): number;
};

/** The next move of a run that is owned and has no step under way. Pure: the same view gives the same move. */
export function decideMove(view: RunView): Move {
  if (view.status === 'rolling-back') return decideRollback(view);
  for (const step of view.steps) {
    // The step it is within speaks for it.
    if (step.within !== undefined) continue;
    const status = view.statusOf(step.id);
    switch (status) {
      case 'succeeded':
      case 'skipped':
        continue;
      case 'in-doubt':
        return { kind: 'park', status: 'in-doubt', step };
      case 'waiting':
        return { kind: 'park', status: 'waiting', step };
      case 'failed':
      case 'cancelled':
      case 'rolled-back':
      case 'rollback-failed':
        return { kind: 'finish', status: 'failed', reason: `step "${step.title}" ${status}` };
      default:
        return isContainer(step) ? decideContainer(view, step) : decideStep(view, step);
    }
  }
  return { kind: 'finish', status: 'succeeded', reason: null };
}

function decideStep(view: RunView, step: PlannedStep): Move {
  const skipped = reasonToSkip(view, step);
  if (skipped !== null) return { kind: 'skip', step, reason: skipped };
  const lacking = view.approvalsLacking(step);
  if (lacking > 0) return { kind: 'ask-approval', step, needed: lacking };
  const lock = step.action.kind === 'lock' ? step.action.name : step.lock;
  if (lock !== undefined && !view.locks?.has(lock)) return { kind: 'take-lock', step, name: lock };
  switch (step.action.kind) {
    case 'lock':
    case 'subrunbook':
    case 'approval':
      return { kind: 'pass', step };
    case 'input':
    case 'manual':
      return { kind: 'ask', step, waitingFor: step.action.kind };
    case 'choice':
      return view.choices[step.action.group] === undefined
        ? { kind: 'ask', step, waitingFor: 'choice' }
        : { kind: 'pass', step };
    case 'wait':
      return { kind: 'sleep', step, durationMs: step.action.durationMs };
    default:
      return { kind: 'execute', step };
  }
}

/** Why a step is not carried out; null when it is. */
export function reasonToSkip(view: Pick<RunView, 'choices' | 'dryRun' | 'asked'>, step: PlannedStep): string | null {
  for (const { group, option } of conditionsOf(step)) {
    const taken = view.choices[group];
    if (taken !== undefined && taken !== option) return `"${taken}" was chosen for ${group}`;
    // Its question was left out: without an answer all of the ways would be taken, one after the other.
    if (taken === undefined && view.asked?.has(group)) return `nothing was chosen for ${group}`;
  }
  return view.dryRun === true && !isForDryRun(step) ? 'a dry run only observes' : null;
}

/** What only looks, what decides about the rest of the plan, and what has others within it. */
function isForDryRun(step: PlannedStep): boolean {
  if (isContainer(step)) return true;
  if (['input', 'choice', 'subrunbook', 'template'].includes(step.action.kind)) return true;
  // Called harmless by its author alone: nobody has looked at that yet.
  return !step.riskLowered && (step.risk === 'read' || step.risk === 'check');
}

/** A step with others within it: asked for as one, begun once, then carried on until all of its lanes are at their end. */
function decideContainer(view: RunView, step: PlannedStep & { action: { atOnce: number } }): Move {
  if (view.statusOf(step.id) === 'pending') {
    const skipped = reasonToSkip(view, step);
    if (skipped !== null) return { kind: 'skip', step, reason: skipped };
    // In a dry run nothing within it changes anything.
    const lacking = view.dryRun === true ? 0 : view.approvalsLacking(step);
    if (lacking > 0) return { kind: 'ask-approval', step, needed: lacking };
    if (step.lock !== undefined && !view.locks?.has(step.lock)) return { kind: 'take-lock', step, name: step.lock };
    return { kind: 'begin-container', step };
  }
  if (!isContainer(step)) return { kind: 'pass', step };
  const lanes = lanesOf(view.steps, step);
  const within = lanes.flat();
  const doubtful = within.find((member) => view.statusOf(member.id) === 'in-doubt');
  if (doubtful) return { kind: 'park', status: 'in-doubt', step: doubtful };
  const failed = within.find((member) => view.statusOf(member.id) === 'failed');
  if (failed) return { kind: 'fail', step, reason: `"${failed.title}" failed` };
  const left = lanes
    .map((lane) => lane.filter((member) => !['succeeded', 'skipped'].includes(view.statusOf(member.id))))
    .filter((lane) => lane.length > 0);
  if (left.length === 0) return { kind: 'pass', step };
  return { kind: 'execute-lanes', step, lanes: left, atOnce: step.action.atOnce };
}

/** Last in, first out over the completed steps that can be undone; the first undo that fails ends it. */
function decideRollback(view: RunView): Move {
  for (const step of [...view.steps, ...view.helpers]) {
    if (view.statusOf(step.id) === 'in-doubt') return { kind: 'park', status: 'in-doubt', step };
  }
  for (const step of view.steps.toReversed()) {
    const status = view.statusOf(step.id);
    if (status === 'rollback-failed')
      return { kind: 'finish', status: 'rollback-failed', reason: `undoing "${step.title}" failed` };
    if (status !== 'succeeded' && status !== 'rolling-back') continue;
    const helper = view.helpers.find((candidate) => candidate.id === step.rollback);
    if (helper) return { kind: 'roll-back', step, helper };
  }
  return { kind: 'finish', status: 'rolled-back', reason: null };
}
