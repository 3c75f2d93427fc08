import { expect, it } from 'vitest';
import { isLeftByDryRun, skipReason } from './skip-reason.ts';
import type { StepView } from './step-view.ts';

const step = (status: string, reason?: string) =>
  ({ status, run: { skipReason: reason } }) as unknown as Pick<StepView, 'status' | 'run'>;

it('says why a step was left out, in one sentence', () => {
  expect(skipReason(step('skipped', 'already done by hand'))).toBe('Left out: already done by hand.');
  expect(skipReason(step('skipped', 'Done already!'))).toBe('Left out: Done already!');
});

it('says nothing of a step that ran, or of which no reason is known', () => {
  expect(skipReason(step('succeeded', 'x'))).toBeNull();
  expect(skipReason(step('skipped'))).toBeNull();
});

it('tells a dry run from a person who writes of one', () => {
  expect(isLeftByDryRun(step('skipped', 'a dry run only observes'))).toBe(true);
  expect(isLeftByDryRun(step('skipped', 'seen in the dry run'))).toBe(false);
});
