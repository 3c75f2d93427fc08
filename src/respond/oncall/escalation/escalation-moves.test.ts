import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SeverityRank } from '../../../contract/common.ts';
import { type PolicySpec, policySpecSchema } from '../../../contract/oncall.ts';
import { findScheme } from '../../incidents/index.ts';
import { defaultCalendar } from '../schedules/business-time.ts';
import { type EscalationFacts, type EscalationSnapshot, movesToCome } from './escalation-moves.ts';
import { SHIPPED_POLICIES } from './shipped-policies.ts';

const MINUTE_MS = 60_000;
const START = new Date('2026-03-06T16:00:00.000Z');

const snapshotOf = (policy: PolicySpec, scheme: string): EscalationSnapshot => ({
  policy,
  team: 'platform',
  calendar: defaultCalendar('UTC'),
  levels: findScheme(scheme).levels,
});

type Happening = { atMinutes: number; acknowledged?: true; over?: true; severity?: SeverityRank };

/** What fires when, in minutes from the start, while things happen in between. */
function play(snapshot: EscalationSnapshot, severity: SeverityRank, happenings: readonly Happening[] = []): string[] {
  const facts: EscalationFacts = { startedAt: START, severity, acknowledged: false, over: false, fired: [] };
  const told: string[] = [];
  const left = [...happenings];
  let now = START;
  for (;;) {
    const [move] = movesToCome(snapshot, facts);
    const happening = left[0] ? new Date(START.getTime() + left[0].atMinutes * MINUTE_MS) : null;
    if (happening && (!move || happening <= move.dueAt)) {
      const { atMinutes: _at, ...change } = left.shift()!;
      Object.assign(facts, change);
      now = happening;
      continue;
    }
    if (!move) return told;
    now = move.dueAt > now ? move.dueAt : now;
    facts.fired = [...facts.fired, move];
    const minutes = (now.getTime() - START.getTime()) / MINUTE_MS;
    told.push(`${minutes}: ${snapshot.policy.steps[move.step]!.name}${move.round > 0 ? ` again` : ''}`);
  }
}
const shipped = (name: string, scheme: string) => snapshotOf(SHIPPED_POLICIES[name]!, scheme);

describe('the matrix of the architect runbook', () => {
  const matrix = shipped('architect', 'p1-p4');
  it('goes to its last level when nobody does anything about a P1', () => {
    expect(play(matrix, 1)).toEqual([
      '0: Level 1: engineer on call',
      '0: Level 2: manager and lead engineer',
      '15: Level 3: director and VP engineering',
      '30: Level 4: outage',
    ]);
  });
  it('waits five minutes for a response to a P3, and asks for no outage to be declared', () => {
    expect(play(matrix, 3)).toEqual([
      '0: Level 1: engineer on call',
      '5: Level 2: manager and lead engineer',
      '15: Level 3: director and VP engineering',
    ]);
  });
  it('goes on with what waits for a resolve after an acknowledgement, and ends with it', () => {
    expect(play(matrix, 3, [{ atMinutes: 4, acknowledged: true }])).toEqual([
      '0: Level 1: engineer on call',
      '15: Level 3: director and VP engineering',
    ]);
    expect(play(matrix, 1, [{ atMinutes: 14, over: true }])).toHaveLength(2);
  });
  it('catches up when a severity is raised', () => {
    expect(play(matrix, 3, [{ atMinutes: 40, severity: 1 }])).toEqual([
      '0: Level 1: engineer on call',
      '5: Level 2: manager and lead engineer',
      '15: Level 3: director and VP engineering',
      '40: Level 4: outage',
    ]);
  });
});

describe('the path of the drift runbook', () => {
  const path = shipped('driftmgr', 'driftmgr');
  it('gives each level the response time of the severity', () => {
    expect(play(path, 1)).toEqual(['0: L1: support', '15: L2: engineering', '30: L3: architecture', '45: Management']);
    expect(play(path, 3).at(-1)).toBe('360: Management');
  });
  it('counts in business days where the response time does', () => {
    // Friday 16:00: the ends of Monday, Tuesday and Wednesday.
    const days = [73, 97, 121].map((hours) => hours * 60);
    expect(play(path, 4)).toEqual([
      '0: L1: support',
      `${days[0]}: L2: engineering`,
      `${days[1]}: L3: architecture`,
      `${days[2]}: Management`,
    ]);
  });
});

