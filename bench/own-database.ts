import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Database, openDatabase } from '../src/platform/db/database.ts';
import { startEmbeddedPostgres } from '../src/platform/db/embedded/start-embedded-postgres.ts';
import { migrateUp } from '../src/platform/db/migrate.ts';

export type OwnDatabase = { database: Database; connectionString: string; close(): Promise<void> };

/** A migrated embedded PostgreSQL with fsync, as in production, in a temporary folder. */
export async function openOwnDatabase(poolMax: number): Promise<OwnDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
  const postgres = await startEmbeddedPostgres({ dataDir: folder });
  await migrateUp(postgres.connectionString);
  const database = openDatabase({ connectionString: postgres.connectionString, poolMax, onError: () => {} });
  return {
    database,
    connectionString: postgres.connectionString,
    async close() {
      await database.close();
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
