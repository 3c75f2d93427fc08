import type { Run } from '../../../../src/contract/run.ts';

const WAITS = /^"(.*)" waits for the lock (.+), which (\S+) holds$/s;

/** Which lock a run waits for, and the run that holds it; null when it waits for something else. */
export function lockWaitOf(
  run: Pick<Run, 'status' | 'waitingFor' | 'reason'>,
): { lock: string; holder: string } | null {
  if (run.status !== 'waiting' || run.waitingFor !== 'wait' || run.reason === null) return null;
  const [, , lock, holder] = WAITS.exec(run.reason) ?? [];
  return lock && holder ? { lock, holder } : null;
}
