import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres } from '../../src/platform/db/embedded/start-embedded-postgres.ts';
import { migrateUp } from '../../src/platform/db/migrate.ts';

declare module 'vitest' {
  interface ProvidedContext {
    postgres: { adminUrl: string; template: string };
  }
}

const TEMPLATE = 'holdfast_template';

/**
 * Nothing in a test run outlives the machine, so nothing needs to reach the disk. Everything a program could notice
 * (isolation, commit order, crash recovery of a killed server) stays as in production.
 */
const TEST_SETTINGS = {
  fsync: 'off',
  full_page_writes: 'off',
  max_connections: '250',
  shared_buffers: '128MB',
  checkpoint_timeout: '1h',
};

/** One PostgreSQL for the whole run, with a migrated database every test file gets a copy of. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-test-'));
  const server = await startEmbeddedPostgres({ dataDir, settings: TEST_SETTINGS, databaseName: TEMPLATE }).catch(
    async (error) => {
      await rm(dataDir, { recursive: true, force: true });
      throw error;
    },
  );
  const tearDown = async () => {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    await migrateUp(server.connectionString);
  } catch (error) {
    await tearDown();
    throw error;
  }
  project.provide('postgres', {
    adminUrl: server.connectionString.replace(`@/${TEMPLATE}?`, '@/postgres?'),
    template: TEMPLATE,
  });
  return tearDown;
}
