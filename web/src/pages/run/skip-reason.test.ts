import { describe, expect, it } from 'vitest';
import type { Run } from '../../../../src/contract/run.ts';
import { skipReason } from './skip-reason.ts';
import type { StepView } from './step-view.ts';

const step = (plan: object, status = 'skipped') =>
  ({
    id: 'a',
    status,
    plan: { id: 'a', kind: 'shell', risk: 'change', when: null, choice: null, ...plan },
  }) as unknown as StepView;
const run = (dryRun: boolean, endedAt: string | null = '2026-11-21T09:00:00.000Z') =>
  ({ dryRun, steps: [{ id: 'a', startedAt: null, endedAt }] }) as unknown as Run;

describe('why a step was left out', () => {
  it('a dry run leaves out what changes something, and only that', () => {
    expect(skipReason(run(true), step({}))).toContain('dry run');
    expect(skipReason(run(true), step({ risk: null, kind: 'notify' }))).toContain('dry run');
    expect(skipReason(run(true), step({ risk: 'read', riskLowered: true }))).toContain('dry run');
    expect(skipReason(run(true), step({ risk: 'read', choice: {} }))).toContain('another option');
  });

  it('what stands before the first step never began', () => {
    expect(skipReason(run(false, null), step({}))).toContain('began at a later step');
  });

  it('says nothing of a step that a person skipped, or that ran', () => {
    expect(skipReason(run(false), step({}))).toBeNull();
    expect(skipReason(run(true), step({}, 'succeeded'))).toBeNull();
  });
});
