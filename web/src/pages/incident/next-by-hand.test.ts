import { describe, expect, it } from 'vitest';
import type { Escalation, FiredStep } from '../../../../src/contract/escalation.ts';
import { nextByHand, runningOf } from './next-by-hand.ts';

const AT = '2026-11-21T10:00:00.000Z';
const fired = (round: number, step: number): FiredStep => ({
  round,
  step,
  name: `step ${step}`,
  cause: 'unacked',
  dueAt: AT,
  firedAt: AT,
  paged: [],
  asked: [],
  missing: [],
});
const escalation = (of: Partial<Escalation>): Escalation => ({
  id: 'esc_1',
  incidentId: 'inc_1',
  policy: 'shop',
  policyVersion: 1,
  team: null,
  startedAt: AT,
  endedAt: null,
  endedBecause: null,
  fired: [],
  toCome: [],
  snapshot: {
    steps: ['On call', 'Manager', 'Director'].map((name) => ({
      name,
      when: [{ unackedAfter: '5m' }],
      to: [{ user: 'ada' }],
      do: ['page'],
    })),
    fallback: [],
  },
  ...of,
});

describe('what escalating by hand fires', () => {
  it.each([
    ['nothing fired yet', [], 'On call'],
    ['the first fired', [fired(0, 0)], 'Manager'],
    ['a later one fired before an earlier', [fired(0, 0), fired(0, 2)], 'Manager'],
    ['rounds after the first do not count', [fired(0, 0), fired(1, 1)], 'Manager'],
    ['all fired', [fired(0, 0), fired(0, 1), fired(0, 2)], undefined],
  ])('%s', (_name, steps, expected) => {
    expect(nextByHand(escalation({ fired: steps }))?.name).toBe(expected);
  });

  it('goes on with the escalation that has not ended', () => {
    const ended = escalation({ id: 'esc_0', endedAt: AT });
    expect(runningOf([ended, escalation({})])?.id).toBe('esc_1');
    expect(runningOf([ended])).toBeNull();
    expect(runningOf([])).toBeNull();
  });
});
