import { setTimeout as sleep } from 'node:timers/promises';
import { isConnectionLoss } from './database.ts';

/** How long after a lost connection the statement is tried again. */
const RETRY_AFTER_OUTAGE_MS = 200;

/**
 * Repeats work that may be repeated until the database answers, whatever it answers; other failures pass through.
 * @param mayGoOn asked before each further attempt; false rethrows the loss
 */
export async function outlastOutage<T>(work: () => Promise<T>, mayGoOn: () => boolean = () => true): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (thrown) {
      if (!isConnectionLoss(thrown) || !mayGoOn()) throw thrown;
      await sleep(RETRY_AFTER_OUTAGE_MS);
    }
  }
}
