import type { Tx } from '../../platform/db/database.ts';
import { endEscalationOf } from './escalation/escalator.ts';
import { stopQueuedPages } from './page-store.ts';

/**
 * In the transaction of an acknowledgement or a resolve: nothing that has not left is sent any more. An acknowledged
 * incident's escalation goes on only with what waits for it to be resolved; a resolved one's has ended.
 * @param by.because the incident is over, and why; then its escalation has ended also where somebody answered
 */
export async function stopPages(
  tx: Tx,
  incidentId: string,
  by: { at: Date; actor: string; answered: boolean; because?: string },
): Promise<void> {
  await stopQueuedPages(tx, incidentId, by);
  if (by.answered && by.because === undefined) return;
  await endEscalationOf(tx, incidentId, { at: by.at, because: by.because ?? 'the incident is resolved' });
}
