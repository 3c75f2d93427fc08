import pg from 'pg';
import { expect, test } from 'vitest';
import { createTestDatabase } from './postgres.ts';

test('a test database is a migrated copy of its own', async () => {
  const [one, other] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  const client = new pg.Client({ connectionString: one.connectionString });
  await client.connect();
  const { rows } = await client.query("select to_regclass('schema_migrations') is not null as migrated");
  await client.end();
  expect(rows).toEqual([{ migrated: true }]);
  expect(one.name).not.toBe(other.name);
  await one.drop();
  await other.drop();
});

test('a connection left open is named when the database is dropped', async () => {
  const database = await createTestDatabase({ empty: true });
  const client = new pg.Client({ connectionString: database.connectionString, application_name: 'forgetful' });
  client.on('error', () => {});
  await client.connect();
  await expect(database.drop()).rejects.toThrow(/1 connection\(s\) to the test database were not closed: forgetful/);
});
