import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, chown, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type ClusterYard, FAST_SETTINGS, openClusterYard, query } from '../../../../test/harness/postgres-clusters.ts';
import { listClusterProcesses } from './cluster-processes.ts';
import { startEmbeddedPostgres } from './start-embedded-postgres.ts';

let yard: ClusterYard;
beforeAll(async () => {
  yard = await openClusterYard();
});
afterEach(() => yard.stopAll());
afterAll(() => yard.close());

test('the first start makes a UTF-8 cluster with the builtin locale, fsync on, reachable by its private socket alone', async () => {
  const server = await yard.start(join(yard.base, 'fresh'), { settings: {} });
  const [row] = await query(
    server.connectionString,
    `select datname, pg_encoding_to_char(encoding) as encoding, datlocprovider, datlocale, current_user as who,
            current_setting('fsync') as fsync, current_setting('listen_addresses') as addresses,
            current_setting('data_checksums') as checksums
       from pg_database where datname = current_database()`,
  );
  expect(row).toEqual({
    datname: 'holdfast',
    encoding: 'UTF8',
    datlocprovider: 'b',
    datlocale: 'C.UTF-8',
    who: 'holdfast',
    fsync: 'on',
    addresses: '',
    checksums: 'on',
  });
  expect((await stat(server.socketDir)).mode & 0o777).toBe(0o700);
  expect(await readFile(join(yard.base, 'fresh', 'postgres', 'pg_hba.conf'), 'utf8')).not.toMatch(/^host/m);
});

test('stopping ends every process and leaves no socket folder and no lock behind, also when asked twice', async () => {
  const dataDir = await yard.newDataDir();
  const server = await yard.start(dataDir);
  await Promise.all([server.stop(), server.stop()]);
  await server.stop();
  expect(await server.exited).toEqual({ code: 0, signal: null });
  expect(await listClusterProcesses(join(dataDir, 'postgres'))).toEqual([]);
  expect(existsSync(server.socketDir)).toBe(false);
  expect(existsSync(join(dataDir, 'holdfast.lock'))).toBe(false);
});

test('a data directory may have a path with spaces that is longer than a socket path may be', async () => {
  const dataDir = await yard.newDataDir(`${'a rather long name '.repeat(8)}end`);
  const server = await yard.start(dataDir);
  expect(dataDir.length).toBeGreaterThan(107);
  expect(await query(server.connectionString, 'select 1 as one')).toEqual([{ one: 1 }]);
});

test('characters the library loader cannot take in a path do no harm', async () => {
  const server = await yard.start(await yard.newDataDir('co:lon;semi$LIB'));
  expect(await query(server.connectionString, 'select 1 as one')).toEqual([{ one: 1 }]);
});

test('the environment cannot redirect a connection', async () => {
  const server = await yard.start(await yard.newDataDir());
  process.env['PGPORT'] = '1';
  process.env['PGHOST'] = 'nowhere.invalid';
  process.env['PGSSLMODE'] = 'require';
  try {
    expect(await query(server.connectionString, 'select 1 as one')).toEqual([{ one: 1 }]);
  } finally {
    for (const name of ['PGPORT', 'PGHOST', 'PGSSLMODE']) delete process.env[name];
  }
});

test('several clusters run at once', async () => {
  const servers = await Promise.all([yard.start(await yard.newDataDir()), yard.start(await yard.newDataDir())]);
  for (const server of servers) {
    expect(await query(server.connectionString, 'select 1 as one')).toEqual([{ one: 1 }]);
  }
});

test('a second owner of a data directory is refused and told who has it', async () => {
  const dataDir = await yard.newDataDir();
  const { owner } = await yard.startOwner(dataDir);
  const refused = startEmbeddedPostgres({ dataDir, settings: FAST_SETTINGS });
  await expect(refused).rejects.toMatchObject({ code: 'data.in-use', kind: 'conflict' });
  await expect(refused).rejects.toThrow(`process ${owner.pid}`);
  owner.kill('SIGTERM');
  await once(owner, 'exit');
  const server = await yard.start(dataDir);
  await expect(startEmbeddedPostgres({ dataDir })).rejects.toMatchObject({ code: 'data.in-use' });
  expect(await query(server.connectionString, 'select 1 as one')).toEqual([{ one: 1 }]);
});

