import type { PlannedStep } from '../../contract/runbook.ts';

/** What becomes of a step that was under way when its worker was lost. */
export type Recovery =
  | { kind: 'rerun'; reason: string }
  | { kind: 'verify'; helperId: string }
  | { kind: 'in-doubt'; reason: string };

/**
 * Decides from the plan alone. Nothing is repeated that could do harm twice, nothing is passed over that may not have
 * happened: what cannot be told is handed to a person.
 * @param attempt.otherHost set when the step ran on a machine that cannot be looked at from here
 */
export function decideRecovery(step: PlannedStep, attempt: { otherHost: string | null }): Recovery {
  const observing = step.risk === 'read' || step.risk === 'check';
  if (observing || step.idempotent) {
    return { kind: 'rerun', reason: observing ? 'it only observes' : 'it is idempotent' };
  }
  if (attempt.otherHost) {
    return { kind: 'in-doubt', reason: `its worker was lost; it may still be running on ${attempt.otherHost}` };
  }
  if (step.verify) return { kind: 'verify', helperId: step.verify };
  return {
    kind: 'in-doubt',
    reason: 'its worker was lost while it was under way; whether it took effect is not known',
  };
}
