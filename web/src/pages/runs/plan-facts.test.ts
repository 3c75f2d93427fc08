import { describe, expect, it } from 'vitest';
import type { Plan, PlannedStep } from '../../../../src/contract/runbook.ts';
import { planTotals, stepFacts } from './plan-facts.ts';

const step = (change: object): PlannedStep =>
  ({
    id: 'a',
    kind: 'shell',
    risk: 'read',
    approvals: 0,
    when: null,
    bound: null,
    reversible: false,
    verify: null,
    retry: { attempts: 1, delayMs: 0 },
    action: { kind: 'shell', script: '', parameters: {} },
    ...change,
  }) as unknown as PlannedStep;
const plan = (...steps: PlannedStep[]): Plan =>
  ({ steps, choices: [], inputs: { HOSTS: 'web-1 web-2' } }) as unknown as Plan;

describe('what a plan says about a step', () => {
  it.each([
    [
      { action: { kind: 'foreach', members: ['b'], items: '{{HOSTS}}', as: 'HOST', atOnce: 2 } },
      'for each HOST in web-1 web-2, 2 at once',
    ],
    [
      { action: { kind: 'metric-gate', query: 'up', forMs: 600_000, everyMs: 30_000, withinMs: 1_800_000 } },
      'must hold for 10 min, asked every 30 s, within 30 min',
    ],
    [{ action: { kind: 'lock', name: 'shop-db' } }, 'waits until no other run holds shop-db, then holds it to the end'],
    [{ risk: 'destroy' }, 'needs 1 approval'],
    [{ approvals: 2 }, 'needs 2 approvals'],
    [{ reversible: true }, 'can be rolled back'],
    [{ retry: { attempts: 3, delayMs: 0 } }, 'tried up to 3 times'],
  ])('%j: %s', (change, fact) => {
    const told = step(change);
    expect(stepFacts(told, plan(told))).toEqual([fact]);
  });

  it('a part of a container asks for nothing by itself', () => {
    const part = step({ risk: 'destroy', within: 'each' });
    expect(stepFacts(part, plan(part))).toEqual([]);
  });

  it('counts what changes, what is asked for and what has no way back', () => {
    const container = step({
      kind: 'foreach',
      risk: 'destroy',
      action: { kind: 'foreach', items: '', as: 'H', members: [], atOnce: 1 },
    });
    const totals = planTotals(
      plan(step({}), container, step({ risk: 'destroy', within: 'a' }), step({ risk: 'change', reversible: true })),
    );
    expect(totals).toEqual({ steps: 3, changes: 2, approvals: 1, irreversible: 1 });
  });
});
