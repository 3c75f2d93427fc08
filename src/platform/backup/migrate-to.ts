import { readdir } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Migration, Migrator } from 'kysely/migration';
import { openDatabase } from '../db/database.ts';
import { HoldfastError, messageOf } from '../errors/holdfast-error.ts';

const migrationsFolder = fileURLToPath(new URL('../../../migrations/', import.meta.url));

/** The migrations this version knows, in order. */
export async function listKnownMigrations(): Promise<string[]> {
  const names = (await readdir(migrationsFolder)).map((file) => /^(\d{4}-[a-z0-9-]+)\.(?:ts|js)$/.exec(file)?.[1]);
  return names.filter((name) => name !== undefined).sort();
}

/**
 * Gives an empty database the schema as it was with a certain migration, because rows fit only the schema they were
 * saved from. `migrateUp` brings it and them up to date afterwards.
 */
export async function migrateTo(connectionString: string, name: string): Promise<void> {
  const database = openDatabase({
    connectionString,
    poolMax: 2,
    onError: () => {},
    applicationName: 'holdfast backup',
  });
  try {
    const migrations: Record<string, Migration> = {};
    for (const file of await readdir(migrationsFolder)) {
      const known = /^(\d{4}-[a-z0-9-]+)\.(?:ts|js)$/.exec(file)?.[1];
      if (known) migrations[known] = (await import(pathToFileURL(`${migrationsFolder}${file}`).href)) as Migration;
    }
    const migrator = new Migrator({
      db: database.db,
      provider: { getMigrations: async () => migrations },
      migrationTableName: 'schema_migrations',
      migrationLockTableName: 'schema_migrations_lock',
    });
    const { error } = await migrator.migrateTo(name);
    if (error) {
      throw new HoldfastError({
        code: 'migration.failed',
        kind: 'bug',
        message: `the schema of ${name} could not be made: ${messageOf(error)}`,
        cause: error,
      });
    }
  } finally {
    await database.close();
  }
}
