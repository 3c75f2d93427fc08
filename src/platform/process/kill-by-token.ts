import { readdirSync, readFileSync } from 'node:fs';
import { readProcessStart } from './process-identity.ts';

/** The variable by which a step's processes are known, also after they left their process group. */
export const TOKEN_VARIABLE = 'HOLDFAST_STEP_TOKEN';

const TERM_GRACE_MS = 3_000;
const KILL_GRACE_MS = 2_000;
const LOOK_AGAIN_MS = 20;

/**
 * Processes whose environment carries the token, by reading /proc. Empty where there is no /proc (macOS): there only
 * the process group is known.
 */
export function findProcessesByToken(token: string): number[] {
  const mark = Buffer.from(`${TOKEN_VARIABLE}=${token}\0`);
  let entries: string[];
  try {
    entries = readdirSync('/proc');
  } catch {
    return [];
  }
  const found: number[] = [];
  for (const entry of entries) {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    try {
      if (readFileSync(`/proc/${entry}/environ`).includes(mark) && !isZombie(pid)) found.push(pid);
    } catch {
      // Gone meanwhile, or another user's: not ours then.
    }
  }
  return found;
}

function isZombie(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) === 'Z';
  } catch {
    return true;
  }
}

function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // Already gone.
    }
  }
}

/**
 * Ends every process of a step: TERM, a grace time, then KILL until none is left (a process may fork meanwhile).
 * @param group the step's process group, also signalled where /proc is missing
 * @returns how many processes were found at first; throws nothing
 */
export async function endProcessesByToken(
  token: string,
  group: { pid: number; startedAt: string } | null,
): Promise<number> {
  const groupIsOurs = group !== null && readProcessStart(group.pid) === group.startedAt;
  const signalGroup = (signal: NodeJS.Signals) => {
    if (groupIsOurs) signalAll([-group.pid], signal);
  };
  const first = findProcessesByToken(token);
  if (first.length === 0 && !groupIsOurs) return 0;
  // A stopped process hears TERM only once it runs again.
  signalGroup('SIGTERM');
  signalGroup('SIGCONT');
  signalAll(first, 'SIGTERM');
  signalAll(first, 'SIGCONT');
  if (!(await waitUntilGone(token, TERM_GRACE_MS))) {
    const killUntil = performance.now() + KILL_GRACE_MS;
    do {
      signalGroup('SIGKILL');
      signalAll(findProcessesByToken(token), 'SIGKILL');
    } while (!(await waitUntilGone(token, LOOK_AGAIN_MS)) && performance.now() < killUntil);
  }
  return first.length;
}

/** The kernel offers no event for the end of processes that are not our children: look again until the limit. */
async function waitUntilGone(token: string, limitMs: number): Promise<boolean> {
  const until = performance.now() + limitMs;
  for (;;) {
    if (findProcessesByToken(token).length === 0) return true;
    if (performance.now() >= until) return false;
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}
