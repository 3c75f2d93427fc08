import { describe, expect, it } from 'vitest';
import type { StepStatus } from '../../../../src/contract/run.ts';
import { summarizeStatus, urgency } from './summarize-status.ts';

describe('one state for the steps of an item', () => {
  it.each<[StepStatus[], StepStatus]>([
    [[], 'pending'],
    [['pending', 'pending'], 'pending'],
    [['succeeded', 'pending'], 'running'],
    [['succeeded', 'running'], 'running'],
    [['succeeded', 'skipped'], 'succeeded'],
    [['skipped', 'skipped'], 'skipped'],
    [['succeeded', 'failed', 'cancelled'], 'failed'],
    [['failed', 'in-doubt'], 'in-doubt'],
    [['rolled-back', 'succeeded'], 'rolled-back'],
    [['rolled-back', 'rollback-failed'], 'rollback-failed'],
    [['succeeded', 'cancelled'], 'cancelled'],
  ])('%j is %s', (statuses, whole) => {
    expect(summarizeStatus(statuses)).toBe(whole);
  });

  it('what went wrong is looked at first, what is done last', () => {
    const statuses: StepStatus[] = ['succeeded', 'pending', 'running', 'failed', 'in-doubt'];
    expect(statuses.toSorted((left, right) => urgency(left) - urgency(right))).toEqual([
      'in-doubt',
      'failed',
      'running',
      'pending',
      'succeeded',
    ]);
  });
});
