import { createGuard } from '../../platform/resilience/guarded-call.ts';
import { sendHttp } from '../../platform/resilience/http-client.ts';
import { judgeAnswer, judgeFailure } from '../../platform/resilience/judge-delivery.ts';
import { signWebhook } from '../../platform/resilience/webhook-signature.ts';
import type { OutsideChannel } from '../../respond/oncall/index.ts';

const TIMEOUT_MS = 8_000;
/** A signed POST per page. The dedup key is the same over retries, in the body and in `Idempotency-Key`. */
export function createWebhookChannel(options: {
  name: string;
  url: string;
  secret: string;
  nowSeconds?: () => number;
}): OutsideChannel {
  const nowSeconds = options.nowSeconds ?? (() => Math.floor(Date.now() / 1_000));
  const guard = createGuard(`webhook ${options.name}`, {
    timeoutMs: TIMEOUT_MS + 1_000,
    failuresToOpen: 5,
    halfOpenAfterMs: 1_000,
  });
  return {
    kind: 'outside',
    async send(page, signal) {
      const body = JSON.stringify({
        kind: 'page',
        dedupKey: page.dedupKey,
        attempt: page.attempt,
        to: page.recipient,
        at: page.queuedAt,
        ...page.message,
      });
      try {
        const answer = await guard.call((limit) =>
          sendHttp({
            method: 'POST',
            url: options.url,
            timeoutMs: TIMEOUT_MS,
            // A redirected POST arrives as a GET without its body: that would count as sent and tell nobody.
            mostRedirects: 0,
            signal: AbortSignal.any([signal, limit]),
            body,
            headers: {
              'content-type': 'application/json',
              'idempotency-key': page.dedupKey,
              'holdfast-signature': signWebhook(options.secret, body, nowSeconds()),
            },
          }),
        );
        return judgeAnswer(answer);
      } catch (thrown) {
        return judgeFailure(thrown);
      }
    },
  };
}
