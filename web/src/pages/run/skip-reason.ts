import type { StepView } from './step-view.ts';

/** What the server says of a step that a dry run leaves out. */
const DRY_RUN = 'a dry run only observes';

/** Why a step was left out, as a sentence; null when it was not. */
export function skipReason(step: Pick<StepView, 'status' | 'run'>): string | null {
  const reason = step.run?.skipReason;
  return step.status === 'skipped' && reason !== undefined
    ? `Left out: ${reason}${/[.!?]$/.test(reason) ? '' : '.'}`
    : null;
}

/** True for a step that only the dry run left out. */
export function isLeftByDryRun(step: Pick<StepView, 'status' | 'run'>): boolean {
  return step.status === 'skipped' && step.run?.skipReason === DRY_RUN;
}
