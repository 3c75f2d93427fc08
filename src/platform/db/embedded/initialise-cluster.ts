import { spawn } from 'node:child_process';
import { chown, mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { HoldfastError } from '../../errors/holdfast-error.ts';
import type { EmbeddedLog } from './embedded-log.ts';
import { explainFailure } from './explain-failure.ts';
import { commandAs, type ServerAccount, serverEnvironment } from './server-account.ts';

export const SUPERUSER = 'holdfast';

/** Only who may enter the 0700 socket folder can connect at all, so the socket needs no password. */
const HBA =
  '# Written by Holdfast: the server listens on a unix socket in a private folder, on no network.\nlocal all all trust\n';
const UNFINISHED = 'postgres.initialising-';
const OUTPUT_LIMIT = 16_384;

/**
 * What lies in the cluster's folder: nothing (a new one may be made), or a cluster of this major version.
 *
 * @throws HoldfastError `data.version` for another version, `data.damaged` for anything that is not a cluster.
 */
export async function inspectCluster(clusterDir: string, majorVersion: number): Promise<'absent' | 'present'> {
  const entries = await readdir(clusterDir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw explainFailure(`read the cluster ${clusterDir}`, error);
  });
  if (entries.length === 0) return 'absent';
  const found = (await readFile(join(clusterDir, 'PG_VERSION'), 'utf8').catch(() => '')).trim();
  if (found === String(majorVersion)) return 'present';
  if (found === '') {
    throw new HoldfastError({
      code: 'data.damaged',
      kind: 'unavailable',
      retryable: false,
      message: `${clusterDir} is not empty and not a PostgreSQL cluster (it has no readable PG_VERSION)`,
      hint: 'Choose another data directory with --data, or move this folder away and restore the last backup.',
    });
  }
  throw new HoldfastError({
    code: 'data.version',
    kind: 'unavailable',
    retryable: false,
    message: `the cluster ${clusterDir} was written by PostgreSQL ${found}, this Holdfast brings PostgreSQL ${majorVersion}`,
    hint: 'Start the release of Holdfast that wrote it and make a backup there, then restore it into an empty data directory.',
  });
}

/** Removes what a creation that was killed half-way left. The caller must own the data directory. */
export async function removeUnfinishedClusters(dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir)) {
    if (!name.startsWith(UNFINISHED)) continue;
    // An orphaned initdb may still write there for a moment; what is left now goes at the next start.
    await rm(join(dataDir, name), { recursive: true, force: true, maxRetries: 3 }).catch(() => {});
  }
}

/** Makes a new cluster so that the folder appears complete or not at all: in a sibling folder, then renamed. */
export async function initialiseCluster(options: {
  initdb: string;
  clusterDir: string;
  account: ServerAccount;
  libraries: string | null;
  durable: boolean;
  log: EmbeddedLog;
}): Promise<void> {
  const { clusterDir, account, log } = options;
  const unfinished = join(dirname(clusterDir), `${UNFINISHED}${process.pid}-${Date.now()}`);
  const started = performance.now();
  try {
    await mkdir(unfinished, { mode: 0o700 });
    if (account.kind === 'user') await chown(unfinished, account.uid, account.gid);
    await runInitdb(unfinished, options);
    await writeFile(join(unfinished, 'pg_hba.conf'), HBA);
    await rename(unfinished, clusterDir);
    await syncFolder(dirname(clusterDir));
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true, maxRetries: 3 }).catch(() => {});
    throw error instanceof HoldfastError ? error : explainFailure(`create the cluster ${clusterDir}`, error);
  }
  log.info({ clusterDir, durationMs: Math.round(performance.now() - started) }, 'created the PostgreSQL cluster');
}

function runInitdb(
  folder: string,
  options: { initdb: string; clusterDir: string; account: ServerAccount; libraries: string | null; durable: boolean },
): Promise<void> {
  const { file, args, ids } = commandAs(options.account, options.initdb, [
    ...['-D', folder, '-U', SUPERUSER, '-A', 'trust', '-E', 'UTF8'],
    // The builtin provider sorts the same on every machine; the system's locales change with its C library.
    ...['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
    '--no-instructions',
    ...(options.durable ? [] : ['--no-sync']),
  ]);
  return new Promise((resolve, reject) => {
    let output = '';
    const child = spawn(file, args, {
      ...ids,
      cwd: folder,
      env: serverEnvironment(options.libraries),
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const collect = (chunk: Buffer) => {
      output = (output + chunk.toString('utf8')).slice(-OUTPUT_LIMIT);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('error', (error) => reject(explainFailure(`create the cluster ${options.clusterDir}`, error)));
    child.once('close', (code, signal) => {
      if (code === 0) return resolve();
      const said = output.replaceAll(folder, options.clusterDir);
      const why = said.trim() === '' ? `initdb ended with ${signal ?? `exit code ${code}`}` : said;
      reject(explainFailure(`create the cluster ${options.clusterDir}`, why));
    });
  });
}

/** A rename is only on disk when its folder is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
