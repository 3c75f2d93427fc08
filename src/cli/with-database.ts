import type { HoldfastConfig } from '../platform/config/load-config.ts';
import { HoldfastError } from '../platform/errors/holdfast-error.ts';
import { findLiveDatabase } from './find-live-database.ts';

/**
 * Gives work the database of a configuration: the configured one, or the embedded one, started for as long as the work
 * takes.
 * @param options.besideServer uses the embedded one of a running server where there is one: for work that may share it
 * @throws HoldfastError `data.in-use` where a server has the embedded one
 */
export async function withDatabase<Result>(
  config: HoldfastConfig,
  work: (connectionString: string) => Promise<Result>,
  options: { besideServer?: boolean } = {},
): Promise<Result> {
  if (config.databaseUrl === null && options.besideServer) {
    const live = await findLiveDatabase(config.data);
    if (live !== null) return work(live);
  }
  const { startStore } = await import('../app/open-store.ts');
  const { createCleanupStack } = await import('../app/cleanup-stack.ts');
  const { createLogger } = await import('../platform/log/logger.ts');
  const logger = createLogger({ level: 'error' });
  const cleanup = createCleanupStack(logger);
  try {
    return await work(await startStore(config, logger, cleanup));
  } finally {
    await cleanup.run();
  }
}

/** Refuses a data folder that holds nothing yet: commands that only look must not make one. */
export async function assertClusterExists(config: HoldfastConfig): Promise<void> {
  if (config.databaseUrl !== null) return;
  const { existsSync } = await import('node:fs');
  const { join } = await import('node:path');
  if (existsSync(join(config.data, 'postgres', 'PG_VERSION'))) return;
  throw new HoldfastError({
    code: 'data.empty',
    kind: 'missing',
    message: `${config.data} holds no database`,
    hint: 'Name the data folder of the installation with --data, or its database with DATABASE_URL.',
  });
}
