import { expect, test } from 'vitest';
import { silentLog } from './embedded-log.ts';
import type { Postmaster, ServerExit } from './postmaster.ts';
import { backoffMs, superviseServer } from './supervise-server.ts';

const POLICY = { firstBackoffMs: 1, longestBackoffMs: 4, maxConsecutiveFailures: 3, stableAfterMs: 60_000 };
const KILLED: ServerExit = { code: null, signal: 'SIGKILL' };

/** A server process in memory: `die` ends it as a signal would. */
function createServer(pid: number) {
  const { promise: exited, resolve } = Promise.withResolvers<ServerExit>();
  const postmaster: Postmaster = {
    pid,
    exited,
    async stop() {
      resolve({ code: 0, signal: null });
      return exited;
    },
  };
  return { postmaster, die: () => resolve(KILLED) };
}

test('pauses between starts double up to the longest', () => {
  expect([0, 1, 2, 3, 20].map((failures) => backoffMs(failures))).toEqual([50, 100, 200, 400, 10_000]);
});

test('a server that keeps dying is given up after the last allowed start', async () => {
  let starts = 0;
  const supervised = await superviseServer({
    log: silentLog,
    policy: POLICY,
    start: async () => {
      starts += 1;
      const server = createServer(starts);
      queueMicrotask(server.die);
      return server.postmaster;
    },
  });
  expect(await supervised.exited).toEqual(KILLED);
  expect(starts).toBe(1 + POLICY.maxConsecutiveFailures);
});

test('a start that fails counts as a failure and is tried again', async () => {
  const restarted = Promise.withResolvers<number>();
  const servers = [createServer(1), null, null, createServer(4)];
  let starts = 0;
  const supervised = await superviseServer({
    log: silentLog,
    policy: POLICY,
    onRestart: restarted.resolve,
    start: async () => {
      const server = servers[starts++];
      if (!server) throw new Error('no memory');
      return server.postmaster;
    },
  });
  servers[0]?.die();
  expect(await restarted.promise).toBe(4);
  expect(supervised.pid()).toBe(4);
  await supervised.stop();
  expect(await supervised.exited).toEqual({ code: 0, signal: null });
});

test('a stop during the pause before a start prevents that start', async () => {
  let starts = 0;
  const server = createServer(1);
  const supervised = await superviseServer({
    log: silentLog,
    policy: { ...POLICY, firstBackoffMs: 60_000, longestBackoffMs: 60_000 },
    start: async () => {
      starts += 1;
      return server.postmaster;
    },
  });
  server.die();
  await server.postmaster.exited;
  await supervised.stop();
  expect(starts).toBe(1);
});
