import type { Clock } from '../../platform/clock/clock.ts';
import type { SendOutcome } from './notifier.ts';

/** How the attempts at one notification ended. */
export type SendReport =
  | { kind: 'sent'; attempts: number }
  | { kind: 'refused' | 'gave-up' | 'stopped'; attempts: number; error: string; maybeArrived: boolean };

/** The first retry comes about half a second after the attempt began; the pause then grows by half, with jitter. */
export const RETRY = { firstPauseMs: 500, factor: 1.5, jitter: 0.5, longestPauseMs: 60_000 } as const;

/**
 * Sends until it is taken, refused for good, or the time is over. A receiver that asks to be left alone for a while
 * (`Retry-After`) is.
 * @param options.attempt must end when its signal does
 * @param options.deadlineMs domain time after which no attempt begins and the one under way is broken off
 */
export async function sendWithRetries(options: {
  attempt: (signal: AbortSignal) => Promise<SendOutcome>;
  clock: Clock;
  deadlineMs: number;
  stop: AbortSignal;
  random?: () => number;
  onFailure?: (attempts: number, reason: string) => void;
}): Promise<SendReport> {
  const { clock, stop } = options;
  const random = options.random ?? Math.random;
  const deadline = new AbortController();
  const cancelDeadline = clock.wakeAt(new Date(options.deadlineMs), () => deadline.abort());
  const signal = AbortSignal.any([deadline.signal, stop]);
  let pauseMs: number = RETRY.firstPauseMs;
  let maybeArrived = false;
  let attempts = 0;
  let error = 'no attempt was made';
  try {
    while (!signal.aborted) {
      const beganAtMs = clock.now().getTime();
      const outcome = await attemptOnce(options.attempt, signal);
      attempts += 1;
      if (outcome.kind === 'sent') return { kind: 'sent', attempts };
      error = outcome.reason;
      if (outcome.kind === 'uncertain') maybeArrived = true;
      if (outcome.kind === 'refused') return { kind: 'refused', attempts, error, maybeArrived };
      options.onFailure?.(attempts, error);
      const askedMs = outcome.kind === 'try-later' ? (outcome.afterMs ?? 0) : 0;
      const jittered = pauseMs * (1 - RETRY.jitter + 2 * RETRY.jitter * random());
      pauseMs = Math.min(pauseMs * RETRY.factor, RETRY.longestPauseMs);
      // Counted from the attempt's start: a receiver that hangs is not left alone for longer than one that refuses.
      await waitUntil(clock, Math.max(beganAtMs + jittered, clock.now().getTime() + askedMs), signal);
    }
    return { kind: stop.aborted ? 'stopped' : 'gave-up', attempts, error, maybeArrived };
  } finally {
    cancelDeadline();
  }
}

async function attemptOnce(
  attempt: (signal: AbortSignal) => Promise<SendOutcome>,
  signal: AbortSignal,
): Promise<SendOutcome> {
  try {
    return await attempt(signal);
  } catch (thrown) {
    // A notifier says how it ended; a throw says nothing, so the message may have arrived.
    return { kind: 'uncertain', reason: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}

function waitUntil(clock: Clock, atMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const cancel = clock.wakeAt(new Date(atMs), end);
    signal.addEventListener('abort', end);
  });
}
