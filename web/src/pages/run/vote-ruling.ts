import type { Session } from '../../../../src/contract/identity.ts';
import type { Approval } from '../../../../src/contract/run.ts';
import { mayAct } from '../../lib/roles.ts';

/** Whether the person who looks may approve, and if not, who may. The server rules; this tells before it is asked. */
export type VoteRuling =
  | { kind: 'may'; confirm: string | null }
  | { kind: 'may-reject-only'; why: string }
  | { kind: 'may-not'; why: string };

export function ruleVote(approval: Approval, session: Session): VoteRuling {
  if (!mayAct(session.role, 'approver')) {
    return { kind: 'may-not', why: `You are ${session.role}: an approver or an admin decides.` };
  }
  const voted = approval.votes.some((vote) => vote.by === session.actor);
  if (voted) return { kind: 'may-not', why: 'You have voted: another approver decides now.' };
  if (approval.startedBy !== session.actor) return { kind: 'may', confirm: null };
  if (session.singleUser) return { kind: 'may', confirm: approval.effect.title };
  return { kind: 'may-reject-only', why: 'You started this run: another approver decides.' };
}