describe('the path of the discovery runbook', () => {
  const path = shipped('discovery-agent', 'discovery-agent');
  it('tells management of a P0 only, and asks for a ticket below', () => {
    expect(play(path, 1)).toEqual([
      '0: L1: on-call engineer',
      '30: L2: team lead',
      '60: L3: infrastructure team',
      '60: L4: management',
    ]);
    expect(play(path, 2)).toEqual(['0: L1: on-call engineer', '30: L2: team lead', '60: L3: infrastructure team']);
    expect(play(path, 4)).toEqual(['0: Ticket']);
  });
});

describe('the severities of the platform runbook', () => {
  it.each([
    [1, '5: SEV1: CTO and VP engineering'],
    [2, '15: SEV2: engineering manager'],
    [3, '60: SEV3: team lead'],
    [4, '240: SEV4: on-call engineer again'],
  ] as const)('tell of a rank %i without a response: %s', (severity, last) => {
    expect(play(shipped('idp', 'idp'), severity)).toEqual(['0: On-call engineer', last]);
  });
});

describe('a policy that repeats', () => {
  const policy = policySpecSchema.parse({
    repeat: { times: 2, every: '10m' },
    steps: [
      { name: 'a', when: [{ unackedAfter: '0s' }], to: [{ user: 'ada' }] },
      { name: 'b', when: [{ unackedAfter: '5m' }], to: [{ user: 'grace' }] },
      { name: 'c', when: [{ unresolvedAfter: '7m' }], to: [{ user: 'linus' }] },
    ],
  });
  it('asks for an acknowledgement again and again, and for the rest once', () => {
    expect(play(snapshotOf(policy, 'p1-p4'), 2)).toEqual([
      '0: a',
      '5: b',
      '7: c',
      '10: a again',
      '15: b again',
      '20: a again',
      '25: b again',
    ]);
    expect(play(snapshotOf(policy, 'p1-p4'), 2, [{ atMinutes: 6, acknowledged: true }])).toEqual([
      '0: a',
      '5: b',
      '7: c',
    ]);
  });
});

describe('any policy', () => {
  const delay = fc.integer({ min: 0, max: 90 }).map((minutes) => `${minutes}m`);
  const rank = fc.constantFrom<SeverityRank>(1, 2, 3, 4);
  const step = fc.record(
    {
      name: fc.constant('step'),
      to: fc.constant([{ user: 'ada' }]),
      when: fc.array(
        fc.oneof(
          fc.record({ unackedAfter: delay }),
          fc.record({ unresolvedAfter: delay }),
          fc.record({ severityAtOnce: fc.uniqueArray(rank, { minLength: 1 }) }),
          fc.constant({ unackedAfter: 'response time' }),
        ),
        { minLength: 1, maxLength: 3 },
      ),
      severities: fc.uniqueArray(rank, { minLength: 1 }),
    },
    { requiredKeys: ['name', 'to', 'when'] },
  );
  it('fires no step twice in a round, none that waits for an acknowledgement after it, and nothing after the end', () => {
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 1, maxLength: 6 }),
        rank,
        fc.integer({ min: 0, max: 120 }),
        fc.integer({ min: 0, max: 120 }),
        (steps, severity, acknowledgedAt, overAfter) => {
          const snapshot = snapshotOf(policySpecSchema.parse({ steps, repeat: { times: 2, every: '20m' } }), 'idp');
          const overAt = acknowledgedAt + overAfter;
          const facts: EscalationFacts = { startedAt: START, severity, acknowledged: false, over: false, fired: [] };
          for (let minute = 0; minute < 300; minute += 1) {
            facts.acknowledged = minute >= acknowledgedAt;
            facts.over = minute >= overAt;
            for (const move of movesToCome(snapshot, facts).filter(
              (each) => each.dueAt.getTime() <= START.getTime() + minute * MINUTE_MS,
            )) {
              expect(facts.over).toBe(false);
              if (facts.acknowledged) expect(move.cause).not.toBe('unacked');
              expect(facts.fired).not.toContainEqual(expect.objectContaining({ round: move.round, step: move.step }));
              facts.fired = [...facts.fired, move];
            }
          }
          expect(movesToCome(snapshot, facts)).toEqual([]);
        },
      ),
      { numRuns: 60 },
    );
  });
});
