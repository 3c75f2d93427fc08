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
 * @param pass returns true when more is waiting
 */
export function createDrainLoop(options: { name: string; logger: Logger; pass: () => Promise<boolean> }): DrainLoop {
  let running: Promise<void> | null = null;
  let again = false;
  let stopped = false;
  let retry: NodeJS.Timeout | null = null;
  let failures = 0;

  const run = async () => {
    try {
      do {
        again = false;
        if (await options.pass()) again = true;
        failures = 0;
      } while (again && !stopped);
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
  const wake = () => {
    if (retry) clearTimeout(retry);
    retry = null;
    if (stopped) return;
    again = true;
    running ??= run();
  };
  return {
    wake,
    async stop() {
      stopped = true;
      if (retry) clearTimeout(retry);
      await running;
    },
  };
}
