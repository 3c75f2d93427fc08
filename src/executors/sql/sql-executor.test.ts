import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../test/harness/postgres.ts';
import { stepExecution } from '../../../test/harness/step-execution.ts';
import type { StepExecution } from '../../act/runs/index.ts';
import { createSqlExecutor } from './sql-executor.ts';

let target: TestDatabase;
let own: TestDatabase;
let watcher: pg.Client;
beforeAll(async () => {
  [target, own] = await Promise.all([createTestDatabase({ empty: true }), createTestDatabase({ empty: true })]);
  watcher = new pg.Client({ connectionString: target.connectionString, application_name: 'watcher' });
  await watcher.connect();
  await watcher.query('create table orders (id int primary key, note text)');
});
afterAll(() => watcher.end());

type Options = Partial<Omit<StepExecution, 'action'>> & {
  binds?: string[];
  transaction?: boolean;
  readOnly?: boolean;
  url?: string;
};

function begin(
  texts: string | string[],
  { binds = [], transaction = true, readOnly = false, url, ...rest }: Options = {},
) {
  const executor = createSqlExecutor({ ownDatabaseUrl: () => own.connectionString });
  const statements = [texts].flat().map((text) => ({ text, binds }));
  const made = stepExecution({ kind: 'sql' as const, statements, transaction, readOnly }, {
    target: { name: 'shop-db', kind: 'postgres', url: url ?? target.connectionString },
    ...rest,
  } as never);
  return { ...made, executor, result: executor.execute(made.execution) };
}
const run = async (texts: string | string[], options?: Options) => {
  const { result, output } = begin(texts, options);
  return { ...(await result), output: output() };
};
const count = async () => Number((await watcher.query<{ n: string }>('select count(*) as n from orders')).rows[0]?.n);
const sessionsOf = async (token: string) =>
  (await watcher.query('select from pg_stat_activity where application_name = $1', [`holdfast step ${token}`]))
    .rowCount;

describe('SQL', () => {
  it('runs in one transaction: an error in a later statement takes the earlier ones back', async () => {
    const ended = await run(["insert into orders values (1, 'a')", 'select 1/0']);
    expect(ended).toMatchObject({ outcome: 'failed', uncertain: false, reason: 'division by zero (SQLSTATE 22012)' });
    expect(await count()).toBe(0);
  });

  it('binds inputs as values, whatever is in them', async () => {
    const inputs = { note: `'); drop table orders; --` };
    expect(await run('insert into orders values (2, $1)', { binds: ['note'], inputs })).toMatchObject({
      outcome: 'succeeded',
    });
    const { rows } = await watcher.query('select note from orders where id = 2');
    expect(rows).toEqual([inputs]);
  });

  it('shows rows as a table, and notices', async () => {
    const { output } = await run([
      "do $$ begin raise notice 'look'; end $$",
      "select 1 as id, null as gap, 'x' as name",
    ]);
    expect(output).toContain('NOTICE: look');
    expect(output).toContain(' id | gap | name\n----+-----+------\n 1  |     | x\n(1 row)');
  });

  it.each([
    ['in a transaction', true],
    ['outside of one', false],
  ])('that only observes is refused a write by the server itself, %s', async (_how, transaction) => {
    const before = await count();
    expect(await run("insert into orders values (9, 'x')", { readOnly: true, transaction })).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('SQLSTATE 25006'),
    });
    expect(await count()).toBe(before);
  });

  it('that refuses to run in a transaction runs outside of one', async () => {
    expect(await run('vacuum orders', { transaction: false })).toMatchObject({ outcome: 'succeeded' });
  });

  it('that takes too long is ended by the server', async () => {
    expect(await run('select pg_sleep(30)', { timeoutMs: 100 })).toMatchObject({
      outcome: 'timed-out',
      reason: 'a statement took longer than 0.1 s',
    });
  });

  it('is uncertain when the connection is lost in the middle of it', async () => {
    const { execution, result } = begin('select pg_sleep(30)');
    await expect.poll(() => sessionsOf(execution.token)).toBe(1);
    await watcher.query('select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1', [
      `holdfast step ${execution.token}`,
    ]);
    expect(await result).toMatchObject({ outcome: 'failed', uncertain: true });
  });

  it('is certain to have done nothing when there was no connection at all', async () => {
    const ended = await run('select 1', { url: 'postgresql://nobody@127.0.0.1:1/none' });
    expect(ended).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('connect to shop-db: ') });
    expect(ended.uncertain ?? false).toBe(false);
  });

  it('is really ended at the server when its run is cancelled', async () => {
    const { execution, result, stop } = begin("insert into orders select 100, 'late' from pg_sleep(30)", {
      transaction: false,
    });
    await expect.poll(() => sessionsOf(execution.token)).toBe(1);
    stop.abort('cancel');
    expect(await result).toMatchObject({ outcome: 'cancelled' });
    await expect.poll(() => sessionsOf(execution.token)).toBe(0);
  });

  it('of a lost worker is ended by its token', async () => {
    const { execution, executor, result } = begin('select pg_sleep(30)');
    await expect.poll(() => sessionsOf(execution.token)).toBe(1);
    await executor.stopLeftovers({ token: execution.token, process: null, target: execution.target });
    await expect.poll(() => sessionsOf(execution.token)).toBe(0);
    await result;
  });

  it('does not begin when the run went to another worker', async () => {
    const before = await count();
    const { result } = begin("insert into orders values (50, 'x')", {
      confirmStart: async () => {
        throw new Error('lost');
      },
    });
    await expect(result).rejects.toThrow('lost');
    expect(await count()).toBe(before);
  });
});

describe('a deciding step', () => {
  const decide = (text: string) => run(text, { deciding: true, observing: true, readOnly: true });
  it.each([
    ['select true', 'succeeded'],
    ['select 0', 'succeeded'],
    ['select false', 'failed'],
    ['select null', 'failed'],
    ['select 1 where false', 'failed'],
  ])('%s: %s', async (text, outcome) => {
    expect((await decide(text)).outcome).toBe(outcome);
  });
});

describe('a target', () => {
  const refusal = { outcome: 'failed', reason: "target shop-db is Holdfast's own database" };
  it('that is Holdfast’s own database is refused', async () => {
    expect(await run('select 1', { url: own.connectionString })).toMatchObject(refusal);
  });

  it('is recognised however its address is written, and asked for nothing then', async () => {
    const url = `${own.connectionString}&application_name=other&fallback_application_name=x`;
    expect(await run('create table slipped (x int)', { url })).toMatchObject(refusal);
    const client = new pg.Client({ connectionString: own.connectionString });
    await client.connect();
    expect((await client.query("select to_regclass('slipped') as t")).rows).toEqual([{ t: null }]);
    await client.end();
  });

  it('is needed', async () => {
    expect(await run('select 1', { target: null })).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('needs a target'),
    });
  });
});
