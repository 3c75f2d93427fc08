import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../platform/db/embedded/start-embedded-postgres.ts';
import { messageOf } from '../platform/errors/holdfast-error.ts';

// The demo's service, a process of its own: it keeps orders in a PostgreSQL of its own. Nothing in it knows that it will
// be broken. Usage: shop-process.ts FOLDER; says {"address","databaseUrl"} on stdout; ends when stdin closes.

const CONNECTIONS = 8;
/** As most services have it: a query may wait for a connection and for locks, but not for ever. */
const CONNECT_TIMEOUT_MS = 700;
const STATEMENT_TIMEOUT_MS = 10_000;
const STOCK = ['rope', 'anchor', 'shackle', 'buoy'] as const;

async function main(folder: string): Promise<void> {
  const postgres = await startEmbeddedPostgres({
    dataDir: join(folder, 'shop'),
    databaseName: 'shop',
    settings: { shared_buffers: '16MB', max_connections: '30' },
  });
  const pool = new pg.Pool({
    connectionString: postgres.connectionString,
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    application_name: 'shop',
  });
  pool.on('error', () => {});
  await prepareTables(pool);
  const server = createServer((request, response) => {
    const route = `${request.method} ${request.url}`;
    const work = route === 'POST /orders' ? takeOrder(pool) : route === 'GET /health' ? checkHealth(pool) : null;
    if (!work) return answer(response, 404, { error: 'not found' });
    work.then(
      (body) => answer(response, 200, body),
      (thrown: unknown) => answer(response, 503, { error: messageOf(thrown) }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  const stop = async () => {
    server.closeAllConnections();
    server.close();
    // Not awaited: orders that still wait for a lock would hold it up, and the server's stop ends them anyway.
    void pool.end().catch(() => {});
    await postgres.stop();
    process.exit(0);
  };
  process.stdin.on('end', () => void stop()).on('error', () => void stop());
  process.stdin.resume();
  process.on('SIGTERM', () => void stop());
  // Ctrl-C reaches the whole group of the terminal; the parent decides when this one ends.
  process.on('SIGINT', () => {});
  const { port } = server.address() as AddressInfo;
  process.stdout.write(
    `${JSON.stringify({ address: `http://127.0.0.1:${port}`, databaseUrl: postgres.connectionString })}\n`,
  );
}

async function prepareTables(pool: pg.Pool): Promise<void> {
  await pool.query('create table if not exists stock (item text primary key, left_over int not null)');
  await pool.query(
    'create table if not exists orders (id bigint generated always as identity primary key, item text not null references stock, placed_at timestamptz not null default now())',
  );
  for (const item of STOCK) {
    await pool.query('insert into stock values ($1, 1000000) on conflict do nothing', [item]);
  }
}

/** One order: takes an item off the stock and writes the order, in one transaction. */
async function takeOrder(pool: pg.Pool): Promise<{ order: number }> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const item = STOCK[Math.floor(Math.random() * STOCK.length)];
    await client.query('update stock set left_over = left_over - 1 where item = $1', [item]);
    const placed = await client.query<{ id: string }>('insert into orders (item) values ($1) returning id', [item]);
    await client.query('commit');
    client.release();
    return { order: Number(placed.rows[0]?.id) };
  } catch (thrown) {
    client.release(true);
    throw thrown;
  }
}

/** Healthy means that it can do its work: it gets a connection and reads the stock. */
async function checkHealth(pool: pg.Pool): Promise<{ status: string }> {
  await pool.query('select sum(left_over) from stock');
  return { status: 'ok' };
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

await main(process.argv[2] ?? '');
