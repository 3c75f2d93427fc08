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
let server: TestPostgresServer;
let story: Story;
let folder: string;
const clients: pg.Client[] = [];
beforeAll(async () => {
  if (!availability.there) return;
  folder = mkdtempSync(join(tmpdir(), 'holdfast-library-postgres-'));
  server = await startPostgresServer();
  writeFileSync(join(folder, 'password'), `${server.password}\n`);
  await query(server.url('postgres'), 'create database shop');
  await query(
    server.url('shop'),
    `create table orders (id int primary key, total int); insert into orders select n, n from generate_series(1, 100) n`,
  );
  story = await beginLibraryStory({
    secrets: { PGPASSWORD: { file: join(folder, 'password') } },
    targets: { 'shop-db': { kind: 'postgres', url: server.url('shop') } },
  });
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

async function connect(name: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: server.url('shop'), application_name: name });
  client.on('error', () => {});
  await client.connect();
  clients.push(client);
  return client;
}

const connection = () => ({ db_host: server.host, db_port: String(server.port), database: 'shop' });
const countOrders = async (database = 'shop') =>
  Number((await query<{ n: string }>(server.url(database), 'select count(*) as n from orders'))[0]!.n);
const databases = async () =>
  (await query<{ datname: string }>(server.url('postgres'), 'select datname from pg_database order by 1')).map(
    ({ datname }) => datname,
  );

describe('the procedures for slow queries and locks', () => {
  it('show the query that runs, who waits for whom, and end the one that was named', async () => {
    const holder = await connect('nightly-report');
    await holder.query('begin; update orders set total = 0 where id = 1');
    const slow = holder.query('select pg_sleep(600)').then(
      () => 'slept',
      (error: Error) => error.message,
    );
    const waiter = await connect('shop');
    const waited = waiter.query('update orders set total = 2 where id = 1').then(
      () => 'done',
      (error: Error) => error.message,
    );
    const [session] = await until(() =>
      query<{ pid: number }>(
        server.url('postgres'),
        `select pid from pg_stat_activity where application_name = 'nightly-report' and state = 'active'
           and exists (select from pg_stat_activity w where w.wait_event_type = 'Lock')`,
      ),
    );
    const found = await carryOut(story, 'slow-queries-and-locks.md#find-slow-queries-and-locks', { slow_seconds: '0' });
    expect(found.status, transcript(found)).toBe('succeeded');
    expect(outputOf(found, 'long-running')).toMatch(/nightly-report.*PgSleep/);
    expect(outputOf(found, 'lock-tree')).toMatch(/nightly-report/);

    const ended = await carryOut(story, 'slow-queries-and-locks.md#end-one-slow-query', { pid: String(session!.pid) });
    expect(await slow).toMatch(/canceling statement due to user request/);
    // Its transaction has failed, so its lock is gone and the next one goes on.
    expect(await waited).toBe('done');
    expect(ended.status, transcript(ended)).toBe('succeeded');
  });

  it('end nothing that is no session of this database', async () => {
    const run = await carryOut(story, 'slow-queries-and-locks.md#end-one-slow-query', { pid: '1' });
    expect(run.status).toBe('failed');
    expect(run.steps.map((step) => step.status)).toEqual(['failed', 'cancelled', 'cancelled']);
  });
});

describe('the procedures for backup and restore', () => {
  it('dump, prove the dump, lose data, and get it back by a swap that keeps what was there', async () => {
    const backup = await carryOut(story, 'postgres-backup-and-restore.md#back-up-a-database', {
      ...connection(),
      folder,
    });
    expect(backup.status, transcript(backup)).toBe('succeeded');
    const [name] = readdirSync(folder).filter((each) => each.endsWith('.dump'));
    const dump = join(folder, name!);

    const proven = await carryOut(story, 'postgres-backup-and-restore.md#prove-a-backup', {
      ...withoutDatabase(connection()),
      dump,
      smoke_table: 'orders',
      least_rows: '100',
    });
    expect(proven.status, transcript(proven)).toBe('succeeded');
    expect(outputOf(proven, 'proof-answers')).toContain('orders has 100 rows');
    expect((await databases()).filter((each) => each.startsWith('proof_'))).toEqual([]);

    await query(server.url('shop'), 'delete from orders where id > 10');
    expect(await countOrders()).toBe(10);
    const still = await connect('shop');
    const restored = await carryOut(story, 'postgres-backup-and-restore.md#restore-a-database', {
      ...connection(),
      dump,
      smoke_table: 'orders',
      least_rows: '100',
    });
    expect(restored.status, transcript(restored)).toBe('succeeded');
    expect(await countOrders()).toBe(100);
    await expect(still.query('select 1')).rejects.toThrow();
    const before = (await databases()).find((each) => each.startsWith('shop_before_'));
    expect(await countOrders(before)).toBe(10);

    // What was in use comes back whole, and the side database of the restore goes.
    const undone = await rollBack(story, restored);
    expect(undone.status, transcript(undone)).toBe('rolled-back');
    expect(await countOrders()).toBe(10);
    expect((await databases()).filter((each) => /^shop_|^proof_/.test(each))).toEqual([]);
  });

  it('swap nothing in that lacks what the business needs, and can be rolled back to where they were', async () => {
    await query(server.url('postgres'), 'create database small');
    await query(server.url('small'), 'create table orders (id int); insert into orders values (1)');
    const target = { ...connection(), database: 'small' };
    const backup = await carryOut(story, 'postgres-backup-and-restore.md#back-up-a-database', { ...target, folder });
    expect(backup.status, transcript(backup)).toBe('succeeded');
    const name = readdirSync(folder).find((each) => each.startsWith('small-') && each.endsWith('.dump'));
    const before = await databases();
    const run = await carryOut(story, 'postgres-backup-and-restore.md#restore-a-database', {
      ...target,
      dump: join(folder, name!),
      smoke_table: 'orders',
      least_rows: '2',
    });
    expect(run.status).toBe('failed');
    expect(outputOf(run, 'side-answers')).toContain('orders has 1 rows');
    const undone = await rollBack(story, run);
    expect(undone.status, transcript(undone)).toBe('rolled-back');
    expect(await databases()).toEqual(before);
  });

  it('take no damaged file for a backup', async () => {
    const dump = join(folder, 'damaged.dump');
    writeFileSync(dump, 'PGDMP and then nothing');
    const run = await carryOut(story, 'postgres-backup-and-restore.md#prove-a-backup', {
      ...withoutDatabase(connection()),
      dump,
      smoke_table: 'orders',
    });
    expect(run.status).toBe('failed');
    expect(run.steps.filter((step) => step.status === 'succeeded')).toEqual([]);
  });
});

function withoutDatabase({ database: _, ...rest }: ReturnType<typeof connection>) {
  return rest;
}

async function until<Row>(look: () => Promise<Row[]>): Promise<Row[]> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    const rows = await look();
    if (rows.length > 0) return rows;
    if (performance.now() > deadline) throw new Error(`it did not come to that: ${look}`);
  }
}
