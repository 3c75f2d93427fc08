import { createGuard } from '../platform/resilience/guarded-call.ts';
import { sendHttp } from '../platform/resilience/http-client.ts';
import { judgeAnswer, judgeFailure } from '../platform/resilience/judge-delivery.ts';
import type { OutgoingPage, OutsideChannel } from '../respond/oncall/index.ts';

const TIMEOUT_MS = 8_000;
const FAILURES_TO_OPEN = 5;
const HALF_OPEN_AFTER_MS = 1_000;

/** One POST: where to, with what. */
export type PagePost = { url: string; headers: Readonly<Record<string, string>>; body: string };

/**
 * A channel that tells by one POST per page. The dedup key is in `Idempotency-Key`, the same over retries.
 * @param name of the breaker that remembers failures, and of its metrics
 * @param write what is sent; what it throws counts as refused
 */
export function createHttpPageChannel(name: string, write: (page: OutgoingPage) => PagePost): OutsideChannel {
  const guard = createGuard(name, {
    timeoutMs: TIMEOUT_MS + 1_000,
    failuresToOpen: FAILURES_TO_OPEN,
    halfOpenAfterMs: HALF_OPEN_AFTER_MS,
  });
  return {
    kind: 'outside',
    async send(page, signal) {
      try {
        const { url, headers, body } = write(page);
        const answer = await guard.call((limit) =>
          sendHttp({
            method: 'POST',
            url,
            timeoutMs: TIMEOUT_MS,
            // A redirected POST arrives as a GET without its body: that would count as sent and tell nobody.
            mostRedirects: 0,
            signal: AbortSignal.any([signal, limit]),
            body,
            headers: { 'idempotency-key': page.dedupKey, ...headers },
          }),
        );
        return judgeAnswer(answer);
      } catch (thrown) {
        return judgeFailure(thrown);
      }
    },
  };
}
