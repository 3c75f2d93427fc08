import { mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type AlertEngine, type AlertLimits, type MatcherMode, openAlertEngine } from '../detect/alerting/index.ts';
import { systemClock } from '../platform/clock/clock.ts';
import { openDatabase } from '../platform/db/database.ts';
import { startEmbeddedPostgres } from '../platform/db/embedded/start-embedded-postgres.ts';
import { copyTemplateCluster } from '../platform/db/embedded/template-cluster.ts';
import { hashSchema, migrateUp, readMigrationStatus } from '../platform/db/migrate.ts';
import { messageOf } from '../platform/errors/holdfast-error.ts';
import { createWakeups } from '../platform/events/wakeups.ts';
import { startWorkerLease } from '../platform/lease/worker-lease.ts';
import type { Logger } from '../platform/log/logger.ts';
import { createAlertmanagerMetrics } from './alerting/alertmanager-metrics.ts';
import { type AlertmanagerServer, listenAsAlertmanager } from './alerting/alertmanager-server.ts';
import { loadAlertSetup } from './alerting/alertmanager-setup.ts';
import { ALERTMANAGER_VERSION } from './alerting/alertmanager-version.ts';
import { openWebConfig } from './alerting/web-config.ts';
import { createCleanupStack } from './cleanup-stack.ts';

export type AlertmanagerOptions = {
  configFile: string;
  storagePath: string;
  listen: readonly { host: string; port: number }[];
  /** Null: made from the host's name and the port. */
  externalUrl: string | null;
  /** Null: the path of the external URL. */
  routePrefix: string | null;
  retentionMs: number;
  gcIntervalMs: number;
  startDelayMs: number;
  mode: MatcherMode;
  limits: AlertLimits;
  /** Origins that browsers may call the API from; null is none. */
  corsOrigin: string | null;
  /** TLS and users, as the exporter toolkit reads them. */
  webConfigFile: string | null;
  environment: NodeJS.ProcessEnv;
  version: string;
  logger: Logger;
};

const LEASE_TTL_MS = 5_000;
const POOL_CONNECTIONS = 8;
/** After the first signal; what is not stopped by then is settled by the next start. */
const STOP_LIMIT_MS = 15_000;

/**
 * Stands in for Alertmanager's binary: same configuration file, API, routing and notifications, with what was accepted
 * in a database. Runs until it is told to stop.
 */
