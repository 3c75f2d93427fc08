import type { Logger } from '../log/logger.ts';

export type DrainLoop = {
  /** Asks for a pass: starts one, or another right after the one under way. */
  wake(): void;
  /** No pass starts any more; resolves when the one under way has ended. */
  stop(): Promise<void>;
};

const RETRY_AFTER_FAILURE_MS = 250;

/**
 * Runs `pass` whenever woken, never two at once, again while it says there is more. A failed pass is logged and tried
 * again: its work is rows, so nothing is lost by a throw.
 * @param options.pass returns true when more is waiting
 * @param options.gapMs least time from one pass to the next, unless it said that more is waiting: what is woken all the
 *   time does more at once. The first wake after a rest is followed at once.
 */
export function createDrainLoop(options: {
  name: string;
  logger: Logger;
  pass: () => Promise<boolean>;
  gapMs?: number;
}): DrainLoop {
  const { gapMs = 0 } = options;
  let running: Promise<void> | null = null;
  let again = false;
  let stopped = false;
  let retry: NodeJS.Timeout | null = null;
  let rest: NodeJS.Timeout | null = null;
  let failures = 0;
  let lastEndedAtMs = Number.NEGATIVE_INFINITY;

  const run = async () => {
    try {
      do {
        again = false;
        const more = await options.pass();
        lastEndedAtMs = more ? Number.NEGATIVE_INFINITY : performance.now();
        again ||= more;
        failures = 0;
      } while (again && !stopped && restMs() <= 0);
    } catch (thrown) {
      failures += 1;
      // The first failures of a restarting database are not worth a line each.
      options.logger[failures > 4 ? 'warn' : 'debug'](
        { err: thrown, loop: options.name },
        'pass failed, will be tried again',
      );
      if (!stopped) retry = setTimeout(wake, RETRY_AFTER_FAILURE_MS);
    } finally {
      running = null;
      if (again && !stopped && !retry) wake();
    }
  };
  const restMs = () => lastEndedAtMs + gapMs - performance.now();
  const start = () => {
    rest = null;
    running ??= run();
  };
  const wake = () => {
    if (retry) clearTimeout(retry);
    retry = null;
    if (stopped) return;
    again = true;
    if (running || rest) return;
    const waitMs = restMs();
    if (waitMs > 0) rest = setTimeout(start, waitMs);
    else start();
  };
  return {
    wake,
    async stop() {
      stopped = true;
      for (const timer of [retry, rest]) if (timer) clearTimeout(timer);
      await running;
    },
  };
}
