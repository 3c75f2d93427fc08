import { Kysely, PostgresDialect, type Transaction } from 'kysely';
import pg from 'pg';
import { HoldfastError, messageOf } from '../errors/holdfast-error.ts';

/** Statements are written with Kysely's `sql<Row>` template: values are always bound, rows are typed where they are read. */
// biome-ignore lint/suspicious/noExplicitAny: the tables' types live with their stores, which name the row of each statement.
export type Db = Kysely<any>;
// biome-ignore lint/suspicious/noExplicitAny: see Db.
export type Tx = Transaction<any>;
/** What a store function takes when it may run alone or inside its caller's transaction. */
export type Queryable = Db | Tx;

export type Database = {
  db: Db;
  /** For prepared hot paths and LISTEN; everything else goes through `db`. */
  pool: pg.Pool;
  connectionString: string;
  /** Runs `work` in one transaction; whatever it throws rolls everything back. */
  transact<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
};

const CONNECT_TIMEOUT_MS = 10_000;
const STATEMENT_TIMEOUT_MS = 30_000;
const IDLE_IN_TRANSACTION_MS = 5_000;
const IDLE_CONNECTION_MS = 60_000;

// Positions and counters are bigint in PostgreSQL and far below 2^53 here: read them as numbers.
const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.INT8, Number);

/**
 * Opens a pool on a PostgreSQL (>= 14). Does not connect yet: the first statement does.
 * @param options.poolMax most connections at once
 * @param options.onError told of errors of idle connections (a restarted server); the pool replaces them by itself
 */
export function openDatabase(options: {
  connectionString: string;
  poolMax: number;
  onError: (error: Error) => void;
  applicationName?: string;
}): Database {
  const pool = new pg.Pool({
    connectionString: options.connectionString,
    max: options.poolMax,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: IDLE_CONNECTION_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    // A process frozen in the middle of a transaction must not keep its locks.
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    application_name: options.applicationName ?? 'holdfast',
    types,
  });
  pool.on('error', options.onError);
  // A connection that breaks while checked out emits on the client; unheard it would end the process.
  pool.on('connect', (client) => client.on('error', options.onError));
  // biome-ignore lint/suspicious/noExplicitAny: see Db.
  const db = new Kysely<any>({ dialect: new PostgresDialect({ pool }) });
  let closing: Promise<void> | null = null;
  return {
    db,
    pool,
    connectionString: options.connectionString,
    transact: (work) => db.transaction().execute(work),
    close() {
      // Kysely ends the pool only if it was ever used through Kysely.
      closing ??= db.destroy().then(() => (pool.ended ? undefined : pool.end()));
      return closing;
    },
  };
}

const LOST_CONNECTION_CODES = new Set([
  '57P01',
  '57P02',
  '57P03',
  '08000',
  '08003',
  '08006',
  '08001',
  '08004',
  '53300',
]);
const LOST_CONNECTION_ERRNOS = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOENT',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EHOSTUNREACH',
]);

/** True when the server went away (restart, crash, network): the statement may be tried again once it is back. */
export function isConnectionLoss(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  const code = (thrown as { code?: unknown }).code;
  if (typeof code === 'string') return LOST_CONNECTION_CODES.has(code) || LOST_CONNECTION_ERRNOS.has(code);
  return /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error/.test(
    thrown.message,
  );
}

/** A database's answer as our error: the server being away is `unavailable`, the rest keeps its own message. */
export function databaseError(thrown: unknown, doing: string): HoldfastError {
  if (thrown instanceof HoldfastError) return thrown.within(doing);
  return new HoldfastError({
    code: isConnectionLoss(thrown) ? 'database.unavailable' : 'database.failed',
    kind: isConnectionLoss(thrown) ? 'unavailable' : 'bug',
    message: `${doing}: ${messageOf(thrown)}`,
    hint: isConnectionLoss(thrown)
      ? 'Check that PostgreSQL is running and reachable; `holdfast doctor` tells more.'
      : undefined,
    cause: thrown,
  });
}
