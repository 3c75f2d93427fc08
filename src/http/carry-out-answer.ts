import { HoldfastError } from '../platform/errors/holdfast-error.ts';
import { acknowledgeIncident } from '../respond/incidents/index.ts';
import { type Escalator, type PagedIncident, type PhoneAnswer, stopPages } from '../respond/oncall/index.ts';
import type { HttpDeps } from './http-deps.ts';
import { claimIdempotencyKey, findStoredAnswer, storeAnswer } from './idempotency-store.ts';

export type AnswerDeps = HttpDeps & { onCall: { escalator: Pick<Escalator, 'escalateNow'> } };

/**
 * Does what somebody answered to a page, from outside the UI.
 * @param by.delivery names what they sent: the same one, sent again, escalates once
 * @returns what became of it, in words for them
 */
export async function carryOutAnswer(
  deps: AnswerDeps,
  paged: PagedIncident,
  answer: PhoneAnswer['answer'],
  by: { reason: string; route: string; delivery: string },
): Promise<string> {
  const actor = `user:${paged.user}`;
  if (answer === 'acknowledge') {
    await acknowledgeIncident({ ...deps, stopPages }, paged.incidentId, { actor, reason: by.reason });
    return `${paged.number} is yours.`;
  }
  const scope = { caller: actor, route: by.route, key: by.delivery };
  try {
    await deps.database.transact(async (tx) => {
      if (!(await claimIdempotencyKey(tx, scope)) || (await findStoredAnswer(tx, scope))) return;
      await deps.onCall.escalator.escalateNow(tx, paged.incidentId, { actor, reason: by.reason });
      await storeAnswer(tx, scope, { bodySha256: '', status: 200, response: {} });
    });
  } catch (thrown) {
    if (thrown instanceof HoldfastError && thrown.kind === 'conflict')
      return `${paged.number} cannot be passed on: ${thrown.message}.`;
    throw thrown;
  }
  for (const topic of ['outbox', 'pages', 'timers'] as const) deps.wakeups.kick(topic);
  return `${paged.number} is passed on.`;
}
