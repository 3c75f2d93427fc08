import { messageOf } from '../platform/errors/holdfast-error.ts';
import type { Logger } from '../platform/log/logger.ts';

export type CleanupStack = {
  /** Registers how to stop what was just started. */
  push(name: string, stop: () => void | Promise<void>): void;
  /** Stops everything, last started first. One that fails is logged and does not keep the others running. */
  run(): Promise<void>;
};

/** What was started is stopped in reverse order, at a graceful stop and when a start fails half-way. */
export function createCleanupStack(logger: Logger): CleanupStack {
  const entries: { name: string; stop: () => void | Promise<void> }[] = [];
  let running: Promise<void> | null = null;
  const runAll = async () => {
    for (let entry = entries.pop(); entry; entry = entries.pop()) {
      try {
        await entry.stop();
      } catch (thrown) {
        logger.warn({ err: thrown, part: entry.name }, `stopping ${entry.name}: ${messageOf(thrown)}`);
      }
    }
  };
  return {
    push: (name, stop) => void entries.push({ name, stop }),
    run() {
      running ??= runAll();
      return running;
    },
  };
}
