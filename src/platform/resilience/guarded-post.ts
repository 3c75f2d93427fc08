import { createGuard } from './guarded-call.ts';
import { type HttpAnswer, sendHttp } from './http-client.ts';
import { type Delivery, judgeAnswer, judgeFailure } from './judge-delivery.ts';

const TIMEOUT_MS = 8_000;
const FAILURES_TO_OPEN = 5;
const HALF_OPEN_AFTER_MS = 1_000;

/** One POST: where to, with what. */
export type Post = { url: string; headers: Readonly<Record<string, string>>; body: string };

/**
 * Tells somebody outside by one POST per message, behind a breaker that remembers failures. The dedup key is in
 * `Idempotency-Key`, the same over retries. Never throws.
 * @param name of the breaker, and of its metrics
 * @param write what is sent
 * @param judge what an answer means, where its status alone does not say
 */
export function createGuardedPost<Message extends { dedupKey: string }>(
  name: string,
  write: (message: Message) => Post,
  judge: (answer: HttpAnswer) => Delivery = judgeAnswer,
): (message: Message, signal: AbortSignal) => Promise<Delivery> {
  const guard = createGuard(name, {
    timeoutMs: TIMEOUT_MS + 1_000,
    failuresToOpen: FAILURES_TO_OPEN,
    halfOpenAfterMs: HALF_OPEN_AFTER_MS,
  });
  return async (message, signal) => {
    try {
      const { url, headers, body } = write(message);
      const answer = await guard.call((limit) =>
        sendHttp({
          method: 'POST',
          url,
          timeoutMs: TIMEOUT_MS,
          // A redirected POST arrives as a GET without its body: that would count as sent and tell nobody.
          mostRedirects: 0,
          signal: AbortSignal.any([signal, limit]),
          body,
          headers: { 'idempotency-key': message.dedupKey, ...headers },
        }),
      );
      return judge(answer);
    } catch (thrown) {
      return judgeFailure(thrown);
    }
  };
}
