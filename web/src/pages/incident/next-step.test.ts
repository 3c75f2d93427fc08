import { describe, expect, it } from 'vitest';
import type { Incident } from '../../../../src/contract/incident.ts';
import type { Approval, RunSummary } from '../../../../src/contract/run.ts';
import { nextStepOf, ownerOf } from './next-step.ts';

const run = (change: Partial<RunSummary>) =>
  ({ id: 'run_1', title: 'Fail over', waitingFor: null, ...change }) as RunSummary;
const incident = (change: Partial<Incident>) =>
  ({
    status: 'investigating',
    acknowledgedAt: null,
    acknowledgedBy: null,
    roles: {},
    runs: [],
    resolveBlockers: ['finding still open'],
    ...change,
  }) as unknown as Incident;

describe('what happens next with an incident', () => {
  it('a step in doubt comes before everything', () => {
    const runs = [run({ status: 'waiting', waitingFor: 'approval' }), run({ id: 'run_2', status: 'in-doubt' })];
    expect(nextStepOf(incident({ runs })).run).toEqual({ id: 'run_2', action: 'Decide' });
  });

  it('an approval is told by what it would do, and where', () => {
    const approvals = [{ runId: 'run_1', effect: { title: 'Promote the replica', target: 'orders-db' } }] as Approval[];
    const runs = [run({ status: 'waiting', waitingFor: 'approval' })];
    expect(nextStepOf(incident({ runs }), approvals).text).toBe('Approval needed: “Promote the replica” on orders-db.');
  });

  it('a run that only waits for its time is at work', () => {
    const runs = [run({ status: 'waiting', waitingFor: 'wait' })];
    expect(nextStepOf(incident({ runs })).tone).toBe('active');
  });

  it('nobody and nothing is said plainly', () => {
    expect(nextStepOf(incident({})).text).toBe('Nobody has it yet, and no run is under way.');
  });

  it('a failed run is not hidden behind calm words', () => {
    expect(nextStepOf(incident({ runs: [run({ status: 'failed' })] })).tone).toBe('bad');
  });

  it('what is verified can be resolved', () => {
    expect(nextStepOf(incident({ resolveBlockers: [] })).text).toContain('can be resolved');
  });

  it('the commander has it, else who acknowledged', () => {
    expect(ownerOf({ roles: { commander: 'grace' }, acknowledgedBy: 'user:ada' })).toBe('grace');
    expect(ownerOf({ roles: {}, acknowledgedBy: 'user:ada' })).toBe('user:ada');
    expect(ownerOf({ roles: {}, acknowledgedBy: null })).toBeNull();
  });
});
