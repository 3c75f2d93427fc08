import { describe, expect, it } from 'vitest';
import type { Run } from '../../../../src/contract/run.ts';
import { callOf, currentStep, flatten, patternId, viewSteps } from './step-view.ts';

const planned = (id: string, change: object = {}) => ({
  id,
  title: `Do ${id}`,
  kind: 'shell',
  line: 1,
  endLine: 1,
  rollback: null,
  verify: null,
  ...change,
});
const row = (id: string, status: string, item?: { index: number; value: string }) => ({
  id,
  title: item ? `Do ${patternId(id)} (${item.value})` : `Do ${id}`,
  status,
  attempts: [],
  ...(item ? { item } : {}),
});
const run = (steps: object[], rows: object[], helpers: object[] = []) =>
  ({ plan: { steps, helpers }, steps: rows, approvals: [], source: '' }) as unknown as Run;

describe('the steps of a run', () => {
  const overHosts = [planned('each', { kind: 'foreach' }), planned('drain', { within: 'each', rollback: 'undrain' })];
  const undrain = planned('undrain');

  it('of a foreach are found by their pattern and grouped by item', () => {
    const steps = viewSteps(
      run(
        overHosts,
        [
          row('each', 'running'),
          row('drain[1]', 'failed', { index: 1, value: 'web-2' }),
          row('drain[0]', 'succeeded', { index: 0, value: 'web-1' }),
        ],
        [undrain],
      ),
    );
    expect(steps[0]!.items.map(({ value, status }) => [value, status])).toEqual([
      ['web-1', 'succeeded'],
      ['web-2', 'failed'],
    ]);
    expect(steps[1]!.status).toBe('failed');
    expect(flatten(steps).map((step) => step.id)).toEqual(['each', 'drain[0]', 'drain[1]', 'undrain']);
    expect(steps[1]!.instances[1]!.plan.rollback).toBe('undrain[1]');
  });

  it('before the items are known are those of the plan', () => {
    const steps = viewSteps(run(overHosts, [row('each', 'pending'), row('drain', 'pending')]));
    expect(steps[0]!.items).toEqual([]);
    expect(flatten(steps).map((step) => step.id)).toEqual(['each', 'drain']);
  });

  it('the inner step in doubt is the current one, not what it is within', () => {
    const steps = viewSteps(
      run(overHosts, [row('each', 'running'), row('drain[0]', 'in-doubt', { index: 0, value: 'web-1' })]),
    );
    expect(currentStep(steps)?.id).toBe('drain[0]');
  });

  it('of a called runbook know who called them', () => {
    const calling = run([planned('call', { kind: 'subrunbook' }), planned('call/look')], []);
    expect(callOf(calling, 'call/look')).toBe('call');
    expect(callOf(calling, 'call')).toBeNull();
  });
});
