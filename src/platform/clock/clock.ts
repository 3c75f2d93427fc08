/** Domain time (due, started, acknowledged). Leases and record time come from the database instead. */
export type Clock = {
  now(): Date;
  /**
   * Calls back once `now()` has reached `at`, never earlier; returns the cancel.
   * The timer does not keep the process alive.
   */
  wakeAt(at: Date, wake: () => void): () => void;
};

/** Node clamps longer delays to 1 ms: sleep in stretches. */
const LONGEST_TIMER_MS = 2_147_483_647;

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => new Date(),
  wakeAt(at, wake) {
    let timer: NodeJS.Timeout;
    const arm = () => {
      const leftMs = at.getTime() - Date.now();
      timer = setTimeout(
        () => (Date.now() >= at.getTime() ? wake() : arm()),
        Math.min(Math.max(leftMs, 0), LONGEST_TIMER_MS),
      );
      timer.unref();
    };
    arm();
    return () => clearTimeout(timer);
  },
};
