import { type ChildProcess, spawn } from 'node:child_process';
import { openSync, readFileSync, rmSync } from 'node:fs';
import { chown, mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const READY_WITHIN_MS = 30_000;
const LOOK_AGAIN_MS = 50;
const STOP_WITHIN_MS = 5_000;
const SHOWN_LOG_CHARS = 2_000;

export type RunningProgram = { stop(): Promise<void> };

export type ProgramStart = {
  program: string;
  args: readonly string[];
  /** Where it runs and its log goes. */
  folder: string;
  environment?: Readonly<Record<string, string>>;
  /** Account it runs as, where it refuses to be root. */
  account?: { uid: number; gid: number } | undefined;
  /** Asked until it says yes. */
  isReady(): Promise<boolean>;
};

/**
 * Starts a server of the outside world for a test, and waits until it answers.
 * @throws Error with the end of its log when it ends, or does not answer in time
 */
export async function startProgram(start: ProgramStart): Promise<RunningProgram> {
  const name = start.program.split('/').at(-1);
  const logFile = join(start.folder, `${name}.log`);
  const log = openSync(logFile, 'a');
  const child = spawn(start.program, start.args, {
    cwd: start.folder,
    env: { PATH: process.env['PATH'], HOME: start.folder, LANG: 'C.UTF-8', ...start.environment },
    stdio: ['ignore', log, log],
    ...start.account,
  });
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  // A test file that is cut off leaves no server behind.
  const killNow = () => child.kill('SIGKILL');
  process.once('exit', killNow);
  const stop = async () => {
    process.removeListener('exit', killNow);
    await endProcess(child, exited);
  };
  const deadline = performance.now() + READY_WITHIN_MS;
  for (;;) {
    if (hasEnded(child)) throw new Error(`${name} ended before it was ready:\n${tailOf(logFile)}`);
    if (await start.isReady().catch(() => false)) return { stop };
    if (performance.now() > deadline) {
      await stop();
      throw new Error(`${name} was not ready within ${READY_WITHIN_MS} ms:\n${tailOf(logFile)}`);
    }
    await sleep(LOOK_AGAIN_MS);
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

async function endProcess(child: ChildProcess, exited: Promise<void>): Promise<void> {
  if (hasEnded(child)) return;
  child.kill('SIGTERM');
  await Promise.race([exited, sleep(STOP_WITHIN_MS, undefined, { ref: false })]);
  if (!hasEnded(child)) child.kill('SIGKILL');
  await exited;
}

const tailOf = (file: string) => readFileSync(file, 'utf8').slice(-SHOWN_LOG_CHARS);

/** A folder of a test's own; `remove` deletes it. */
export async function makeFolder(
  name: string,
  account?: { uid: number; gid: number },
): Promise<{ path: string; remove(): void }> {
  const path = await mkdtemp(join(tmpdir(), `holdfast-${name}-`));
  if (account) await chown(path, account.uid, account.gid);
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Ports of 127.0.0.1 nobody listens on; all are held until all are found, so no two are the same. */
export async function findFreePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve, reject) => {
          const server = createServer();
          server.once('error', reject);
          server.listen(0, '127.0.0.1', () => resolve(server));
        }),
    ),
  );
  return Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve) => {
          const { port } = server.address() as { port: number };
          server.close(() => resolve(port));
        }),
    ),
  );
}

/** True when an address answers with a status below 300. */
export async function answersHttp(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(1_000) });
  await response.arrayBuffer();
  return response.ok;
}
