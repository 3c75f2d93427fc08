import pg from 'pg';
import { databaseError } from '../db/database.ts';

const CONNECT_TIMEOUT_MS = 10_000;

/** One connection without the limits of the server's pool: copying everything takes as long as it takes. */
export async function withBackupClient<Result>(
  connectionString: string,
  doing: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({
    connectionString,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'holdfast backup',
  });
  // A connection lost while a stream runs is told by the stream; unheard here it would end the process.
  client.on('error', () => {});
  try {
    await client.connect();
    return await work(client);
  } catch (thrown) {
    throw databaseError(thrown, doing);
  } finally {
    await client.end().catch(() => {});
  }
}
