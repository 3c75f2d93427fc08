import { describe, expect, it } from 'vitest';
import type { Session } from '../../../../src/contract/identity.ts';
import type { Approval } from '../../../../src/contract/run.ts';
import { ruleVote } from './vote-ruling.ts';

const session = (change: Partial<Session>): Session => ({
  actor: 'user:ada',
  userId: 'usr_1',
  name: 'ada',
  role: 'approver',
  by: 'session',
  singleUser: false,
  expiresAt: null,
  ...change,
});
const approval = (change: Partial<Approval>) =>
  ({ startedBy: 'system', votes: [], effect: { title: 'Fail over' }, ...change }) as unknown as Approval;

describe('who may vote', () => {
  it('an approver may, on a run somebody else started', () => {
    expect(ruleVote(approval({}), session({}))).toEqual({ kind: 'may', confirm: null });
  });

  it('an operator may not', () => {
    expect(ruleVote(approval({}), session({ role: 'operator' })).kind).toBe('may-not');
  });

  it('the starter may only reject', () => {
    expect(ruleVote(approval({ startedBy: 'user:ada' }), session({})).kind).toBe('may-reject-only');
  });

  it('the starter who is alone confirms by typing what it does', () => {
    const ruling = ruleVote(approval({ startedBy: 'user:ada' }), session({ singleUser: true }));
    expect(ruling).toEqual({ kind: 'may', confirm: 'Fail over' });
  });

  it('nobody votes twice', () => {
    const votes = [{ by: 'user:ada', decision: 'approve' as const, at: '', reason: null }];
    expect(ruleVote(approval({ votes }), session({})).kind).toBe('may-not');
  });
});
