import type { Clock } from './clock.ts';

/** A clock that moves only when told to, and then fires what has come due, in order. For stories and tests. */
export type ManualClock = Clock & { advanceTo(at: Date): void; advanceBy(ms: number): void };

/** @param start the first `now()` */
export function createManualClock(start: Date): ManualClock {
  let nowMs = start.getTime();
  const waiting = new Set<{ atMs: number; wake: () => void }>();
  const advanceTo = (at: Date) => {
    for (;;) {
      const next = [...waiting].filter((entry) => entry.atMs <= at.getTime()).sort((a, b) => a.atMs - b.atMs)[0];
      if (!next) break;
      waiting.delete(next);
      nowMs = Math.max(nowMs, next.atMs);
      next.wake();
    }
    nowMs = Math.max(nowMs, at.getTime());
  };
  return {
    now: () => new Date(nowMs),
    wakeAt(at, wake) {
      const entry = { atMs: at.getTime(), wake };
      waiting.add(entry);
      if (entry.atMs <= nowMs) {
        // Asynchronous like a real timer, so that no caller is re-entered.
        queueMicrotask(() => {
          if (waiting.delete(entry)) wake();
        });
      }
      return () => waiting.delete(entry);
    },
    advanceTo,
    advanceBy: (ms) => advanceTo(new Date(nowMs + ms)),
  };
}
