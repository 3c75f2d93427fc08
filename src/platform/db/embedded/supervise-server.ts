import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../errors/holdfast-error.ts';
import type { EmbeddedLog } from './embedded-log.ts';
import type { Postmaster, ServerExit } from './postmaster.ts';

export type SupervisedServer = {
  /** The pid of the server running now; it changes with a restart. */
  pid(): number;
  /** Resolves when the server was stopped, or has died too often to be started again. */
  exited: Promise<ServerExit>;
  stop(): Promise<void>;
};

export type RestartPolicy = {
  firstBackoffMs: number;
  longestBackoffMs: number;
  maxConsecutiveFailures: number;
  /** A server that has taken connections for this long was well; an end after it starts a new count. */
  stableAfterMs: number;
};

/**
 * Twelve tries give a full disk or a lack of memory about a minute to pass. One that comes up and is killed
 * some seconds later, by the kernel for its memory say, is started again for ever: up in between is better than down.
 */
const DEFAULT_POLICY: RestartPolicy = {
  firstBackoffMs: 50,
  longestBackoffMs: 10_000,
  maxConsecutiveFailures: 12,
  stableAfterMs: 5_000,
};

/** How long to wait before the next start after so many failures in a row, in milliseconds. */
export function backoffMs(failures: number, policy: RestartPolicy = DEFAULT_POLICY): number {
  return Math.min(policy.firstBackoffMs * 2 ** failures, policy.longestBackoffMs);
}

/** Starts the server and keeps it running: when it dies by itself it is started again, with growing pauses. */
export async function superviseServer(options: {
  start: (abort: AbortSignal) => Promise<Postmaster>;
  log: EmbeddedLog;
  onRestart?: ((pid: number) => void) | undefined;
  policy?: RestartPolicy | undefined;
}): Promise<SupervisedServer> {
  const { start, log, policy = DEFAULT_POLICY } = options;
  const stopping = new AbortController();
  let current = await start(stopping.signal);

  async function startAgain(exit: ServerExit, failuresBefore: number): Promise<{ failures: number } | 'given-up'> {
    let failures = failuresBefore;
    while (failures < policy.maxConsecutiveFailures) {
      await sleep(backoffMs(failures, policy), undefined, { signal: stopping.signal }).catch(() => {});
      if (stopping.signal.aborted) return 'given-up';
      failures += 1;
      try {
        current = await start(stopping.signal);
        log.warn({ pid: current.pid, ...exit }, 'PostgreSQL was started again');
        options.onRestart?.(current.pid);
        return { failures };
      } catch (error) {
        if (stopping.signal.aborted) return 'given-up';
        log.error({ failures, err: error }, `PostgreSQL could not be started again: ${messageOf(error)}`);
      }
    }
    log.error({ failures }, 'PostgreSQL keeps ending; giving up');
    return 'given-up';
  }

  async function watch(): Promise<ServerExit> {
    let failures = 0;
    for (;;) {
      const startedAt = performance.now();
      const exit = await current.exited;
      if (stopping.signal.aborted) return exit;
      log.error({ pid: current.pid, ...exit }, 'PostgreSQL ended unexpectedly');
      if (performance.now() - startedAt >= policy.stableAfterMs) failures = 0;
      const result = await startAgain(exit, failures);
      if (result === 'given-up') return exit;
      failures = result.failures;
      // stop() may have come between the start and here, and have stopped the server before this one.
      if (stopping.signal.aborted) return current.stop();
    }
  }

  const exited = watch();
  let stopped: Promise<void> | undefined;
  return {
    pid: () => current.pid,
    exited,
    stop() {
      stopped ??= (async () => {
        stopping.abort();
        await current.stop();
        await exited;
      })();
      return stopped;
    },
  };
}
