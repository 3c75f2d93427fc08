import type { SendResult } from './channel.ts';

/** After this many attempts a page is given up and shown as failed. */
export const MOST_ATTEMPTS = 12;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 60_000;

/** Whether anybody answered for an incident; `over` is ended without an acknowledgement. */
export type IncidentAnswer = 'none' | 'acknowledged' | 'over';

export type NextPageState = {
  state: 'sent' | 'uncertain' | 'queued' | 'failed' | 'acked' | 'cancelled';
  reason: string | null;
  retryAfterMs: number | null;
};

/**
 * The state a page takes after an attempt.
 * @param page.answer what became of the incident meanwhile: once it is acknowledged or over nothing is sent again, but only
 *   an acknowledgement says that somebody heard of it
 * @param jitter 0…1, spreads the retries of many pages
 */
export function judgeSend(
  result: SendResult,
  page: { attempt: number; answer: IncidentAnswer },
  jitter: number,
): NextPageState {
  const acknowledged = page.answer === 'acknowledged';
  if (result.kind === 'sent') return { state: acknowledged ? 'acked' : 'sent', reason: null, retryAfterMs: null };
  const { reason } = result;
  if (page.answer !== 'none' && result.kind === 'try-later' && page.attempt === 1)
    return { state: 'cancelled', reason, retryAfterMs: null };
  if (acknowledged) return { state: 'acked', reason, retryAfterMs: null };
  if (page.answer === 'over')
    return { state: result.kind === 'refused' ? 'failed' : 'uncertain', reason, retryAfterMs: null };
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
