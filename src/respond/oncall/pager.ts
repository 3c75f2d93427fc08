import type { Clock } from '../../platform/clock/clock.ts';
import { type Database, isConnectionLoss } from '../../platform/db/database.ts';
import { messageOf } from '../../platform/errors/holdfast-error.ts';
import type { Wakeups } from '../../platform/events/wakeups.ts';
import type { Logger } from '../../platform/log/logger.ts';
import { createSendLoop } from '../../platform/work/send-loop.ts';
import type { Channel, Channels, InsideChannel, SendResult } from './channel.ts';
import { judgeSend } from './judge-send.ts';
import { type ClaimedPage, claimPages, holdAnswer, nextPageDue, readAnswer, recordSend } from './page-store.ts';

/** Pages sent by one process at once. */
const SENDS_AT_ONCE = 16;
/** The longest a channel may take for one send. */
export const SEND_TIMEOUT_MS = 10_000;
const SENDING_GRACE_MS = 5_000;

export type Pager = { stop(): Promise<void> };

/** Sends due pages. Rows own the retries; a page whose sender died is sent again under the same dedup key. */
export function startPager(deps: {
  database: Database;
  clock: Clock;
  wakeups: Wakeups;
  logger: Logger;
  channels: Channels;
  /** A person's own way to be reached, by its id; null when it is gone. */
  contactChannel?: (contactMethodId: string) => Promise<Channel | null>;
  workerId: string;
}): Pager {
  const channelOf = async (page: ClaimedPage): Promise<Channel | null> => {
    if (page.contactMethodId === null) return deps.channels[page.channel] ?? null;
    return (await deps.contactChannel?.(page.contactMethodId)) ?? null;
  };

  const attempt = async (page: ClaimedPage): Promise<void> => {
    const channel = await channelOf(page).catch((thrown: unknown) => {
      if (isConnectionLoss(thrown)) throw thrown;
      return messageOf(thrown);
    });
    // Acknowledged between the claim and now: the person has it.
    if ((await readAnswer(deps.database.db, page)) !== 'none')
      return settle(page, { kind: 'try-later', reason: 'acknowledged', afterMs: null });
    // A secret that does not open will not open at the next attempt either.
    if (typeof channel === 'string') return settle(page, { kind: 'refused', reason: channel });
    if (!channel) {
      const reason =
        page.contactMethodId === null
          ? `no channel "${page.channel}" in the configuration`
          : `${page.recipient} has this ${page.channel} contact method no more`;
      return settle(page, { kind: 'refused', reason });
    }
    if (channel.kind === 'inside') {
      // Its effect and the page's state are one transaction: what fails has certainly told nobody.
      await deliverInside(page, channel).catch((thrown: unknown) =>
        settle(page, { kind: 'try-later', reason: messageOf(thrown), afterMs: null }),
      );
      return;
    }
    const result = await channel
      .send(page, AbortSignal.timeout(SEND_TIMEOUT_MS))
      .catch((thrown: unknown): SendResult => ({ kind: 'uncertain', reason: messageOf(thrown) }));
    await settle(page, result);
  };

  const deliverInside = (page: ClaimedPage, channel: InsideChannel): Promise<void> =>
    deps.database.transact(async (tx) => {
      const at = deps.clock.now();
      const answer = await holdAnswer(tx, page);
      const tried: SendResult =
        answer === 'none' ? { kind: 'sent' } : { kind: 'try-later', reason: 'acknowledged', afterMs: null };
      const next = judgeSend(tried, { attempt: page.attempt, answer }, 0);
      const recorded = await recordSend(tx, page, deps.workerId, next, at);
      if (recorded && answer === 'none') await channel.deliver(tx, page, at);
    });

  const settle = async (page: ClaimedPage, result: SendResult): Promise<void> => {
    await deps.database.transact(async (tx) => {
      const answer = await readAnswer(tx, page);
      const next = judgeSend(result, { attempt: page.attempt, answer }, Math.random());
      await recordSend(tx, page, deps.workerId, next, deps.clock.now());
    });
  };

  const loop = createSendLoop<ClaimedPage>({
    name: 'pager',
    logger: deps.logger,
    clock: deps.clock,
    atOnce: SENDS_AT_ONCE,
    claim: (most) =>
      claimPages(deps.database, {
        now: deps.clock.now(),
        by: deps.workerId,
        most,
        sendingForMs: SEND_TIMEOUT_MS + SENDING_GRACE_MS,
      }),
    nextDue: () => nextPageDue(deps.database),
    attempt,
    onAttempted: () => deps.wakeups.kick('outbox'),
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
