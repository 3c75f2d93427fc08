import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import {
  type ClusterYard,
  OWNER_ENTRY,
  openClusterYard,
  query,
  until,
} from '../../../../test/harness/postgres-clusters.ts';
import { listClusterProcesses } from './cluster-processes.ts';

let yard: ClusterYard;
beforeAll(async () => {
  yard = await openClusterYard();
});
afterEach(() => yard.stopAll());
afterAll(() => yard.close());

function findGuard(pid: number): number | undefined {
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const words = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0');
      if (words.includes('holdfast-guard') && words.includes(String(pid))) return Number(name);
    } catch {
      // It ended meanwhile.
    }
  }
  return undefined;
}

test('after kill -9 of Holdfast the server ends by itself, and the next start has everything that was committed', async () => {
  const dataDir = await yard.newDataDir();
  const { owner, started } = await yard.startOwner(dataDir);
  await query(started.connectionString, 'create table kept as select 42 as answer');
  owner.kill('SIGKILL');
  await until(async () => (await listClusterProcesses(join(dataDir, 'postgres'))).length === 0);
  await until(() => !existsSync(started.socketDir));
  const server = await yard.start(dataDir);
  expect(await query(server.connectionString, 'select answer from kept')).toEqual([{ answer: 42 }]);
});

test('a start right after kill -9 does not wait for anyone to clean up', async () => {
  const dataDir = await yard.newDataDir();
  const { owner, started } = await yard.startOwner(dataDir);
  await query(started.connectionString, 'create table kept as select 42 as answer');
  owner.kill('SIGKILL');
  await once(owner, 'exit');
  const server = await yard.start(dataDir);
  expect(await query(server.connectionString, 'select answer from kept')).toEqual([{ answer: 42 }]);
});

test('an orphaned server whose guard was killed too is stopped by the next start', async ({ skip }) => {
  skip(process.platform !== 'linux', 'needs /proc');
  const dataDir = await yard.newDataDir();
  const { owner, started } = await yard.startOwner(dataDir);
  await query(started.connectionString, 'create table kept as select 42 as answer');
  process.kill(findGuard(started.pid) ?? 0, 'SIGKILL');
  owner.kill('SIGKILL');
  await once(owner, 'exit');
  await sleep(200);
  expect(await listClusterProcesses(join(dataDir, 'postgres'))).toContain(started.pid);
  const server = await yard.start(dataDir);
  expect(server.pid).not.toBe(started.pid);
  expect(await listClusterProcesses(join(dataDir, 'postgres'))).not.toContain(started.pid);
  expect(await query(server.connectionString, 'select answer from kept')).toEqual([{ answer: 42 }]);
  expect(existsSync(started.socketDir)).toBe(false);
});

test('a server that is killed is started again at the same address with everything that was committed', async () => {
  const restarts: number[] = [];
  const server = await yard.start(await yard.newDataDir(), { onRestart: (pid) => restarts.push(pid) });
  await query(server.connectionString, 'create table kept as select 42 as answer');
  for (const round of [1, 2]) {
    process.kill(server.pid, 'SIGKILL');
    await until(() => restarts.length === round);
  }
  expect(server.pid).toBe(restarts[1]);
  expect(await query(server.connectionString, 'select answer from kept')).toEqual([{ answer: 42 }]);
  await server.stop();
  expect(await server.exited).toEqual({ code: 0, signal: null });
});

test('a backend too busy to notice that its server was killed is ended before the next one starts', async () => {
  const restarts: number[] = [];
  const server = await yard.start(await yard.newDataDir(), { onRestart: (pid) => restarts.push(pid) });
  const busy = query(server.connectionString, 'do $$ begin loop end loop; end $$').catch((error: Error) => error);
  await until(async () => {
    const rows = await query(server.connectionString, "select 1 from pg_stat_activity where query like 'do %'");
    return rows.length === 1;
  });
  process.kill(server.pid, 'SIGKILL');
  expect(await busy).toBeInstanceOf(Error);
  await until(() => restarts.length === 1);
  expect(await query(server.connectionString, 'select 1 as one')).toEqual([{ one: 1 }]);
});

test('stopping while the server is being started again leaves nothing running', async () => {
  const dataDir = await yard.newDataDir();
  const server = await yard.start(dataDir);
  process.kill(server.pid, 'SIGKILL');
  await sleep(60);
  await server.stop();
  expect(await listClusterProcesses(join(dataDir, 'postgres'))).toEqual([]);
});

test('a pid file whose pid belongs to another process by now neither stops the start nor harms that process', async () => {
  const dataDir = await yard.newDataDir();
  const bystander = spawn('sleep', ['60'], { stdio: 'ignore' });
  try {
    const clusterDir = join(dataDir, 'postgres');
    await writeFile(join(clusterDir, 'postmaster.pid'), `${bystander.pid}\n${clusterDir}\n1\n5432\n\n\n\nready\n`);
    const server = await yard.start(dataDir);
    expect(await query(server.connectionString, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(bystander.exitCode).toBeNull();
    expect(bystander.signalCode).toBeNull();
  } finally {
    bystander.kill('SIGKILL');
  }
});

test('a shell that stands in the cluster folder is not taken for its server', async ({ skip }) => {
  skip(process.platform !== 'linux', 'needs /proc');
  const dataDir = await yard.newDataDir();
  const shell = spawn('sleep', ['60'], { stdio: 'ignore', cwd: join(dataDir, 'postgres') });
  try {
    await yard.start(dataDir);
    expect(shell.exitCode ?? shell.signalCode).toBeNull();
  } finally {
    shell.kill('SIGKILL');
  }
});

test('a creation that was killed half-way leaves nothing that a later start could take for a cluster', async () => {
  const dataDir = join(yard.base, 'interrupted');
  for (const afterMs of [100, 250, 400]) {
    const owner = spawn(process.execPath, [OWNER_ENTRY, dataDir], { stdio: 'ignore' });
    await sleep(afterMs);
    owner.kill('SIGKILL');
    await once(owner, 'exit');
  }
  await mkdir(join(dataDir, 'postgres.initialising-1-1', 'base'), { recursive: true });
  const server = await yard.start(dataDir);
  expect(await query(server.connectionString, 'select 1 as one')).toEqual([{ one: 1 }]);
  await until(async () => !readdirSync(dataDir).includes('postgres.initialising-1-1'));
});
