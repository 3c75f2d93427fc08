import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Migration, Migrator } from 'kysely/migration';
import { getConstructionPlans, getMigrationPlans } from 'pg-boss';
import { HoldfastError, messageOf } from '../errors/holdfast-error.ts';
import { type Database, databaseError, openDatabase } from './database.ts';

export type MigrationStatus = { name: string; appliedAt: Date | null };

/** The schema pg-boss keeps its jobs in; only `holdfast migrate` creates or changes it. */
export const JOBS_SCHEMA = 'jobs';

const migrationsFolder = fileURLToPath(new URL('../../../migrations/', import.meta.url));

async function readMigrations(): Promise<Record<string, Migration>> {
  const migrations: Record<string, Migration> = {};
  for (const file of (await readdir(migrationsFolder)).sort()) {
    const name = /^(\d{4}-[a-z0-9-]+)\.(ts|js)$/.exec(file)?.[1];
    if (name) migrations[name] = (await import(pathToFileURL(`${migrationsFolder}${file}`).href)) as Migration;
  }
  return migrations;
}

function createMigrator(database: Database): Migrator {
  return new Migrator({
    db: database.db,
    provider: { getMigrations: readMigrations },
    migrationTableName: 'schema_migrations',
    migrationLockTableName: 'schema_migrations_lock',
  });
}

/** Every known migration and when this database got it. */
export async function readMigrationStatus(database: Database): Promise<MigrationStatus[]> {
  const rows = await createMigrator(database).getMigrations();
  return rows.map((row) => ({ name: row.name, appliedAt: row.executedAt ?? null }));
}

/**
 * Refuses a database that a newer Holdfast has migrated: an old replica must not write into a shape it does not know.
 * @throws HoldfastError conflict `schema.newer`
 */
export async function assertSchemaNotNewer(database: Database): Promise<void> {
  const known = new Set(Object.keys(await readMigrations()));
  const present = await database.pool.query<{ there: boolean }>(
    `select to_regclass('schema_migrations') is not null as there`,
  );
  if (!present.rows[0]?.there) return;
  const applied = await database.pool.query<{ name: string }>('select name from schema_migrations order by name');
  const unknown = applied.rows.map((row) => row.name).filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw new HoldfastError({
      code: 'schema.newer',
      kind: 'conflict',
      message: `the database was migrated by a newer Holdfast (it has ${unknown.join(', ')}, unknown to this version)`,
      hint: 'Start the newer version, or restore a backup made before the upgrade.',
    });
  }
}

/**
 * Brings the schema up to date: forward only, each migration in its own transaction, one migrator at a time.
 * @returns names of the migrations applied now
 * @throws HoldfastError conflict `schema.newer`, bug `migration.failed`, unavailable `database.unavailable`
 */
export async function migrateUp(connectionString: string): Promise<string[]> {
  const database = openDatabase({
    connectionString,
    poolMax: 2,
    onError: () => {},
    applicationName: 'holdfast migrate',
  });
  try {
    await assertSchemaNotNewer(database);
    const { error, results } = await createMigrator(database).migrateToLatest();
    if (error) {
      const failed = results?.find((result) => result.status === 'Error')?.migrationName;
      throw new HoldfastError({
        code: 'migration.failed',
        kind: 'bug',
        message: `migration ${failed ?? '(none)'} failed: ${messageOf(error)}`,
        hint: 'Nothing of that migration was kept. Report it with the line above.',
        cause: error,
      });
    }
    await migrateJobs(database);
    return (results ?? []).filter((result) => result.status === 'Success').map((result) => result.migrationName);
  } catch (thrown) {
    throw databaseError(thrown, 'migrate the database');
  } finally {
    await database.close();
  }
}

/**
 * Gives an empty database the schema as it was with a certain migration: rows of a backup fit only the schema they were
 * saved from. `migrateUp` brings it and them up to date afterwards.
 * @throws HoldfastError bug `migration.failed`
 */
export async function migrateTo(connectionString: string, name: string): Promise<void> {
  const database = openDatabase({
    connectionString,
    poolMax: 2,
    onError: () => {},
    applicationName: 'holdfast migrate',
  });
  try {
    const { error } = await createMigrator(database).migrateTo(name);
    if (!error) return;
    throw new HoldfastError({
      code: 'migration.failed',
      kind: 'bug',
      message: `the schema of ${name} could not be made: ${messageOf(error)}`,
      cause: error,
    });
  } finally {
    await database.close();
  }
}

/** Names of the migrations this version knows, in order. */
export async function listKnownMigrations(): Promise<string[]> {
  return Object.keys(await readMigrations());
}

/** Changes whenever the schema a new database gets does: what the migrations say, and pg-boss's version. */
export async function hashSchema(): Promise<string> {
  const hash = createHash('sha256').update(String(jobsVersion()));
  for (const file of (await readdir(migrationsFolder)).sort())
    if (/\.(ts|js)$/.test(file)) hash.update(readFileSync(`${migrationsFolder}${file}`));
  return hash.digest('hex');
}

/** pg-boss's own tables, from its own plans. */
async function migrateJobs(database: Database): Promise<void> {
  const there = await database.pool.query<{ there: boolean }>(
    `select to_regclass('${JOBS_SCHEMA}.version') is not null as there`,
  );
  if (!there.rows[0]?.there) {
    await database.pool.query(getConstructionPlans(JOBS_SCHEMA));
    return;
  }
  const version = await database.pool.query<{ version: number }>(`select version from ${JOBS_SCHEMA}.version`);
  const current = version.rows[0]?.version ?? 0;
  // It asserts that there is something to migrate.
  if (current < jobsVersion()) await database.pool.query(getMigrationPlans(JOBS_SCHEMA, current));
}

/** The schema version the installed pg-boss works with. */
function jobsVersion(): number {
  const manifest = createRequire(import.meta.url).resolve('pg-boss/package.json');
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { pgboss: { schema: number } }).pgboss.schema;
}
