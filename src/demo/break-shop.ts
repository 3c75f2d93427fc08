import pg from 'pg';

/**
 * Breaks the shop for real, the way it happens: a session changes a row of every item, goes idle without committing, and
 * whoever needs those rows waits behind it holding a connection.
 * @returns closes our end, for the case that nobody ended the session
 */
export async function breakShop(databaseUrl: string): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'stock-report' });
  // It will be ended from outside: that is the point.
  client.on('error', () => {});
  await client.connect();
  await client.query('begin');
  await client.query('update stock set left_over = left_over where true');
  return () => client.end().catch(() => {});
}
