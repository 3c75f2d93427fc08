import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { inject } from 'vitest';

export type TestDatabase = {
  connectionString: string;
  name: string;
  /** Drops it. Throws when a connection to it is still open: whoever opened it forgot to close it. */
  drop(): Promise<void>;
};

/** A closed connection's backend needs a moment to go. */
const BACKEND_GOODBYE_MS = 1_000;

const open = new Set<TestDatabase>();

/**
 * A database of its own on the run's PostgreSQL. Migrated like a production one unless `empty`. Dropped at the end of the file
 * by itself; a leaked connection then fails the file.
 */
export async function createTestDatabase(options: { empty?: boolean } = {}): Promise<TestDatabase> {
  const { adminUrl, template } = inject('postgres');
  const name = `test_${process.pid}_${randomBytes(5).toString('hex')}`;
  await asAdmin(adminUrl, (client) =>
    client.query(`create database ${name} template ${options.empty ? 'template0' : template} strategy file_copy`),
  );
  const database: TestDatabase = {
    name,
    connectionString: adminUrl.replace('@/postgres?', `@/${name}?`),
    async drop() {
      if (!open.delete(database)) return;
      const leaked = await asAdmin(adminUrl, async (client) => {
        const sessions = await waitForSessionsToEnd(client, name);
        await client.query(`drop database ${name} with (force)`);
        return sessions;
      });
      if (leaked.length > 0) {
        const list = leaked.map((session) => `${session.application} (${session.state}): ${session.query}`).join('; ');
        throw new Error(`${leaked.length} connection(s) to the test database were not closed: ${list}`);
      }
    },
  };
  open.add(database);
  return database;
}

/** Drops what the file did not drop itself; called after all its tests. */
export async function dropTestDatabases(): Promise<void> {
  const results = await Promise.allSettled([...open].map((database) => database.drop()));
  const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  if (failures.length > 0) throw failures.length === 1 ? failures[0] : new AggregateError(failures);
}

type Session = { application: string; state: string; query: string };

async function waitForSessionsToEnd(client: pg.Client, name: string): Promise<Session[]> {
  const deadline = performance.now() + BACKEND_GOODBYE_MS;
  for (;;) {
    const { rows } = await client.query<Session>(
      `select application_name as application, coalesce(state, '') as state, left(query, 200) as query
         from pg_stat_activity where datname = $1 and backend_type = 'client backend'`,
      [name],
    );
    if (rows.length === 0 || performance.now() >= deadline) return rows;
    await sleep(10);
  }
}

async function asAdmin<Result>(adminUrl: string, work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: adminUrl, application_name: 'test harness' });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
