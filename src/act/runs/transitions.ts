import type { AttemptStatus, RunStatus, StepStatus } from '../../contract/run.ts';

/**
 * Which states follow which. The one table of durable execution: SQL guards name the state they leave, tests walk this.
 * A run that ended stays as it is, except that a finished one may still be rolled back.
 */
export const RUN_TRANSITIONS: Record<RunStatus, readonly RunStatus[]> = {
  queued: ['running', 'paused', 'cancelled'],
  running: ['waiting', 'paused', 'in-doubt', 'cancelling', 'succeeded', 'failed'],
  waiting: ['queued', 'paused', 'cancelled', 'failed'],
  paused: ['queued', 'waiting', 'cancelled', 'failed'], // an approval may be rejected meanwhile
  'in-doubt': ['queued', 'cancelling', 'failed', 'rolling-back', 'rollback-failed'],
  cancelling: ['cancelled', 'in-doubt'],
  'rolling-back': ['rolled-back', 'rollback-failed', 'in-doubt'],
  succeeded: ['rolling-back'],
  failed: ['rolling-back'],
  cancelled: ['rolling-back'],
  'rolled-back': [],
  'rollback-failed': ['rolling-back'],
};

export const STEP_TRANSITIONS: Record<StepStatus, readonly StepStatus[]> = {
  pending: ['running', 'waiting', 'succeeded', 'skipped', 'failed', 'cancelled'],
  running: ['succeeded', 'failed', 'pending', 'in-doubt', 'cancelled'],
  waiting: ['succeeded', 'pending', 'failed', 'skipped', 'cancelled'],
  'in-doubt': ['pending', 'succeeded', 'failed'],
  succeeded: ['rolling-back', 'running'], // a helper step runs as often as it is asked
  failed: ['pending', 'running', 'succeeded'], // only its verify failed: its effect stands, to be undone
  skipped: [],
  cancelled: ['pending'], // a helper that is needed again
  'rolling-back': ['rolled-back', 'rollback-failed'],
  'rolled-back': [],
  'rollback-failed': ['succeeded'], // it stands again, to be undone anew
};

export const ATTEMPT_TRANSITIONS: Record<AttemptStatus, readonly AttemptStatus[]> = {
  running: ['succeeded', 'failed', 'cancelled', 'in-doubt', 'lost'],
  succeeded: [],
  failed: [],
  cancelled: [],
  'in-doubt': ['succeeded', 'failed', 'lost'],
  lost: [],
};

export const ENDED_RUN: readonly RunStatus[] = ['succeeded', 'failed', 'cancelled', 'rolled-back', 'rollback-failed'];

/** True when nothing more will happen to the run by itself. */
export function isEnded(status: RunStatus): boolean {
  return ENDED_RUN.includes(status);
}

/** True when `to` may follow `from`. */
export function mayFollow<Status extends string>(
  table: Record<Status, readonly Status[]>,
  from: Status,
  to: Status,
): boolean {
  return table[from].includes(to);
}
