import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** What tells a process apart from a later one with the same pid. */
export type ProcessIdentity = { host: string; bootId: string; pid: number; startedAt: string };

/** Field 22 of /proc/PID/stat (start time in clock ticks since boot), counted after the parenthesised name. */
const START_TIME_FIELD = 19;

/** This machine's boot, or '' where the platform does not tell. */
export function readBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}

/** When a process started, in the kernel's own unit; null when there is no such process or the platform does not tell. */
export function readProcessStart(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[START_TIME_FIELD] ?? null;
  } catch {
    return null;
  }
}

/** Who this process is. */
export function identifySelf(): ProcessIdentity {
  return { host: hostname(), bootId: readBootId(), pid: process.pid, startedAt: readProcessStart(process.pid) ?? '' };
}

/** True when that very process still exists on this boot of this machine. */
export function isAlive(identity: ProcessIdentity): boolean {
  if (identity.bootId !== readBootId()) return false;
  try {
    process.kill(identity.pid, 0);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const startedAt = readProcessStart(identity.pid);
  return startedAt === null ? identity.startedAt === '' : startedAt === identity.startedAt;
}
