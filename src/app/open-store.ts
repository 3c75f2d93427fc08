import type { HoldfastConfig } from '../platform/config/load-config.ts';
import { type Database, openDatabase } from '../platform/db/database.ts';
import { settingsFromConfig } from '../platform/db/embedded/server-settings.ts';
import { startEmbeddedPostgres } from '../platform/db/embedded/start-embedded-postgres.ts';
import { assertSchemaNotNewer, migrateUp, readMigrationStatus } from '../platform/db/migrate.ts';
import { HoldfastError, messageOf } from '../platform/errors/holdfast-error.ts';
import type { Logger } from '../platform/log/logger.ts';
import type { CleanupStack } from './cleanup-stack.ts';

/** Where the database is: the configured one, or the embedded one, started now. */
export async function startStore(config: HoldfastConfig, logger: Logger, cleanup: CleanupStack): Promise<string> {
  if (config.databaseUrl !== null) return config.databaseUrl;
  const embedded = await startEmbeddedPostgres({
    dataDir: config.data,
    log: logger.child({ part: 'postgres' }),
    settings: settingsFromConfig(config.embeddedPostgres),
  });
  cleanup.push('embedded PostgreSQL', () => embedded.stop());
  return embedded.connectionString;
}

/**
 * Opens the database with the schema this version needs. The embedded one and an empty one are migrated at the start;
 * one that other replicas may be using is not: an upgrade there is a decision.
 * @throws HoldfastError `schema.newer`, `schema.behind`, `database.unavailable`
 */
export async function openStore(
  config: HoldfastConfig,
  connectionString: string,
  logger: Logger,
  cleanup: CleanupStack,
): Promise<Database> {
  const database = openDatabase({
    connectionString,
    poolMax: config.databasePoolMax,
    onError: (error) => logger.debug({ err: error }, 'database connection lost'),
  });
  cleanup.push('database pool', () => database.close());
  try {
    await assertSchemaNotNewer(database);
    const status = await readMigrationStatus(database);
    const missing = status.filter((migration) => migration.appliedAt === null).map((migration) => migration.name);
    if (missing.length === 0) return database;
    if (config.databaseUrl !== null && missing.length < status.length) {
      throw new HoldfastError({
        code: 'schema.behind',
        kind: 'conflict',
        message: `the database lacks ${missing.join(', ')}`,
        hint: 'Run `holdfast migrate up` once, then start again.',
      });
    }
    const applied = await migrateUp(connectionString);
    logger.info({ applied }, `database migrated (${applied.length} steps)`);
    return database;
  } catch (thrown) {
    if (thrown instanceof HoldfastError) throw thrown;
    throw new HoldfastError({
      code: 'database.unavailable',
      kind: 'unavailable',
      message: `open the database at ${maskPassword(connectionString)}: ${messageOf(thrown)}`,
      hint:
        config.databaseUrl === null
          ? 'Look into postgres.log in the data folder.'
          : 'Check DATABASE_URL: host, port, database, user and password.',
      cause: thrown,
    });
  }
}

/** An address as it may be shown. */
export function maskPassword(connectionString: string): string {
  return connectionString.replace(/^(\w+:\/\/[^:@/]*):[^@/]*@/, '$1:***@');
}