test('of several that start at once exactly one gets the data directory', async () => {
  const dataDir = await yard.newDataDir();
  const all = await Promise.all([1, 2, 3, 4].map(() => yard.runOwner(dataDir)));
  expect(all.filter(({ said }) => said.started !== undefined)).toHaveLength(1);
  expect(all.flatMap(({ said }) => said.failed?.code ?? [])).toEqual(['data.in-use', 'data.in-use', 'data.in-use']);
});

test('a cluster of another major version is refused and left as it was', async () => {
  const dataDir = await yard.newDataDir();
  await writeFile(join(dataDir, 'postgres', 'PG_VERSION'), '15\n');
  const before = readdirSync(join(dataDir, 'postgres'));
  const refused = startEmbeddedPostgres({ dataDir });
  await expect(refused).rejects.toMatchObject({ code: 'data.version', kind: 'unavailable', retryable: false });
  await expect(refused).rejects.toThrow(/was written by PostgreSQL 15, this Holdfast brings PostgreSQL 18/);
  expect(readdirSync(join(dataDir, 'postgres'))).toEqual(before);
  expect(existsSync(join(dataDir, 'holdfast.lock'))).toBe(false);
});

test('a folder that is not a cluster is refused and left as it was', async () => {
  const dataDir = join(yard.base, 'foreign');
  await mkdir(join(dataDir, 'postgres'), { recursive: true });
  await writeFile(join(dataDir, 'postgres', 'precious.txt'), 'mine');
  await expect(startEmbeddedPostgres({ dataDir })).rejects.toMatchObject({ code: 'data.damaged' });
  expect(await readFile(join(dataDir, 'postgres', 'precious.txt'), 'utf8')).toBe('mine');
});

test('a damaged cluster is refused with the last words of PostgreSQL and the place of its log', async () => {
  const dataDir = await yard.newDataDir();
  await rm(join(dataDir, 'postgres', 'global', 'pg_control'));
  await expect(startEmbeddedPostgres({ dataDir, settings: FAST_SETTINGS })).rejects.toMatchObject({
    code: 'data.damaged',
    message: expect.stringMatching(/could not find the database system/),
    hint: expect.stringContaining(join(dataDir, 'postgres.log')),
  });
});

test('a setting PostgreSQL refuses is reported in its own words', async () => {
  const dataDir = await yard.newDataDir();
  const refused = startEmbeddedPostgres({ dataDir, settings: { ...FAST_SETTINGS, work_mem: 'a lot' } });
  await expect(refused).rejects.toMatchObject({ code: 'database.start-failed' });
  await expect(refused).rejects.toThrow(/invalid value for parameter "work_mem": "a lot"/);
});

test('a file in the place of the data directory is named', async () => {
  const file = join(yard.base, 'a file');
  await writeFile(file, '');
  await expect(startEmbeddedPostgres({ dataDir: file })).rejects.toMatchObject({ code: 'data.not-a-folder' });
  await expect(startEmbeddedPostgres({ dataDir: join(file, 'below') })).rejects.toMatchObject({
    code: 'data.not-a-folder',
    message: expect.stringContaining(file),
  });
});

test('a data directory this user may not write is refused', async () => {
  const dataDir = join(yard.base, 'locked');
  await mkdir(dataDir, { mode: 0o500 });
  // Root may write anywhere, so as root the owner runs as someone else.
  const ids = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  await chmod(yard.base, 0o755);
  const { said } = await yard.runOwner(dataDir, ids);
  expect(said.failed).toMatchObject({ code: 'data.unwritable', message: expect.stringContaining(dataDir) });
});

test('an ordinary user runs it directly, and root then goes on with their cluster as they would', async ({ skip }) => {
  skip(process.getuid?.() !== 0, 'only root can act as another user; every other test covers the ordinary user');
  const dataDir = join(yard.base, 'theirs');
  await mkdir(dataDir, { mode: 0o700 });
  await chown(dataDir, 65534, 65534);
  await chmod(yard.base, 0o755);
  const { owner, said } = await yard.runOwner(dataDir, { uid: 65534, gid: 65534 });
  expect(said.failed).toBeUndefined();
  owner.kill('SIGTERM');
  await once(owner, 'exit');
  // Root then goes on with the cluster as its owner does, and takes nothing from them.
  const server = await yard.start(dataDir);
  await server.stop();
  expect((await stat(join(dataDir, 'postgres', 'global', 'pg_control'))).uid).toBe(65534);
});
