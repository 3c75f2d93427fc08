import { createHash } from 'node:crypto';
import { createGuard } from '../../platform/resilience/guarded-call.ts';
import { sendHttp } from '../../platform/resilience/http-client.ts';
import { signWebhook } from '../../platform/resilience/webhook-signature.ts';

const TIMEOUT_MS = 8_000;

/**
 * Sends signed bodies that are no pages: a record for somebody else to keep. The same body has the same
 * `Idempotency-Key`.
 * @throws Error from the sender when the receiver did not take it
 */
export function createWebhookSender(options: {
  name: string;
  url: string;
  secret: string;
}): (body: string) => Promise<void> {
  const guard = createGuard(`webhook ${options.name}`, {
    timeoutMs: TIMEOUT_MS + 1_000,
    failuresToOpen: 5,
    halfOpenAfterMs: 1_000,
  });
  return async (body) => {
    const answer = await guard.call((signal) =>
      sendHttp({
        method: 'POST',
        url: options.url,
        timeoutMs: TIMEOUT_MS,
        mostRedirects: 0,
        signal,
        body,
        headers: {
          'content-type': 'application/json',
          'idempotency-key': createHash('sha256').update(body).digest('hex'),
          'holdfast-signature': signWebhook(options.secret, body, Math.floor(Date.now() / 1_000)),
        },
      }),
    );
    if (answer.status < 200 || answer.status >= 300) throw new Error(`HTTP ${answer.status}`);
  };
}
