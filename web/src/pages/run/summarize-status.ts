import type { StepStatus } from '../../../../src/contract/run.ts';

/** What a person must hear of first. */
const WORST_FIRST: readonly StepStatus[] = [
  'in-doubt',
  'rollback-failed',
  'failed',
  'waiting',
  'rolling-back',
  'running',
  'rolled-back',
  'cancelled',
];
const DONE: readonly StepStatus[] = ['succeeded', 'skipped'];

/** One state for several steps: the worst of them; begun but not at the end is running. */
export function summarizeStatus(statuses: readonly StepStatus[]): StepStatus {
  const worst = WORST_FIRST.find((status) => statuses.includes(status));
  if (worst) return worst;
  if (statuses.length === 0 || statuses.every((status) => status === 'pending')) return 'pending';
  if (statuses.every((status) => status === 'skipped')) return 'skipped';
  return statuses.every((status) => DONE.includes(status)) ? 'succeeded' : 'running';
}

/** Failed and doubtful first, then what is under way, what is done last: the order in which items are looked at. */
export function urgency(status: StepStatus): number {
  const at = WORST_FIRST.indexOf(status);
  if (at !== -1) return at;
  return WORST_FIRST.length + (status === 'pending' ? 0 : 1);
}
