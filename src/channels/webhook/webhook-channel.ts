import { createGuardedPost } from '../../platform/resilience/guarded-post.ts';
import { signWebhook } from '../../platform/resilience/webhook-signature.ts';
import type { OutsideChannel } from '../../respond/oncall/index.ts';

/** A signed POST per page. The dedup key is the same over retries, in the body and in `Idempotency-Key`. */
export function createWebhookChannel(options: {
  name: string;
  url: string;
  secret: string;
  nowSeconds?: () => number;
}): OutsideChannel {
  const nowSeconds = options.nowSeconds ?? (() => Math.floor(Date.now() / 1_000));
  return {
    kind: 'outside',
    send: createGuardedPost(`webhook ${options.name}`, (page) => {
      const body = JSON.stringify({
        kind: 'page',
        dedupKey: page.dedupKey,
        attempt: page.attempt,
        to: page.recipient,
        at: page.queuedAt,
        ...page.message,
      });
      return {
        url: options.url,
        body,
        headers: {
          'content-type': 'application/json',
          'holdfast-signature': signWebhook(options.secret, body, nowSeconds()),
        },
      };
    }),
  };
}
