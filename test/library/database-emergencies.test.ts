import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { query } from '../harness/postgres-clusters.ts';
import {
  requirePostgresServer,
  startPostgresServer,
  type TestPostgresServer,
} from '../harness/servers/postgres-server.ts';
import type { Story } from '../harness/story.ts';
import { beginLibraryStory, carryOut, outputOf, rollBack, transcript } from './carry-out.ts';

vi.setConfig({ testTimeout: 90_000 });
const availability = await requirePostgresServer();
const OLD = 'the-old-password-that-leaked';
const NEW = 'a new pass\'word "with" $signs';
let server: TestPostgresServer;
let story: Story;
let folder: string;
const clients: pg.Client[] = [];
beforeAll(async () => {
  if (!availability.there) return;
  folder = mkdtempSync(join(tmpdir(), 'holdfast-library-emergencies-'));
  server = await startPostgresServer();
  writeFileSync(join(folder, 'password'), `${server.password}\n`);
  await query(server.url('postgres'), `create role app login password '${OLD}'`);
  await query(server.url('postgres'), "alter system set log_statement = 'all'");
  await query(server.url('postgres'), 'select pg_reload_conf()');
  await query(server.url('postgres'), 'create database shop');
  await query(
    server.url('shop'),
    `create table orders (id int generated always as identity primary key, total int);
     insert into orders (total) select n from generate_series(1, 100) n;
     grant select, insert, update, delete on orders to app`,
  );
  story = await beginLibraryStory({ secrets: { PGPASSWORD: { file: join(folder, 'password') } } });
});
afterEach(async () => {
  await Promise.allSettled(clients.splice(0).map((client) => client.end()));
});
afterAll(async () => {
  await story?.close();
  await server?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
});
beforeEach((context) => availability.skipUnlessThere(context));

const connection = () => ({ db_host: server.host, db_port: String(server.port) });
async function connect(password: string): Promise<pg.Client> {
  const { host, port } = server;
  const client = new pg.Client({ host, port, user: 'app', password, database: 'shop' });
  client.on('error', () => {});
  await client.connect();
  clients.push(client);
  return client;
}
const shop = <Row extends pg.QueryResultRow>(text: string) => query<Row>(server.url('shop'), text);

