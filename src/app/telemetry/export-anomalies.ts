import { createAnomalySender, type OtlpReceiver } from '../../channels/otlp/send-anomalies.ts';
import {
  claimExport,
  type DueExport,
  delayExport,
  endExport,
  nextExportDue,
} from '../../detect/anomaly/streams/index.ts';
import type { Clock } from '../../platform/clock/clock.ts';
import type { Database } from '../../platform/db/database.ts';
import type { Wakeups } from '../../platform/events/wakeups.ts';
import type { Logger } from '../../platform/log/logger.ts';
import { createSendLoop } from '../../platform/work/send-loop.ts';

/** Anomalies of one request. */
const MOST_TOGETHER = 200;
const SENDING_FOR_MS = 15_000;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 5 * 60_000;

/**
 * Sends every anomaly to an OTLP receiver, at least once: its row goes when the receiver has said that it has it. What
 * the receiver refuses for good stays in sight (`holdfast_anomaly_exports`), and what waits for it is not held up.
 */
export function startAnomalyExport(
  deps: { database: Database; clock: Clock; wakeups: Wakeups; logger: Logger },
  receiver: OtlpReceiver,
): { stop(): Promise<void> } {
  const { database, clock, logger } = deps;
  const send = createAnomalySender(receiver);
  const stopping = new AbortController();
  const attempt = async ({ attempt: nth, anomalies }: DueExport): Promise<void> => {
    const ids = anomalies.map(({ id }) => id);
    const outcome = await send(anomalies, stopping.signal);
    if (outcome.kind === 'sent') return endExport(database.db, ids);
    const { reason } = outcome;
    if (outcome.kind === 'refused') {
      logger.error({ reason, anomalies: ids.length }, 'the OTLP receiver refuses anomalies; they are not sent again');
      return delayExport(database.db, ids, { reason, nextAttemptAt: null });
    }
    const asked = outcome.kind === 'try-later' ? outcome.afterMs : null;
    const waitMs = asked ?? Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(nth - 1, 20));
    logger.warn({ reason, anomalies: ids.length, waitMs }, 'anomalies could not be sent; they are tried again');
    return delayExport(database.db, ids, { reason, nextAttemptAt: new Date(clock.now().getTime() + waitMs) });
  };
  const loop = createSendLoop<DueExport>({
    name: 'anomaly export',
    logger,
    clock,
    // In order, one request after the other.
    atOnce: 1,
    claim: async () => {
      const due = await claimExport(database, { now: clock.now(), most: MOST_TOGETHER, sendingForMs: SENDING_FOR_MS });
      return due ? [due] : [];
    },
    nextDue: () => nextExportDue(database.db),
    attempt,
  });
  const off = deps.wakeups.on('outbox', loop.wake);
  loop.wake();
  return {
    async stop() {
      off();
      stopping.abort();
      await loop.stop();
    },
  };
}
