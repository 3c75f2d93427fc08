import { readdir, readFile, readlink, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EmbeddedLog } from './embedded-log.ts';
import { explainFailure } from './explain-failure.ts';
import { isAlive } from './process-identity.ts';

const POLL_MS = 20;
const FAST_SHUTDOWN_MS = 10_000;
const CHILDREN_NOTICE_MS = 2_000;
const KILLED_MS = 5_000;

/** What postmaster.pid says, or null when there is none: the server's pid, and whether it takes connections yet. */
export async function readPidFile(clusterDir: string): Promise<{ pid: number; ready: boolean } | null> {
  const text = await readFile(join(clusterDir, 'postmaster.pid'), 'utf8').catch(() => '');
  const lines = text.split('\n');
  const pid = Number.parseInt(lines[0] ?? '', 10);
  return pid > 0 ? { pid, ready: lines[7]?.trim() === 'ready' } : null;
}

/**
 * The PostgreSQL processes that work in this cluster: those whose program is `postgres` and whose working directory is
 * the cluster's folder, as PostgreSQL's own rules have it. A pid alone proves nothing, it may have been given to
 * another process since; neither does the folder, an operator's shell may stand in it.
 */
export async function listClusterProcesses(clusterDir: string): Promise<number[]> {
  if (process.platform !== 'linux') return listByPidFile(clusterDir);
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(pids.map(async (pid) => ((await isOfCluster(pid, clusterDir)) ? [pid] : [])));
  return found.flat();
}

async function isOfCluster(pid: number, clusterDir: string): Promise<boolean> {
  try {
    if ((await readlink(`/proc/${pid}/cwd`)) !== clusterDir) return false;
    const program = await readlink(`/proc/${pid}/exe`);
    return basename(program.replace(/ \(deleted\)$/, '')) === 'postgres';
  } catch {
    // It ended meanwhile, is a zombie, or is another user's.
    return false;
  }
}

/** Where there is no /proc we trust the file as far as PostgreSQL itself does. */
async function listByPidFile(clusterDir: string): Promise<number[]> {
  const found = await readPidFile(clusterDir);
  return found !== null && isAlive(found.pid) ? [found.pid] : [];
}

/**
 * Ends whatever an earlier owner left working in the cluster: an orphaned server by a fast shutdown, or the children
 * of a server that was killed, which hold its shared memory and would keep the next one from starting. The caller must
 * own the data directory.
 */
export async function endLeftoverProcesses(clusterDir: string, log: EmbeddedLog): Promise<void> {
  const file = await readPidFile(clusterDir);
  let left = await listClusterProcesses(clusterDir);
  if (file !== null && left.includes(file.pid)) {
    log.warn({ pid: file.pid, clusterDir }, 'stopping the PostgreSQL server an earlier Holdfast left behind');
    signal([file.pid], 'SIGINT');
    left = await waitForEnd(clusterDir, FAST_SHUTDOWN_MS);
  } else if (left.length > 0) {
    log.warn({ pids: left, clusterDir }, 'waiting for the children of a PostgreSQL server that was killed');
    left = await waitForEnd(clusterDir, CHILDREN_NOTICE_MS);
  }
  if (left.length > 0) {
    signal(left, 'SIGQUIT');
    left = await waitForEnd(clusterDir, CHILDREN_NOTICE_MS);
  }
  if (left.length > 0) {
    signal(left, 'SIGKILL');
    left = await waitForEnd(clusterDir, KILLED_MS);
  }
  if (left.length > 0) {
    throw explainFailure(
      `start in ${clusterDir}`,
      `lock file "postmaster.pid" already exists: processes ${left.join(', ')} do not end`,
    );
  }
  await forgetRecycledPid(clusterDir);
}

/** PostgreSQL refuses to start when the pid in a stale file now belongs to anyone; we know it is not a server's. */
async function forgetRecycledPid(clusterDir: string): Promise<void> {
  const file = await readPidFile(clusterDir);
  if (file !== null && isAlive(file.pid)) await rm(join(clusterDir, 'postmaster.pid'), { force: true });
}

async function waitForEnd(clusterDir: string, timeoutMs: number): Promise<number[]> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const left = await listClusterProcesses(clusterDir);
    if (left.length === 0 || performance.now() >= deadline) return left;
    await sleep(POLL_MS);
  }
}

function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch {
      // It ended meanwhile; what cannot be signalled shows up as still there.
    }
  }
}
