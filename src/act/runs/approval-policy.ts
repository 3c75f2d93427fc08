import type { Principal } from '../../contract/identity.ts';
import type { PlannedStep, Risk } from '../../contract/runbook.ts';

/** Why a step needs approval, in the order of asking; `none` lets it run. */
export type ApprovalNeed =
  | { reason: 'none'; needed: 0 }
  | { reason: 'declared' | 'destroys' | 'risk-lowered' | 'automatic-change'; needed: number };

const STOPS_AUTOMATIC_RUN: readonly Risk[] = ['change', 'destroy'];

/**
 * How many approvals a step needs. A person who starts a run answers for its changes; nobody answers for those of an
 * automatic run unless the procedure was signed off. What destroys is always asked for.
 */
export function approvalNeed(step: PlannedStep, run: { automatic: boolean; signedOff: boolean }): ApprovalNeed {
  if (step.risk === 'destroy') return { reason: 'destroys', needed: Math.max(1, step.approvals) };
  if (step.riskLowered) return { reason: 'risk-lowered', needed: Math.max(1, step.approvals) };
  if (step.approvals > 0) return { reason: 'declared', needed: step.approvals };
  if (run.automatic && !run.signedOff && step.risk !== null && STOPS_AUTOMATIC_RUN.includes(step.risk)) {
    return { reason: 'automatic-change', needed: 1 };
  }
  return { reason: 'none', needed: 0 };
}

/** Whether a person's vote counts, or why not. */
export type VoteRuling =
  | { kind: 'counts' }
  | { kind: 'starter' }
  | { kind: 'needs-second-confirmation'; expected: string }
  | { kind: 'role' };

/**
 * Rules on one vote. The starter never approves the own run, with whatever key; where one person is the whole installation that person
 * may, by typing the step's title as a second confirmation.
 * @param onlyPerson true when no other enabled person could approve
 */
export function ruleVote(vote: {
  by: Principal;
  startedByPerson: string;
  stepTitle: string;
  confirm: string | undefined;
  onlyPerson: boolean;
}): VoteRuling {
  if (vote.by.role !== 'approver' && vote.by.role !== 'admin') return { kind: 'role' };
  if (vote.by.person !== vote.startedByPerson) return { kind: 'counts' };
  if (!vote.onlyPerson) return { kind: 'starter' };
  return vote.confirm === vote.stepTitle
    ? { kind: 'counts' }
    : { kind: 'needs-second-confirmation', expected: vote.stepTitle };
}