export async function runAlertmanager(options: AlertmanagerOptions): Promise<void> {
  const { logger } = options;
  const clock = systemClock;
  let requestStop = () => {};
  const stopRequested = new Promise<void>((resolve) => {
    requestStop = resolve;
  });
  // A second signal changes nothing: the stop is under way, and bounded.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => requestStop());
  let reload = async (): Promise<string | null> => null;
  process.on('SIGHUP', () => void reload());

  const cleanup = createCleanupStack(logger);
  try {
    let server: AlertmanagerServer | null = null;
    const externalUrl = () => options.externalUrl ?? `http://${hostname()}:${server?.port ?? ''}`;
    const load = () => loadAlertSetup({ file: options.configFile, mode: options.mode, externalUrl });
    logger.info({ version: ALERTMANAGER_VERSION, holdfast: options.version }, 'Starting Holdfast as Alertmanager');
    const web = options.webConfigFile === null ? null : await openWebConfig(options.webConfigFile);
    let loaded = await load();
    logger.info({ file: options.configFile }, 'Completed loading of configuration file');
    const metrics = createAlertmanagerMetrics({
      version: ALERTMANAGER_VERSION,
      clock,
      alertsPerName: options.limits.alertsPerName,
    });
    metrics.reloaded(true, clock.now());

    const dataDir = join(options.storagePath, 'holdfast');
    const connectionString = await startDatabase(dataDir, options, (name, stop) => cleanup.push(name, stop));
    const database = openDatabase({
      connectionString,
      poolMax: POOL_CONNECTIONS,
      onError: (error) => logger.debug({ err: error }, 'database connection lost'),
    });
    cleanup.push('database pool', () => database.close());
    const status = await readMigrationStatus(database);
    if (status.some((migration) => migration.appliedAt === null)) await migrateUp(connectionString);
    const lease = await startWorkerLease({ database, logger, ttlMs: LEASE_TTL_MS, version: options.version });
    cleanup.push('worker lease', () => lease.stop());
    const wakeups = createWakeups({ connectionString, pool: database.pool, logger });
    await wakeups.start();
    cleanup.push('wake-ups', () => wakeups.stop());

    const engine: AlertEngine = await openAlertEngine(
      { pool: database.pool, clock, logger, workerId: lease.id, wakeups, observer: observe(metrics, logger) },
      {
        setup: loaded.setup,
        mode: options.mode,
        retention: { gcIntervalMs: options.gcIntervalMs, retentionMs: options.retentionMs },
        limits: options.limits,
      },
    );
    cleanup.push('alerts', () => engine.stop());
    metrics.watch(engine);

    let reloading: Promise<string | null> = Promise.resolve(null);
    reload = () => {
      // One after the other: two at once could leave the older file in use.
      reloading = reloading.then(async () => {
        try {
          const next = await load();
          await engine.reload(next.setup);
          loaded = next;
          metrics.reloaded(true, clock.now());
          logger.info({ file: options.configFile }, 'Completed loading of configuration file');
          return null;
        } catch (thrown) {
          metrics.reloaded(false, clock.now());
          logger.error({ file: options.configFile, err: messageOf(thrown) }, 'Loading configuration file failed');
          return messageOf(thrown);
        }
      });
      return reloading;
    };
    server = await listenAsAlertmanager({
      engine,
      clock,
      logger,
      metrics,
      listen: options.listen,
      corsOrigin: options.corsOrigin,
      web,
      routePrefix: options.routePrefix ?? pathOf(options.externalUrl),
      status: {
        version: ALERTMANAGER_VERSION,
        startedAt: clock.now(),
        configText: () => loaded.config.original,
        receivers: () => loaded.config.receivers.map((receiver) => receiver.name),
      },
      reload: () => reload(),
    });
    const { close } = server;
    cleanup.push('http', () => close());
    await engine.startDispatching(clock.now().getTime() + options.startDelayMs);
    await stopRequested;
    logger.info('Received shutdown signal, exiting gracefully...');
  } finally {
    setTimeout(() => process.exit(0), STOP_LIMIT_MS).unref();
    await cleanup.run();
  }
  process.exit(0);
}

async function startDatabase(
  dataDir: string,
  options: AlertmanagerOptions,
  onStarted: (name: string, stop: () => Promise<void>) => void,
): Promise<string> {
  const log = options.logger.child({ part: 'postgres' });
  await mkdir(options.storagePath, { recursive: true });
  await copyTemplateCluster({
    dataDir,
    identity: { version: options.version, schema: await hashSchema() },
    migrate: migrateUp,
    environment: options.environment,
    log,
  });
  const server = await startEmbeddedPostgres({ dataDir, log });
  onStarted('embedded PostgreSQL', () => server.stop());
  return server.connectionString;
}

function observe(
  metrics: ReturnType<typeof createAlertmanagerMetrics>,
  logger: Logger,
): Parameters<typeof openAlertEngine>[0]['observer'] {
  return {
    suppressed: metrics.suppressed,
    limited(alerts) {
      metrics.limited(alerts);
      logger.warn({ alerts, err: 'alert limited' }, 'error on set alert');
    },
    attemptFailed(notifier, attempts, reason) {
      metrics.attemptFailed(notifier);
      const integration = `${notifier.kind}[${notifier.index}]`;
      logger.warn(
        { receiver: notifier.receiver, integration, attempts, err: reason },
        'Notify attempt failed, will retry later',
      );
    },
    ended(notifier, report, durationMs) {
      metrics.ended(notifier, report, durationMs);
      const about = {
        receiver: notifier.receiver,
        integration: `${notifier.kind}[${notifier.index}]`,
        attempts: report.attempts,
      };
      if (report.kind === 'sent') logger.debug(about, 'Notify success');
      else logger[report.kind === 'stopped' ? 'debug' : 'error']({ ...about, err: report.error }, 'Notify failed');
    },
  };
}

function pathOf(externalUrl: string | null): string {
  return externalUrl === null ? '/' : new URL(externalUrl).pathname;
}
