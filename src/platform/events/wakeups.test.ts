import pg from 'pg';
import { expect, it } from 'vitest';
import { createTestDatabase } from '../../../test/harness/postgres.ts';
import { createSilentLogger } from '../log/logger.ts';
import { createWakeups } from './wakeups.ts';

/** The same server by another database, from where this one can be closed to everybody. */
const elsewhere = (connectionString: string) => connectionString.replace(/@\/test_[^?]+\?/, '@/postgres?');

it('after any number of failed attempts it listens on one connection again, and hears', async () => {
  const { connectionString } = await createTestDatabase();
  const name = /@\/(test_[^?]+)\?/.exec(connectionString)?.[1] ?? '';
  const admin = new pg.Client({ connectionString: elsewhere(connectionString) });
  await admin.connect();
  const pool = new pg.Pool({ connectionString, max: 1 });
  pool.on('error', () => {});
  const wakeups = createWakeups({ connectionString, pool, logger: createSilentLogger() });
  await wakeups.start();
  const listening = async () => {
    const found = await admin.query(
      `select pid from pg_stat_activity where datname = $1 and application_name = 'holdfast listen'`,
      [name],
    );
    return found.rowCount;
  };
  try {
    for (let outage = 0; outage < 2; outage += 1) {
      // Refused while it starts up: the connection both fails and ends.
      await admin.query(`alter database ${name} with allow_connections false`);
      await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
      await new Promise((resolve) => setTimeout(resolve, 1_800));
      await admin.query(`alter database ${name} with allow_connections true`);
      await expect.poll(listening, { timeout: 10_000 }).toBe(1);
    }
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(await listening()).toBe(1);
    const heard = new Promise<void>((resolve) => wakeups.on('runs', () => resolve()));
    await pool.query(`select pg_notify('holdfast_wake', 'somebody:runs')`);
    await heard;
  } finally {
    await wakeups.stop();
    await pool.end();
    await admin.end();
  }
});
