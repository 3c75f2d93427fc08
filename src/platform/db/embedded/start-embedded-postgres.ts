import { chmod, chown, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { endLeftoverProcesses } from './cluster-processes.ts';
import { type EmbeddedLog, silentLog } from './embedded-log.ts';
import { explainFailure } from './explain-failure.ts';
import { initialiseCluster, inspectCluster, removeUnfinishedClusters, SUPERUSER } from './initialise-cluster.ts';
import { linkLibraries } from './link-libraries.ts';
import { locateBinaries } from './locate-binaries.ts';
import { type DataLock, lockDataDirectory } from './lock-data-directory.ts';
import { type ServerExit, type ServerPlan, startPostmaster } from './postmaster.ts';
import { chooseAccount } from './server-account.ts';
import { serverLogAt } from './server-log.ts';
import { availableMemoryBytes, type ServerSettings, settingsFor } from './server-settings.ts';
import { makeSocketDirectory, removeSocketDirectory, SOCKET_PORT } from './socket-directory.ts';
import { superviseServer } from './supervise-server.ts';

export type EmbeddedPostgresOptions = {
  /** Made when absent. Ours alone while the server runs; the cluster is its subfolder `postgres`. */
  dataDir: string;
  log?: EmbeddedLog | undefined;
  /** PostgreSQL settings by name, over our own (see server-settings.ts). */
  settings?: ServerSettings | undefined;
  /** Created when absent; default `holdfast`. */
  databaseName?: string | undefined;
  /** How long one start may take, crash recovery included; default 60,000. */
  startTimeoutMs?: number | undefined;
  /** Called after the server died by itself and was started again. */
  onRestart?: ((pid: number) => void) | undefined;
};

export type EmbeddedPostgres = {
  /** Stays the same over restarts. The role is a superuser. */
  connectionString: string;
  socketDir: string;
  /** The server running now. */
  readonly pid: number;
  /** Stops the server and gives the data directory back; may be called twice. */
  stop(): Promise<void>;
  /** Resolves when the server was stopped or could not be kept running. */
  exited: Promise<ServerExit>;
};

const DEFAULT_START_TIMEOUT_MS = 60_000;

/**
 * Starts PostgreSQL in `<dataDir>/postgres` from the server programs npm installed, creating the cluster the first
 * time, and keeps it running. It listens on a unix socket in a private folder and nowhere else, and does not outlive
 * this process.
 *
 * @throws HoldfastError with codes `data.*` for the directory (in-use, version, disk-full, read-only, unwritable,
 * damaged) and `database.*` for the server (no-programs, cannot-run, no-memory, no-socket, start-failed).
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const log = options.log ?? silentLog;
  const lock = await lockDataDirectory(options.dataDir);
  const cleanups: (() => Promise<void>)[] = [() => lock.release()];
  const cleanUp = async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  };
  try {
    const plan = await prepareCluster(options, lock, log, cleanups);
    const server = await superviseServer({
      start: async (abort) => {
        await endLeftoverProcesses(plan.clusterDir, log);
        return startPostmaster(plan, abort);
      },
      log,
      onRestart: options.onRestart,
    });
    cleanups.push(() => server.stop());
    await createDatabase(plan.socketDir, options.databaseName ?? 'holdfast');

    let stopped: Promise<void> | undefined;
    const exited = server.exited.then(async (exit) => {
      await cleanUp();
      return exit;
    });
    return {
      connectionString: connectionStringFor(plan.socketDir, options.databaseName ?? 'holdfast'),
      socketDir: plan.socketDir,
      get pid() {
        return server.pid();
      },
      stop() {
        stopped ??= server.stop().then(async () => {
          await exited;
        });
        return stopped;
      },
      exited,
    };
  } catch (error) {
    await cleanUp();
    throw error;
  }
}

async function prepareCluster(
  options: EmbeddedPostgresOptions,
  lock: DataLock,
  log: EmbeddedLog,
  cleanups: (() => Promise<void>)[],
): Promise<ServerPlan> {
  // The kernel shows processes their working directory without symbolic links; we compare with it.
  const dataDir = await realpath(options.dataDir);
  const clusterDir = join(dataDir, 'postgres');
  if (lock.previous?.socketDir) await removeSocketDirectory(lock.previous.socketDir);
  await removeUnfinishedClusters(dataDir);

  const socketDir = await makeSocketDirectory();
  cleanups.push(() => removeSocketDirectory(socketDir));
  await lock.recordSocketDir(socketDir);

  const binaries = await locateBinaries(dataDir);
  const libraries = await linkLibraries(binaries.root, { dataDir, fallback: socketDir });
  const { account, majorVersion } = await chooseAccount({
    postgres: binaries.postgres,
    clusterDir,
    workDir: dataDir,
    libraries,
  });
  const settings = settingsFor(availableMemoryBytes(), options.settings);
  const durable = settings['fsync'] !== 'off';
  if ((await inspectCluster(clusterDir, majorVersion)) === 'absent') {
    await initialiseCluster({ initdb: binaries.initdb, clusterDir, account, libraries, durable, log });
  }
  // Kubernetes (fsGroup) opens volumes to a group at each mount, and PostgreSQL refuses such a cluster.
  await chmod(clusterDir, 0o700).catch(() => {});
  if (account.kind === 'user') await chown(socketDir, account.uid, account.gid);
  return {
    postgres: binaries.postgres,
    clusterDir,
    socketDir,
    account,
    libraries,
    settings,
    serverLog: serverLogAt(join(dataDir, 'postgres.log')),
    startTimeoutMs: options.startTimeoutMs ?? DEFAULT_START_TIMEOUT_MS,
  };
}

/** Everything is said here, because PGPORT, PGSSLMODE and their like in the caller's environment fill every gap. */
function connectionStringFor(socketDir: string, databaseName: string): string {
  const query = new URLSearchParams({ host: socketDir, port: String(SOCKET_PORT), sslmode: 'disable' });
  return `postgresql://${SUPERUSER}@/${encodeURIComponent(databaseName)}?${query.toString().replaceAll('+', '%20')}`;
}

async function createDatabase(socketDir: string, databaseName: string): Promise<void> {
  const client = new pg.Client({ connectionString: connectionStringFor(socketDir, 'postgres') });
  try {
    await client.connect();
    const found = await client.query('select 1 from pg_database where datname = $1', [databaseName]);
    if (found.rowCount === 0) await client.query(`create database ${client.escapeIdentifier(databaseName)}`);
  } catch (error) {
    throw explainFailure(`create the database ${databaseName}`, error);
  } finally {
    await client.end().catch(() => {});
  }
}
