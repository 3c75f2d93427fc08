import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EmbeddedLog } from './embedded-log.ts';
import { startEmbeddedPostgres } from './start-embedded-postgres.ts';

/** What a template is for: any difference makes another one. */
export type TemplateIdentity = { version: string; schema: string };

/**
 * Gives a data directory a cluster that is already migrated, by copying one from the cache: making and migrating a
 * cluster takes seconds, a copy tenths of one. Does nothing where there is a cluster already.
 * @param options.migrate brings the schema of a new template up to date
 */
export async function copyTemplateCluster(options: {
  dataDir: string;
  identity: TemplateIdentity;
  migrate: (connectionString: string) => Promise<unknown>;
  environment: NodeJS.ProcessEnv;
  log: EmbeddedLog;
}): Promise<void> {
  const target = join(options.dataDir, 'postgres');
  if (await exists(target)) return;
  const template = await provideTemplate(options);
  const unfinished = join(options.dataDir, `postgres.initialising-copy-${process.pid}`);
  await mkdir(options.dataDir, { recursive: true, mode: 0o700 });
  await rm(unfinished, { recursive: true, force: true });
  await copyTree(template, unfinished);
  await rename(unfinished, target);
}

async function provideTemplate(options: Parameters<typeof copyTemplateCluster>[0]): Promise<string> {
  const cache = await openCache(options.environment);
  const hash = createHash('sha256').update(JSON.stringify(options.identity)).digest('hex').slice(0, 16);
  const template = join(cache, `cluster-${hash}`);
  const cluster = join(template, 'postgres');
  if (await exists(cluster)) return cluster;
  // Several may start at once: each makes its own, the first to finish gives it its name.
  const making = await mkdtemp(join(cache, 'making-'));
  try {
    const server = await startEmbeddedPostgres({ dataDir: making, log: options.log, settings: SMALL });
    try {
      await options.migrate(server.connectionString);
    } finally {
      await server.stop();
    }
    await rename(making, template).catch(async (thrown: unknown) => {
      if (!(await exists(cluster))) throw thrown;
      await rm(making, { recursive: true, force: true });
    });
    return cluster;
  } catch (thrown) {
    await rm(making, { recursive: true, force: true }).catch(() => {});
    throw thrown;
  }
}

/** For the moment of making it. */
const SMALL = { fsync: 'off', shared_buffers: '16MB', min_wal_size: '32MB' };

async function openCache(environment: NodeJS.ProcessEnv): Promise<string> {
  const uid = process.getuid?.() ?? 0;
  const candidates = [
    environment['XDG_CACHE_HOME'] && join(environment['XDG_CACHE_HOME'], 'holdfast'),
    environment['HOME'] && join(environment['HOME'], '.cache', 'holdfast'),
    join(homedir(), '.cache', 'holdfast'),
    join(tmpdir(), `holdfast-cache-${uid}`),
  ];
  for (const folder of candidates) {
    if (!folder) continue;
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      // A folder of somebody else's in a shared place must not give us a database.
      const { uid: owner } = await stat(folder);
      if (owner === uid) return folder;
    } catch {}
  }
  return mkdtemp(join(tmpdir(), 'holdfast-cache-'));
}

/** `cp` shares blocks where the file system can; Node's own copy is the way where there is none. */
async function copyTree(from: string, to: string): Promise<void> {
  const copied = await new Promise<boolean>((resolve) => {
    const child = spawn('cp', ['-a', '--reflink=auto', from, to], { stdio: 'ignore' });
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
  });
  if (copied) return;
  await rm(to, { recursive: true, force: true });
  await cp(from, to, { recursive: true, preserveTimestamps: true });
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
}
