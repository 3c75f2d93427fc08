import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from '../../src/platform/db/embedded/start-embedded-postgres.ts';

/** The entry of a process that owns a data directory: `node OWNER_ENTRY DATA_DIR`. */
export const OWNER_ENTRY = new URL('./postgres-owner.ts', import.meta.url).pathname;

export const FAST_SETTINGS = { fsync: 'off', shared_buffers: '16MB' };

export type Started = { pid: number; connectionString: string; socketDir: string };
export type OwnerSaid = { started?: Started; failed?: { code: string; message: string } };

/** Data directories and servers for tests about the embedded server itself; `close` ends and removes all of them. */
export type ClusterYard = {
  base: string;
  /** A data directory with a cluster in it: a copy of one made once. */
  newDataDir(name?: string): Promise<string>;
  start(dataDir: string, options?: Partial<EmbeddedPostgresOptions>): Promise<EmbeddedPostgres>;
  /** Starts the server in a process of its own, and says what became of it. */
  runOwner(dataDir: string, ids?: { uid?: number; gid?: number }): Promise<{ owner: ChildProcess; said: OwnerSaid }>;
  startOwner(dataDir: string): Promise<{ owner: ChildProcess; started: Started }>;
  /** Ends what one test started. */
  stopAll(): Promise<void>;
  close(): Promise<void>;
};

export async function openClusterYard(): Promise<ClusterYard> {
  const base = await mkdtemp(join(tmpdir(), 'holdfast-embedded-'));
  const template = await startEmbeddedPostgres({ dataDir: join(base, 'template'), settings: FAST_SETTINGS });
  await template.stop();

  const running: EmbeddedPostgres[] = [];
  const owners: ChildProcess[] = [];
  let count = 0;
  const yard: ClusterYard = {
    base,
    async newDataDir(name = `data ${++count}`) {
      const dataDir = join(base, name);
      await cp(join(base, 'template', 'postgres'), join(dataDir, 'postgres'), { recursive: true });
      await chmod(join(dataDir, 'postgres'), 0o700);
      return dataDir;
    },
    async start(dataDir, options = {}) {
      const server = await startEmbeddedPostgres({ dataDir, settings: FAST_SETTINGS, ...options });
      running.push(server);
      return server;
    },
    async runOwner(dataDir, ids = {}) {
      const owner = spawn(process.execPath, [OWNER_ENTRY, dataDir], {
        ...ids,
        cwd: '/',
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      owners.push(owner);
      const [line] = (await once(createInterface(owner.stdout), 'line')) as [string];
      return { owner, said: JSON.parse(line) as OwnerSaid };
    },
    async startOwner(dataDir) {
      const { owner, said } = await yard.runOwner(dataDir);
      if (said.started === undefined) throw new Error(`the owner did not start: ${said.failed?.message}`);
      return { owner, started: said.started };
    },
    async stopAll() {
      for (const owner of owners.splice(0)) owner.kill('SIGKILL');
      await Promise.all(running.splice(0).map((server) => server.stop()));
    },
    async close() {
      await yard.stopAll();
      await rm(base, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    },
  };
  return yard;
}

/** One statement on a connection of its own. */
export async function query<Row extends object>(connectionString: string, text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

export async function until(condition: () => boolean | Promise<boolean>, timeoutMs = 8_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`not so within ${timeoutMs} ms: ${condition}`);
    await sleep(20);
  }
}
