import { execFile } from 'node:child_process';
import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { programOnPath, requireServer } from '../require-server.ts';
import { findFreePorts, makeFolder, startProgram } from './start-program.ts';

const run = promisify(execFile);

/** Where Debian keeps the servers, by major version. */
const DEBIAN_FOLDER = '/usr/lib/postgresql';
/** nobody: PostgreSQL refuses to be root. */
const NOBODY = { uid: 65_534, gid: 65_534 };

/** A PostgreSQL server and the tools of the same release: an older pg_dump refuses the embedded server. */
export const requirePostgresServer = () =>
  requireServer('postgres-server', async () =>
    newestServer() === null ? `no server below ${DEBIAN_FOLDER}` : programOnPath('pg_dump')(),
  );

function newestServer(): string | null {
  try {
    const versions = readdirSync(DEBIAN_FOLDER).filter((name) =>
      readdirSync(join(DEBIAN_FOLDER, name, 'bin')).includes('initdb'),
    );
    const newest = versions.sort((left, right) => Number(left) - Number(right)).at(-1);
    return newest === undefined ? null : join(DEBIAN_FOLDER, newest, 'bin');
  } catch {
    return null;
  }
}

export type TestPostgresServer = {
  host: string;
  port: number;
  password: string;
  /** @returns an address of one of its databases */
  url(database: string): string;
  /** Ends the server; and starts it again, with what it holds. */
  halt(): Promise<void>;
  resume(): Promise<void>;
  /** Starts it again as a standby of another. */
  follow(primary: TestPostgresServer): Promise<void>;
  /** @returns what it has logged until now */
  log(): string;
  stop(): Promise<void>;
};

const PASSWORD = 'only-for-this-test';

/** A PostgreSQL of its own on a port, with a password, as operators have it. */
export function startPostgresServer(): Promise<TestPostgresServer> {
  return startOn(initialize);
}

/** A standby that streams from another server. */
export function startPostgresStandby(primary: TestPostgresServer): Promise<TestPostgresServer> {
  return startOn(async ({ bin, data, folder, account }) => {
    await run(
      join(bin, 'pg_basebackup'),
      ['-h', primary.host, '-p', String(primary.port), '-U', 'postgres', '-D', data, '-R', '-c', 'fast', '--no-sync'],
      { cwd: folder, env: { ...process.env, PGPASSWORD: PASSWORD }, ...account },
    );
  });
}

type Place = { bin: string; folder: string; data: string; account: typeof NOBODY | undefined };

async function initialize({ bin, folder, data, account }: Place): Promise<void> {
  await run('sh', ['-c', 'printf %s "$1" > "$2"', 'sh', PASSWORD, join(folder, 'password')], { ...account });
  await run(
    join(bin, 'initdb'),
    [
      '-D',
      data,
      '-U',
      'postgres',
      '--auth=scram-sha-256',
      `--pwfile=${join(folder, 'password')}`,
      '--no-sync',
      '-E',
      'UTF8',
      '--locale=C',
    ],
    { cwd: folder, ...account },
  );
}

async function startOn(fill: (place: Place) => Promise<void>): Promise<TestPostgresServer> {
  const bin = newestServer();
  if (bin === null) throw new Error(`no PostgreSQL server below ${DEBIAN_FOLDER}`);
  const account = process.getuid?.() === 0 ? NOBODY : undefined;
  const folder = await makeFolder('postgres-server', account);
  const data = join(folder.path, 'data');
  const [port = 0] = await findFreePorts(1);
  await fill({ bin, folder: folder.path, data, account });
  const start = () =>
    startProgram({
      program: join(bin, 'postgres'),
      args: ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder.path, '-c', 'fsync=off'],
      folder: folder.path,
      account,
      isReady: async () => {
        await run(join(bin, 'pg_isready'), ['-h', '127.0.0.1', '-p', String(port)]);
        return true;
      },
    });
  let server = await start();
  return {
    host: '127.0.0.1',
    port,
    password: PASSWORD,
    url: (database) => `postgres://postgres:${PASSWORD}@127.0.0.1:${port}/${database}`,
    halt: () => server.stop(),
    async follow(primary) {
      const conninfo = `host=${primary.host} port=${primary.port} user=postgres password=${PASSWORD}`;
      appendFileSync(join(data, 'postgresql.auto.conf'), `primary_conninfo = '${conninfo}'\n`);
      appendFileSync(join(data, 'standby.signal'), '');
      server = await start();
    },
    async resume() {
      server = await start();
    },
    log: () => readFileSync(join(folder.path, 'postgres.log'), 'utf8'),
    async stop() {
      await server.stop();
      folder.remove();
    },
  };
}
