import pg from 'pg';
import { maskUrlPassword } from '../../platform/config/mask-secret.ts';
import { openDatabase } from '../../platform/db/database.ts';
import { assertSchemaNotNewer, readMigrationStatus } from '../../platform/db/migrate.ts';
import { HoldfastError, messageOf } from '../../platform/errors/holdfast-error.ts';
import { examinePooler } from './examine-pooler.ts';
import { bad, type Examined, good, warning } from './examined.ts';

const CONNECT_TIMEOUT_MS = 5_000;
const LOWEST_VERSION = 140_000;
const MOST_CLOCK_SKEW_MS = 2_000;
/** Wake-ups, the worker lease and a person with psql need connections beside the pool. */
const BESIDE_POOL = 5;

type Facts = {
  version: number;
  encoding: string;
  mayCreate: boolean;
  readOnly: boolean;
  standby: boolean;
  fsync: string;
  fullPageWrites: string;
  synchronousCommit: string;
  maxConnections: number;
  now: Date;
};

/** Holdfast's own database: reachable, new enough, set so that what was acknowledged stays, with the right schema. */
export async function examineDatabase(
  connectionString: string,
  options: { poolMax: number; embedded: boolean },
): Promise<Examined[]> {
  const client = new pg.Client({
    connectionString,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'holdfast doctor',
  });
  client.on('error', () => {});
  try {
    await client.connect();
  } catch (thrown) {
    return [bad('database', `${maskUrlPassword(connectionString)}: ${messageOf(thrown)}`, adviceFor(thrown))];
  }
  try {
    const facts = await readFacts(client);
    return [
      ...judgeServer(facts),
      ...judgeSettings(facts, options.poolMax),
      judgeClock(facts.now, new Date()),
      ...(options.embedded ? [] : [await examinePooler(connectionString)]),
      await examineSchema(connectionString),
    ];
  } catch (thrown) {
    return [bad('database', messageOf(thrown), 'Look into the log of the PostgreSQL server.')];
  } finally {
    await client.end().catch(() => {});
  }
}

async function readFacts(client: pg.Client): Promise<Facts> {
  const found = await client.query<Facts>(`
    select current_setting('server_version_num')::int as version,
           pg_encoding_to_char(d.encoding) as encoding,
           has_database_privilege(current_database(), 'create') as "mayCreate",
           current_setting('default_transaction_read_only') = 'on' as "readOnly",
           pg_is_in_recovery() as standby,
           current_setting('fsync') as fsync,
           current_setting('full_page_writes') as "fullPageWrites",
           current_setting('synchronous_commit') as "synchronousCommit",
           current_setting('max_connections')::int as "maxConnections",
           clock_timestamp() as now
      from pg_database d where d.datname = current_database()`);
  return found.rows[0]!;
}

function judgeServer(facts: Facts): Examined[] {
  const version = `PostgreSQL ${Math.floor(facts.version / 10_000)}.${facts.version % 10_000}`;
  if (facts.version < LOWEST_VERSION)
    return [bad('database', `${version} is older than 14`, 'Use PostgreSQL 14 or newer.')];
  const wrong: Examined[] = [];
  if (facts.standby || facts.readOnly) {
    wrong.push(
      bad(
        'database',
        `${version}, but it only reads (${facts.standby ? 'a standby' : 'default_transaction_read_only'})`,
        'Name the primary in DATABASE_URL.',
      ),
    );
  }
  if (facts.encoding !== 'UTF8')
    wrong.push(bad('database encoding', facts.encoding, `Create the database anew: create database … encoding 'UTF8'`));
  if (!facts.mayCreate)
    wrong.push(
      bad('database role', 'this role may not create schemas', 'Make it the owner: alter database … owner to …'),
    );
  return wrong.length > 0 ? wrong : [good('database', `${version}, reachable, UTF8, this role may create schemas`)];
}

function judgeSettings(facts: Facts, poolMax: number): Examined[] {
  const risky = [
    facts.fsync === 'on' ? null : 'fsync is off',
    facts.fullPageWrites === 'on' ? null : 'full_page_writes is off',
    facts.synchronousCommit === 'off' ? 'synchronous_commit is off' : null,
  ].filter((setting) => setting !== null);
  const examined: Examined[] = [];
  if (risky.length > 0) {
    examined.push(
      bad(
        'database settings',
        `${risky.join(', ')}: a crash can lose what was acknowledged`,
        'Turn these settings on for this database.',
      ),
    );
  }
  if (facts.maxConnections < poolMax + BESIDE_POOL) {
    examined.push(
      warning(
        'database connections',
        `the server takes ${facts.maxConnections}, the pool of one process alone may want ${poolMax}`,
        'Raise max_connections, or lower databasePoolMax.',
      ),
    );
  }
  return examined.length > 0 ? examined : [good('database settings', 'nothing acknowledged can be lost in a crash')];
}

function judgeClock(theirs: Date, ours: Date): Examined {
  const skewMs = Math.abs(theirs.getTime() - ours.getTime());
  if (skewMs <= MOST_CLOCK_SKEW_MS) return good('clock', `within ${skewMs} ms of the database's`);
  return warning(
    'clock',
    `this machine is ${(skewMs / 1_000).toFixed(1)} s away from the database`,
    'Let both follow a time server: due times are those of this machine.',
  );
}

async function examineSchema(connectionString: string): Promise<Examined> {
  const database = openDatabase({
    connectionString,
    poolMax: 1,
    onError: () => {},
    applicationName: 'holdfast doctor',
  });
  try {
    await assertSchemaNotNewer(database);
    const status = await readMigrationStatus(database);
    const missing = status.filter((migration) => migration.appliedAt === null).map((migration) => migration.name);
    if (missing.length === 0) return good('schema', `up to date (${status.at(-1)?.name ?? 'empty'})`);
    if (missing.length === status.length) return good('schema', 'not there yet; the first start makes it');
    return bad('schema', `${missing.join(', ')} missing`, 'Run: holdfast migrate up');
  } catch (thrown) {
    return bad(
      'schema',
      messageOf(thrown),
      (thrown instanceof HoldfastError && thrown.hint) || 'Look into the log of the PostgreSQL server.',
    );
  } finally {
    await database.close();
  }
}

/** What to do about the commonest refusals, by the code PostgreSQL or the socket gives. */
function adviceFor(thrown: unknown): string {
  const code = String((thrown as { code?: unknown }).code ?? '');
  const advice: Readonly<Record<string, string>> = {
    ECONNREFUSED: 'Start PostgreSQL, or correct host and port in DATABASE_URL.',
    ENOTFOUND: 'Correct the host in DATABASE_URL: its name does not resolve.',
    '28P01': 'Correct user and password in DATABASE_URL.',
    '28000': 'Let this user in: pg_hba.conf of the server refuses it.',
    '3D000': 'Create the database, or correct its name in DATABASE_URL.',
    '53300': 'Raise max_connections, or end idle sessions.',
  };
  return advice[code] ?? 'Check DATABASE_URL: host, port, database, user and password.';
}
