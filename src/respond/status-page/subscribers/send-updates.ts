import type { Clock } from '../../../platform/clock/clock.ts';
import type { Database } from '../../../platform/db/database.ts';
import { messageOf } from '../../../platform/errors/holdfast-error.ts';
import type { Wakeups } from '../../../platform/events/wakeups.ts';
import type { SecretBox } from '../../../platform/identity/secret-box.ts';
import type { Logger } from '../../../platform/log/logger.ts';
import type { Delivery } from '../../../platform/resilience/judge-delivery.ts';
import { createSendLoop } from '../../../platform/work/send-loop.ts';
import { claimDeliveries, type DueDelivery, nextDeliveryDue, recordDelivery } from './delivery-store.ts';
import { openAddress } from './subscribe.ts';

const SENDS_AT_ONCE = 8;
const SEND_TIMEOUT_MS = 30_000;
const SENDING_GRACE_MS = 10_000;
const MOST_ATTEMPTS = 8;
const FIRST_RETRY_MS = 5_000;
const LONGEST_RETRY_MS = 30 * 60_000;

/** One message to one subscriber; `update` is null for the question whether they want to hear of any. */
export type SubscriberMessage = {
  /** The same over retries. */
  id: string;
  to: string;
  token: string;
  update: { id: string; noticeId: string; name: string; status: string; body: string; at: Date } | null;
  at: Date;
};

/** How messages go out, by the subscriber's kind. */
export type SubscriberSenders = Readonly<
  Record<DueDelivery['kind'], ((message: SubscriberMessage, signal: AbortSignal) => Promise<Delivery>) | null>
>;

/** Sends updates to subscribers. Rows own the retries. */
export function startSubscriberSender(deps: {
  database: Database;
  clock: Clock;
  wakeups: Wakeups;
  logger: Logger;
  secretBox: SecretBox;
  senders: SubscriberSenders;
  workerId: string;
}): { stop(): Promise<void> } {
  const send = async (delivery: DueDelivery): Promise<Delivery> => {
    const sender = deps.senders[delivery.kind];
    if (!sender) return { kind: 'refused', reason: `no way to send by ${delivery.kind} in the configuration` };
    const { address, token } = openAddress(deps.secretBox, {
      id: delivery.subscriberId,
      addressBox: delivery.addressBox,
    });
    const { update } = delivery;
    const message = {
      id: delivery.id,
      to: address,
      token,
      update: update && { ...update, at: new Date(update.at) },
      at: delivery.queuedAt,
    };
    return sender(message, AbortSignal.timeout(SEND_TIMEOUT_MS));
  };
  const attempt = async (delivery: DueDelivery): Promise<void> => {
    const result = await send(delivery).catch(
      (thrown: unknown): Delivery => ({
        kind: 'uncertain',
        reason: messageOf(thrown),
      }),
    );
    const at = deps.clock.now();
    await recordDelivery(deps.database.db, delivery, { ...judge(result, delivery.attempt, at), at });
  };

  const loop = createSendLoop<DueDelivery>({
    name: 'status subscribers',
    logger: deps.logger,
    clock: deps.clock,
    atOnce: SENDS_AT_ONCE,
    claim: (most) =>
      claimDeliveries(deps.database, {
        now: deps.clock.now(),
        by: deps.workerId,
        most,
        sendingForMs: SEND_TIMEOUT_MS + SENDING_GRACE_MS,
      }),
    nextDue: () => nextDeliveryDue(deps.database),
    attempt,
  });
  const off = deps.wakeups.on('pages', loop.wake);
  loop.wake();
  return {
    async stop() {
      off();
      await loop.stop();
    },
  };
}

function judge(result: Delivery, attempt: number, at: Date) {
  if (result.kind === 'sent') return { state: 'sent' as const, reason: null, nextAttemptAt: null };
  if (result.kind === 'refused' || attempt >= MOST_ATTEMPTS)
    return { state: 'failed' as const, reason: result.reason, nextAttemptAt: null };
  const asked = result.kind === 'try-later' ? result.afterMs : null;
  const waitMs = asked ?? Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (attempt - 1)) * (0.75 + Math.random() / 2);
  return { state: 'queued' as const, reason: result.reason, nextAttemptAt: new Date(at.getTime() + waitMs) };
}
