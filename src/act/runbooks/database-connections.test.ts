import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../test/harness/postgres.ts';
import type { PlannedStep } from '../../contract/runbook.ts';
import { planProcedure } from './plan-procedure.ts';
import { openRunbookLibrary } from './runbook-library.ts';
import { stopSyntaxThread } from './syntax/parse-syntax.ts';

/** The shipped procedure, its statements carried out on a real server with a real forgotten transaction. */
const library = openRunbookLibrary({ folders: [new URL('../../../runbooks', import.meta.url).pathname] });

let database: TestDatabase;
const clients: pg.Client[] = [];
beforeAll(async () => {
  database = await createTestDatabase({ empty: true });
});
afterEach(async () => {
  await Promise.allSettled(clients.splice(0).map((client) => client.end()));
});
afterAll(stopSyntaxThread);

async function connect(name: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database.connectionString, application_name: name });
  client.on('error', () => undefined);
  await client.connect();
  clients.push(client);
  return client;
}

async function planFor(idleSeconds: string) {
  const { document } = await library.read('database-connections.md');
  return planProcedure({ document, inputs: { idle_seconds: idleSeconds } });
}

async function carryOut(client: pg.Client, step: PlannedStep, inputs: Record<string, string>) {
  if (step.action.kind !== 'sql') throw new Error(`${step.id} is no SQL`);
  const rows: Record<string, unknown>[] = [];
  await client.query(step.action.readOnly ? 'begin read only' : 'begin');
  for (const { text, binds } of step.action.statements) {
    rows.push(
      ...(
        await client.query<Record<string, unknown>>(
          text,
          binds.map((name) => inputs[name]),
        )
      ).rows,
    );
  }
  await client.query('commit');
  return rows;
}

/** A transaction that holds a row and says nothing, and one that waits for it. */
async function forgetTransaction() {
  const setup = await connect('setup');
  await setup.query(
    'create table if not exists orders (id int primary key); truncate orders; insert into orders values (1)',
  );
  const forgotten = await connect('reporting-job');
  await forgotten.query('begin');
  await forgotten.query('update orders set id = 1');
  const waiter = await connect('shop');
  const waited = waiter.query('update orders set id = 1').then(
    () => 'done' as const,
    () => 'failed' as const,
  );
  for (let waiting = 0; waiting === 0; ) {
    waiting = Number(
      (await setup.query<{ n: string }>("select count(*) as n from pg_stat_activity where wait_event_type = 'Lock'"))
        .rows[0]!.n,
    );
  }
  return { setup, waited };
}

describe('the procedure for exhausted database connections', () => {
  it('finds who blocks whom, ends exactly that session, and says that nothing is left', async () => {
    const { setup, waited } = await forgetTransaction();
    const inputs = { idle_seconds: '0' };
    const plan = await planFor(inputs.idle_seconds);
    const [byState, blocking, end] = plan.steps;
    const [verify] = plan.helpers;
    expect(await carryOut(setup, byState!, inputs)).toContainEqual(
      expect.objectContaining({ state: 'idle in transaction', connections: expect.stringMatching(/^[1-9]/) }),
    );
    expect(await carryOut(setup, blocking!, inputs)).toEqual([
      expect.objectContaining({
        application_name: 'reporting-job',
        sessions_waiting: '1',
        last_statement: 'update orders set id = 1',
      }),
    ]);
    expect(Object.values((await carryOut(setup, verify!, inputs))[0]!)[0]).toBe(false);
    expect(await carryOut(setup, end!, inputs)).toEqual([
      expect.objectContaining({ ended: true, application_name: 'reporting-job' }),
    ]);
    expect(await waited).toBe('done');
    expect(Object.values((await carryOut(setup, verify!, inputs))[0]!)[0]).toBe(true);
  });

  it('leaves a transaction alone that has not been idle for long', async () => {
    const { setup } = await forgetTransaction();
    const plan = await planFor('3600');
    expect(await carryOut(setup, plan.steps[2]!, { idle_seconds: '3600' })).toEqual([]);
  });

  it('asks one person before it ends sessions, and then watches the service', async () => {
    const plan = await planFor('3');
    expect(plan.steps.map((step) => [step.number, step.kind, step.risk, step.approvals])).toEqual([
      ['1', 'sql', 'read', 0],
      ['2', 'sql', 'read', 0],
      ['3', 'sql', 'destroy', 1],
      ['4', 'check', 'check', 0],
    ]);
    expect(plan.steps[3]!.action).toEqual({ kind: 'check', probe: 'shop-orders', withinMs: 30_000 });
    expect(plan.steps.slice(0, 3).map((step) => step.target)).toEqual(['shop-db', 'shop-db', 'shop-db']);
    expect(plan.steps[2]!.verify).toBe(plan.helpers[0]!.id);
  });

  it('is what a finding of its probe, or one that names it, calls for', async () => {
    const match = { path: 'database-connections.md', procedure: 'database-connections-exhausted' };
    expect(await library.findByTrigger({ probe: 'shop-orders', severity: 'critical' })).toEqual([
      expect.objectContaining(match),
    ]);
    expect(await library.findByTrigger({ runbook: 'database-connections' })).toEqual([expect.objectContaining(match)]);
    expect(await library.findByTrigger({ probe: 'another' })).toEqual([]);
  });
});
