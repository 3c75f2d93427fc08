import type { Clock } from '../clock/clock.ts';
import type { Logger } from '../log/logger.ts';
import { createDrainLoop } from './drain-loop.ts';

export type SendLoop = {
  /** Looks for what is due. */
  wake(): void;
  /** Nothing is begun any more; resolves when what is under way has ended. */
  stop(): Promise<void>;
};

/**
 * Claims what is due, works on so many at once, and wakes when the next is due. The rows own the retries: an item whose
 * attempt throws, or whose process dies, is claimed again once its claim has ended.
 * @param options.claim as many as there is room for
 * @param options.nextDue of what waits, null when nothing does; asked when everything due was claimed
 * @param options.attempt one item, its outcome recorded
 * @param options.onAttempted after each, whatever came of it
 */
export function createSendLoop<Item extends { id: string }>(options: {
  name: string;
  logger: Logger;
  clock: Clock;
  atOnce: number;
  claim(room: number): Promise<readonly Item[]>;
  nextDue(): Promise<Date | null>;
  attempt(item: Item): Promise<void>;
  onAttempted?(): void;
}): SendLoop {
  const underWay = new Set<Promise<void>>();
  let cancelWake: () => void = () => {};
  const loop = createDrainLoop({
    name: options.name,
    logger: options.logger,
    pass: async () => {
      const room = options.atOnce - underWay.size;
      const items = room > 0 ? await options.claim(room) : [];
      for (const item of items) {
        const attempt = options
          .attempt(item)
          .catch((thrown: unknown) =>
            options.logger.warn({ err: thrown, id: item.id, loop: options.name }, 'an attempt was not recorded'),
          )
          .finally(() => {
            underWay.delete(attempt);
            options.onAttempted?.();
            loop.wake();
          });
        underWay.add(attempt);
      }
      cancelWake();
      const next = items.length < room ? await options.nextDue() : null;
      if (next) cancelWake = options.clock.wakeAt(next, loop.wake);
      return false;
    },
  });
  return {
    wake: loop.wake,
    async stop() {
      cancelWake();
      await loop.stop();
      // The pass that was under way may have set it again.
      cancelWake();
      await Promise.all(underWay);
    },
  };
}
