import type { SendResult } from './channel.ts';

/** After this many attempts a page is given up and shown as failed. */
export const MOST_ATTEMPTS = 12;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 60_000;

export type NextPageState = {
  state: 'sent' | 'uncertain' | 'queued' | 'failed' | 'acked' | 'cancelled';
  reason: string | null;
  retryAfterMs: number | null;
};

/**
 * The state a page takes after an attempt.
 * @param acknowledged the incident was acknowledged meanwhile: then nothing is sent again
 * @param jitter 0…1, spreads the retries of many pages
 */
export function judgeSend(
  result: SendResult,
  page: { attempt: number; acknowledged: boolean },
  jitter: number,
): NextPageState {
  if (result.kind === 'sent') return { state: page.acknowledged ? 'acked' : 'sent', reason: null, retryAfterMs: null };
  const { reason } = result;
  if (page.acknowledged && result.kind === 'try-later' && page.attempt === 1)
    return { state: 'cancelled', reason, retryAfterMs: null };
  if (page.acknowledged) return { state: 'acked', reason, retryAfterMs: null };
  if (result.kind === 'refused') return { state: 'failed', reason, retryAfterMs: null };
  if (page.attempt >= MOST_ATTEMPTS)
    return { state: 'failed', reason: `given up after ${page.attempt} attempts: ${reason}`, retryAfterMs: null };
  const backoffMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (page.attempt - 1)) * (0.75 + jitter / 2);
  const asked = result.kind === 'try-later' ? result.afterMs : null;
  return {
    state: result.kind === 'uncertain' ? 'uncertain' : 'queued',
    reason,
    retryAfterMs: Math.round(asked ?? backoffMs),
  };
}
