import type { Escalation } from '../../../../src/contract/escalation.ts';
import type { PolicySpec } from '../../../../src/contract/oncall.ts';

/** The escalation that goes on; null when none does. */
export function runningOf(escalations: readonly Escalation[]): Escalation | null {
  return escalations.find((each) => each.endedAt === null) ?? null;
}

/** What "Escalate now" fires: the first step that has not fired in the first round; null when all have. */
export function nextByHand(escalation: Escalation): PolicySpec['steps'][number] | null {
  const fired = new Set(escalation.fired.filter(({ round }) => round === 0).map(({ step }) => step));
  return escalation.snapshot.steps.find((_step, index) => !fired.has(index)) ?? null;
}
