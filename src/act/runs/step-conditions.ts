import type { PlannedStep } from '../../contract/runbook.ts';

/** A way that must have been taken for a step to be carried out. */
export type Condition = { group: string; option: string };

/** The ways a step belongs to, from the outermost in; all of them must have been taken. */
export function conditionsOf(step: Pick<PlannedStep, 'when' | 'choice' | 'ways'>): Condition[] {
  const own = step.when ?? step.choice;
  return [...(step.ways ?? []), ...(own === null ? [] : [own])].map(({ group, option }) => ({ group, option }));
}
