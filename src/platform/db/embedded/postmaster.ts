import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { readPidFile } from './cluster-processes.ts';
import { explainFailure } from './explain-failure.ts';
import { guardAgainstOrphan } from './orphan-guard.ts';
import { commandAs, type ServerAccount, serverEnvironment } from './server-account.ts';
import type { ServerLog } from './server-log.ts';
import type { ServerSettings } from './server-settings.ts';
import { SOCKET_PORT } from './socket-directory.ts';

export type ServerExit = { code: number | null; signal: NodeJS.Signals | null };

/** One life of the server process. */
export type Postmaster = {
  pid: number;
  exited: Promise<ServerExit>;
  /** Fast shutdown, then harder ones; resolves when the process has ended. */
  stop(): Promise<ServerExit>;
};

/** Everything needed to start the server, again and again. */
export type ServerPlan = {
  postgres: string;
  clusterDir: string;
  socketDir: string;
  account: ServerAccount;
  libraries: string | null;
  settings: ServerSettings;
  serverLog: ServerLog;
  startTimeoutMs: number;
};

const READY_POLL_MS = 10;
/** From asking nicely to ending it: a fast shutdown writes a checkpoint, an immediate one leaves that to recovery. */
const STOP_STEPS: readonly { signal: NodeJS.Signals; waitMs: number }[] = [
  { signal: 'SIGINT', waitMs: 15_000 },
  { signal: 'SIGQUIT', waitMs: 5_000 },
  { signal: 'SIGKILL', waitMs: 5_000 },
];

/** Starts the server and waits until it takes connections, through crash recovery if need be. */
export async function startPostmaster(plan: ServerPlan, abort: AbortSignal): Promise<Postmaster> {
  const { handle, offset } = await plan.serverLog.openForServer();
  let postmaster: Postmaster;
  try {
    postmaster = await spawnPostmaster(plan, handle.fd);
  } finally {
    await handle.close();
  }
  const outcome = await waitUntilReady(plan, postmaster, abort);
  if (outcome === 'ready') return postmaster;
  await postmaster.stop();
  const said = await plan.serverLog.readSince(offset).catch(() => '');
  const why = {
    ended: said.trim() === '' ? 'the server ended without a word' : said,
    late: `it was not ready within ${plan.startTimeoutMs} ms; it last said: ${said.trim().split('\n').at(-1)}`,
    aborted: 'the start was interrupted',
  }[outcome];
  throw explainFailure(`start PostgreSQL in ${plan.clusterDir}`, why, plan.serverLog.file);
}

async function spawnPostmaster(plan: ServerPlan, logFd: number): Promise<Postmaster> {
  const { file, args, ids } = commandAs(plan.account, plan.postgres, [
    ...['-D', plan.clusterDir, '-p', String(SOCKET_PORT)],
    ...Object.entries({ ...plan.settings, unix_socket_directories: quotePath(plan.socketDir) }).flatMap(
      ([name, value]) => ['-c', `${name}=${value}`],
    ),
  ]);
  const child = spawn(file, args, {
    ...ids,
    // A session of its own: Ctrl-C in the terminal reaches Holdfast, which then stops the server in its turn.
    detached: true,
    cwd: plan.clusterDir,
    env: serverEnvironment(plan.libraries),
    stdio: ['ignore', logFd, logFd],
  });
  child.on('error', () => {});
  const { pid } = child;
  const exited = new Promise<ServerExit>((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  if (pid === undefined) {
    const error = await new Promise((resolve) => child.once('error', resolve));
    throw explainFailure(`start PostgreSQL in ${plan.clusterDir}`, error);
  }
  const releaseGuard = guardAgainstOrphan(pid, plan.clusterDir, plan.socketDir);
  exited.then(releaseGuard);
  return {
    pid,
    exited,
    async stop() {
      for (const { signal, waitMs } of STOP_STEPS) {
        child.kill(signal);
        const timer = new AbortController();
        const late = sleep(waitMs, 'late' as const, { signal: timer.signal }).catch(() => 'late' as const);
        const first = await Promise.race([exited, late]);
        timer.abort();
        if (first !== 'late') return first;
      }
      return exited;
    },
  };
}

async function waitUntilReady(
  plan: ServerPlan,
  postmaster: Postmaster,
  abort: AbortSignal,
): Promise<'ready' | 'ended' | 'late' | 'aborted'> {
  const deadline = performance.now() + plan.startTimeoutMs;
  let ended = false;
  postmaster.exited.then(() => {
    ended = true;
  });
  for (;;) {
    const file = await readPidFile(plan.clusterDir);
    if (ended) return 'ended';
    if (file?.pid === postmaster.pid && file.ready) return 'ready';
    if (abort.aborted) return 'aborted';
    if (performance.now() >= deadline) return 'late';
    await sleep(READY_POLL_MS);
  }
}

/** `unix_socket_directories` is a list: a comma or space in the path must not split it. */
function quotePath(path: string): string {
  return `"${path.replaceAll('"', '""')}"`;
}
