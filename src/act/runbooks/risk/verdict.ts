import type { Risk } from '../../../contract/runbook.ts';

/** What something that runs would do. `opaque` is "nobody here knows" and is handled as destroy. */
export type RunClass = Risk | 'opaque';

/** From harmless to harmful; a whole has the class of its most harmful part. */
const RUN_CLASSES: readonly RunClass[] = ['read', 'check', 'change', 'opaque', 'destroy'];

export type Verdict = {
  class: RunClass;
  reason: string;
  /** Set where only a person can do it: an editor, a shell that is entered and typed into. */
  byHand?: true;
};

export const HARMLESS: Verdict = { class: 'read', reason: 'has no effect outside its own shell' };

export function isRiskier(left: RunClass, right: RunClass): boolean {
  return RUN_CLASSES.indexOf(left) > RUN_CLASSES.indexOf(right);
}

/** The most harmful of them; the first one where several are equal, so that the reason names the first cause. */
export function riskiest(verdicts: readonly Verdict[]): Verdict {
  let worst = verdicts[0] ?? HARMLESS;
  for (const verdict of verdicts) if (isRiskier(verdict.class, worst.class)) worst = verdict;
  if (worst.byHand || !verdicts.some((verdict) => verdict.byHand)) return worst;
  return { ...worst, byHand: true };
}

/** The risk a step carries: nobody can vouch for an opaque one, so it is treated as the worst. */
export function riskOf(runClass: RunClass): Risk {
  return runClass === 'opaque' ? 'destroy' : runClass;
}