describe('the procedure for a leaked database password', () => {
  const replace = { database: 'shop', database_role: 'app', old_password: OLD, new_password: NEW };

  it('replaces it without telling anybody, ends the sessions, and sees that the old one is refused', async () => {
    const intruder = await connect(OLD);
    const run = await carryOut(story, 'compromised-credentials.md#replace-a-leaked-database-password', {
      ...connection(),
      ...replace,
    });
    expect(run.status, transcript(run)).toBe('succeeded');
    expect(outputOf(run, 'old-one-is-refused')).toContain('the old password is refused');
    await expect(intruder.query('select 1')).rejects.toThrow();
    await expect(connect(OLD)).rejects.toThrow(/password authentication failed/);
    expect((await (await connect(NEW)).query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    for (const text of [JSON.stringify(run), server.log()]) {
      expect(text).not.toContain(OLD);
      expect(text).not.toContain('a new pass');
    }
    // The log would have told: it tells of every statement.
    expect(server.log()).toContain('pg_terminate_backend');
  });

  it('changes nothing for a password that is too short, or a role that is not there', async () => {
    for (const wrong of [{ new_password: 'short' }, { database_role: 'nobody_here' }]) {
      const run = await carryOut(story, 'compromised-credentials.md#replace-a-leaked-database-password', {
        ...connection(),
        ...replace,
        old_password: NEW,
        ...wrong,
      });
      expect(run.status).toBe('failed');
    }
    await connect(NEW);
  });
});

describe('the procedure to take a database role’s access', () => {
  it('shuts it out, says what it could reach, and a rollback lets it in as before', async () => {
    const session = await connect(NEW);
    const procedure = 'data-breach.md#take-a-database-roles-access';
    const run = await carryOut(story, procedure, { ...connection(), database: 'shop', database_role: 'app' });
    expect(run.status, transcript(run)).toBe('succeeded');
    await expect(session.query('select 1')).rejects.toThrow();
    await expect(connect(NEW)).rejects.toThrow(/not permitted to log in/);
    expect(outputOf(run, 'what-it-could-reach')).toMatch(/public\s+\| orders/);
    const undone = await rollBack(story, run);
    expect(undone.status, transcript(undone)).toBe('rolled-back');
    await connect(NEW);

    const itself = await carryOut(story, procedure, { ...connection(), database_role: 'postgres' });
    expect([itself.status, outputOf(itself, 'see-database-role')]).toEqual([
      'failed',
      expect.stringContaining('this run logs in as that role'),
    ]);
  });
});

describe('the compliance check of a server', () => {
  it('names each control that failed, and passes when they are mended', async () => {
    await query(server.url('postgres'), 'create role forgotten superuser; create role lazy');
    await query(server.url('postgres'), "set password_encryption = md5; alter role lazy password 'x'");
    const check = () => carryOut(story, 'compliance-check.md#check-a-postgresql-server', connection());
    const bad = await check();
    expect(bad.status).toBe('failed');
    const failed = outputOf(bad, 'server-controls').split('\n');
    expect(failed).toEqual([
      'failed no password is kept as md5: lazy',
      'failed only known superusers: forgotten',
      '7 controls, 2 failed',
      '',
    ]);
    await query(server.url('postgres'), 'drop role forgotten; drop role lazy');
    const good = await check();
    expect(good.status, transcript(good)).toBe('succeeded');
  });
});

describe('the procedure for lost data', () => {
  const totals = async () => await shop<{ id: number; total: number }>('select id, total from orders order by id');
  const procedure = 'data-loss.md#bring-lost-rows-back';

  it('brings back what is missing, overwrites nothing newer, and lets the writers write again', async () => {
    const backup = await carryOut(story, 'postgres-backup-and-restore.md#back-up-a-database', {
      ...connection(),
      database: 'shop',
      folder,
    });
    expect(backup.status, transcript(backup)).toBe('succeeded');
    const inputs = {
      ...connection(),
      database: 'shop',
      table: 'orders',
      backup_folder: folder,
      work_folder: folder,
      lost_at: `${new Date(Date.now() + 5_000).toISOString().slice(0, 19)}Z`,
    };
    const tooOld = await carryOut(story, procedure, { ...inputs, lost_at: '2020-01-01T00:00:00Z' });
    expect(outputOf(tooOld, 'newest-backup')).toContain('no backup of shop');

    await shop(
      'delete from orders where id > 40; update orders set total = 7 where id = 1; insert into orders (total) values (9)',
    );
    const before = await totals();
    let whileStopped: unknown;
    const writer = await connect(NEW);
    const run = await carryOut(story, procedure, inputs, {
      onManual: async () => {
        whileStopped = await (await connect(NEW)).query('insert into orders (total) values (0)').catch(String);
      },
    });
    expect(run.status, transcript(run)).toBe('succeeded');
    expect(whileStopped).toMatch(/read-only transaction/);
    await expect(writer.query('select 1')).rejects.toThrow();
    const after = await totals();
    expect(after).toHaveLength(101);
    expect([after[0], after.at(-1)]).toEqual([
      { id: 1, total: 7 },
      { id: 101, total: 9 },
    ]);
    expect(outputOf(run, 'lost-rows')).toContain('60 rows are lost');
    await (await connect(NEW)).query('update orders set total = 5000 where id = 50');

    // Taken out again is what was brought back, but for the row that was changed since.
    const undone = await rollBack(story, run);
    expect(undone.status, transcript(undone)).toBe('rolled-back');
    expect(await totals()).toEqual([...before.slice(0, 40), { id: 50, total: 5000 }, ...before.slice(40)]);
    expect(readdirSync(folder).some((name) => name.startsWith('data-loss-'))).toBe(true);
  });

  it('ends with the writers writing when it is rolled back half-way', async () => {
    const run = await carryOut(story, procedure, {
      ...connection(),
      database: 'shop',
      table: 'orders',
      backup_folder: folder,
      work_folder: folder,
      lost_at: `${new Date(Date.now() + 5_000).toISOString().slice(0, 19)}Z`,
      most_rows: '10',
    });
    expect(run.status).toBe('failed');
    expect(outputOf(run, 'lost-rows')).toContain('more than 10: restore the database as a whole');
    await expect((await connect(NEW)).query('delete from orders')).rejects.toThrow(/read-only/);
    const undone = await rollBack(story, run);
    expect(undone.status, transcript(undone)).toBe('rolled-back');
    await (await connect(NEW)).query('insert into orders (total) values (1)');
    const databases = await shop<{ datname: string }>(
      "select datname from pg_database where datname like 'shop_lost%'",
    );
    expect(databases).toEqual([]);
  });
});
