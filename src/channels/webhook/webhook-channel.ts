import { messageOf } from '../../platform/errors/holdfast-error.ts';
import { createGuard } from '../../platform/resilience/guarded-call.ts';
import { type HttpAnswer, sendHttp } from '../../platform/resilience/http-client.ts';
import { signWebhook } from '../../platform/resilience/webhook-signature.ts';
import type { OutsideChannel, SendResult } from '../../respond/oncall/index.ts';

const TIMEOUT_MS = 8_000;
const LONGEST_RETRY_AFTER_MS = 10 * 60_000;
/** These errors come before the first byte was sent: the receiver has nothing. */
const NOT_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'circuit.open',
  'bulkhead.full',
]);

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
        const code = String((thrown as { code?: unknown }).code ?? '');
        return NOT_SENT.has(code)
          ? { kind: 'try-later', reason: messageOf(thrown), afterMs: null }
          : { kind: 'uncertain', reason: messageOf(thrown) };
      }
    },
  };
}

function judgeAnswer(answer: HttpAnswer): SendResult {
  const { status } = answer;
  if (status >= 200 && status < 300) return { kind: 'sent' };
  if (status === 429 || status === 503)
    return { kind: 'try-later', reason: `HTTP ${status}`, afterMs: parseRetryAfter(answer.headers['retry-after']) };
  // The receiver failed somewhere in its work: it may have told somebody already.
  if (status >= 500 || status === 408) return { kind: 'uncertain', reason: `HTTP ${status}` };
  return { kind: 'refused', reason: `HTTP ${status}` };
}

function parseRetryAfter(value: string | undefined): number | null {
  if (!value) return null;
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1_000;
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds * 1_000, LONGEST_RETRY_AFTER_MS) : null;
}
