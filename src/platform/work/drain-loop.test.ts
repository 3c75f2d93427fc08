import { describe, expect, it } from 'vitest';
import { createSilentLogger } from '../log/logger.ts';
import { createDrainLoop } from './drain-loop.ts';

const logger = createSilentLogger();
const turn = () => new Promise((resolve) => setTimeout(resolve, 1));

describe('a drain loop', () => {
  it('never runs two passes at once, and misses no wake-up', async () => {
    let running = 0;
    let most = 0;
    let work = 0;
    const loop = createDrainLoop({
      name: 'test',
      logger,
      pass: async () => {
        running += 1;
        most = Math.max(most, running);
        await turn();
        work = 0;
        running -= 1;
        return false;
      },
    });
    for (let n = 0; n < 50; n += 1) {
      work += 1;
      loop.wake();
      if (n % 7 === 0) await turn();
    }
    await expect.poll(() => work).toBe(0);
    expect(most).toBe(1);
    await loop.stop();
  });

  it('goes on while there is more', async () => {
    let left = 5;
    const loop = createDrainLoop({
      name: 'test',
      logger,
      pass: async () => {
        left -= 1;
        return left > 0;
      },
    });
    loop.wake();
    await expect.poll(() => left).toBe(0);
    await loop.stop();
  });

  it('rests between passes, follows the first wake at once, and misses none that comes in the rest', async () => {
    const gapMs = 200;
    const endedAtMs: number[] = [];
    const beganAtMs: number[] = [];
    const loop = createDrainLoop({
      name: 'test',
      logger,
      gapMs,
      pass: async () => {
        beganAtMs.push(performance.now());
        await turn();
        endedAtMs.push(performance.now());
        return endedAtMs.length === 1;
      },
    });
    loop.wake();
    // What says that more is waiting goes on without a rest.
    await expect.poll(() => endedAtMs.length).toBe(2);
    loop.wake();
    loop.wake();
    await expect.poll(() => endedAtMs.length).toBe(3);
    // A timer may come a part of a millisecond early.
    expect(beganAtMs[2]! - endedAtMs[1]!).toBeGreaterThan(gapMs - 2);
    loop.wake();
    await loop.stop();
    expect(endedAtMs).toHaveLength(3);
  });

  it('tries a failed pass again by itself', async () => {
    let passes = 0;
    const loop = createDrainLoop({
      name: 'test',
      logger,
      pass: async () => {
        passes += 1;
        if (passes < 3) throw new Error('not yet');
        return false;
      },
    });
    loop.wake();
    await expect.poll(() => passes, { timeout: 3_000 }).toBe(3);
    await loop.stop();
  });

  it('that was stopped waits for the pass under way and starts no other', async () => {
    let passes = 0;
    let ended = false;
    const loop = createDrainLoop({
      name: 'test',
      logger,
      pass: async () => {
        passes += 1;
        await turn();
        ended = true;
        return true;
      },
    });
    loop.wake();
    await loop.stop();
    expect(ended).toBe(true);
    loop.wake();
    await turn();
    expect(passes).toBe(1);
  });
});
