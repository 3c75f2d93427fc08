import type { RunStatus, StepStatus } from '../../contract/run.ts';
import type { PlannedStep } from '../../contract/runbook.ts';

/** What a run's owner should do next. Every case has a name, so that the worker only carries out. */
export type Move =
  | { kind: 'execute'; step: PlannedStep }
  | { kind: 'skip'; step: PlannedStep; reason: string }
  | { kind: 'ask-approval'; step: PlannedStep; needed: number }
  | { kind: 'ask'; step: PlannedStep; waitingFor: 'input' | 'choice' | 'manual' }
  | { kind: 'sleep'; step: PlannedStep; durationMs: number }
  | { kind: 'pass'; step: PlannedStep }
  | { kind: 'roll-back'; step: PlannedStep; helper: PlannedStep }
  | { kind: 'park'; status: 'waiting' | 'in-doubt'; step: PlannedStep }
  | {
      kind: 'finish';
      status: Extract<RunStatus, 'succeeded' | 'failed' | 'cancelled' | 'rolled-back' | 'rollback-failed'>;
      reason: string | null;
    };

export type RunView = {
  status: RunStatus;
  steps: readonly PlannedStep[];
  helpers: readonly PlannedStep[];
  statusOf(stepId: string): StepStatus;
  choices: Readonly<Record<string, string>>;
  /** How many approvals the step still lacks, for exactly what it would do now. */
  approvalsLacking(step: PlannedStep): number;
};

/** The next move of a run that is owned and has no step under way. Pure: the same view gives the same move. */
export function decideMove(view: RunView): Move {
  if (view.status === 'rolling-back') return decideRollback(view);
  for (const step of view.steps) {
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
        return decideStep(view, step);
    }
  }
  return { kind: 'finish', status: 'succeeded', reason: null };
}

function decideStep(view: RunView, step: PlannedStep): Move {
  const condition = step.when ?? (step.choice ? { group: step.choice.group, option: step.choice.option } : null);
  if (condition && step.kind !== 'choice') {
    const taken = view.choices[condition.group];
    if (taken !== undefined && taken !== condition.option) {
      return { kind: 'skip', step, reason: `"${taken}" was chosen for ${condition.group}` };
    }
  }
  const lacking = view.approvalsLacking(step);
  if (lacking > 0) return { kind: 'ask-approval', step, needed: lacking };
  switch (step.action.kind) {
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
