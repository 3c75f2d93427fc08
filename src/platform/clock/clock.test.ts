import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from './clock.ts';
import { createManualClock } from './manual-clock.ts';

describe('the machine’s clock', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('never wakes early: a timer that fires too soon is set again', () => {
    const wake = vi.fn();
    systemClock.wakeAt(new Date(Date.now() + 1_000), wake);
    // The wall clock is set back meanwhile: the timer comes, the time has not.
    vi.setSystemTime(Date.now() - 500);
    vi.advanceTimersByTime(1_000);
    expect(wake).not.toHaveBeenCalled();
    vi.advanceTimersByTime(500);
    expect(wake).toHaveBeenCalledOnce();
  });

  it('waits longer than one timer of Node can', () => {
    const wake = vi.fn();
    systemClock.wakeAt(new Date(Date.now() + 60 * 86_400_000), wake);
    vi.advanceTimersByTime(59 * 86_400_000);
    expect(wake).not.toHaveBeenCalled();
    vi.advanceTimersByTime(86_400_000);
    expect(wake).toHaveBeenCalledOnce();
  });

  it('forgets what is cancelled', () => {
    const wake = vi.fn();
    systemClock.wakeAt(new Date(Date.now() + 10), wake)();
    vi.advanceTimersByTime(1_000);
    expect(wake).not.toHaveBeenCalled();
  });
});

describe('a manual clock', () => {
  it('fires what has come due, in order, each at its own time', () => {
    const clock = createManualClock(new Date(0));
    const seen: [string, number][] = [];
    const note = (name: string) => () => void seen.push([name, clock.now().getTime()]);
    clock.wakeAt(new Date(30), note('c'));
    clock.wakeAt(new Date(10), () => {
      note('a')();
      clock.wakeAt(new Date(20), note('b'));
    });
    clock.wakeAt(new Date(15), note('never'))();
    clock.advanceBy(29);
    expect(seen).toEqual([
      ['a', 10],
      ['b', 20],
    ]);
    clock.advanceBy(1);
    expect(seen).toHaveLength(3);
  });
});
