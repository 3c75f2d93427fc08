import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plannedStep, planOf } from '../../../test/harness/plans.ts';
import { openRunBench, type RunBench } from '../../../test/harness/run-bench.ts';
import { listApprovals } from './approval-store.ts';
import { listRuns } from './run-queries.ts';
import { voteOnApproval } from './vote-approval.ts';

const MANY = 10_000;
/** Tables with a row for every run that waits. */
const GROWING = ['runs', 'run_steps', 'approvals', 'timers'];

type Statement = { text: string; values: unknown[] };
type PlanNode = { 'Node Type': string; 'Relation Name'?: string; Plans?: PlanNode[] };

let bench: RunBench;
/** What the server is told to do, while somebody listens. */
let heard: Statement[] | null = null;

beforeAll(async () => {
  bench = await openRunBench();
  bench.database.pool.on('connect', (client) => listenTo(client));
  const first = await bench.start(planOf([plannedStep('drop', { risk: 'destroy' })]));
  await (await bench.addWorker()).work();
  // Copies of a run that waits for its approval, with all that belongs to it.
  for (const copy of [
    copyOf('runs', { id: `'run_many' || lpad(n::text, 8, '0')` }, `id = '${first}'`),
    copyOf('run_steps', { run_id: `'run_many' || lpad(n::text, 8, '0')` }, `run_id = '${first}'`),
    copyOf(
      'approvals',
      { id: `'apr_many' || lpad(n::text, 8, '0')`, run_id: `'run_many' || lpad(n::text, 8, '0')` },
      `run_id = '${first}'`,
    ),
    copyOf('timers', { subject: `'apr_many' || lpad(n::text, 8, '0')` }, `kind = 'approval-expiry'`),
  ]) {
    const columns = await bench.database.pool.query<{ list: string }>(copy.columns);
    await bench.database.pool.query(copy.insert(columns.rows[0]!.list));
  }
  await bench.database.pool.query(`analyze ${GROWING.join(', ')}`);
});
afterAll(() => bench.close());

function listenTo(client: pg.PoolClient): void {
  const query = client.query.bind(client) as (...args: unknown[]) => unknown;
  const listening = (...args: unknown[]) => {
    const [asked, values] = args as [string | Statement, unknown[] | undefined];
    if (heard && typeof asked !== 'function')
      heard.push(
        typeof asked === 'string'
          ? { text: asked, values: values ?? [] }
          : { text: asked.text, values: asked.values ?? values ?? [] },
      );
    return query(...args);
  };
  client.query = listening as typeof client.query;
}

/** An insert of `MANY` copies of the one row there is, with other values in some columns. */
function copyOf(table: string, other: Record<string, string>, where: string) {
  return {
    columns: `select string_agg(quote_ident(column_name), ', ') as list from information_schema.columns
              where table_schema = current_schema() and table_name = '${table}' and is_generated = 'NEVER' and is_identity = 'NO'`,
    insert: (list: string) => {
      const values = list.split(', ').map((column) => other[column] ?? `t.${column}`);
      return `insert into ${table} (${list}) select ${values.join(', ')} from ${table} t, generate_series(1, ${MANY}) n where t.${where}`;
    },
  };
}

async function hear(work: () => Promise<unknown>): Promise<Statement[]> {
  const all: Statement[] = [];
  heard = all;
  await work().finally(() => {
    heard = null;
  });
  return all.filter(({ text }) => !/^\s*(begin|commit|rollback|savepoint|release|start transaction)/i.test(text));
}

/** Tables that a statement reads from their first row to the last. */
async function readWhole({ text, values }: Statement): Promise<string[]> {
  const explained = await bench.database.pool.query<{ 'QUERY PLAN': { Plan: PlanNode }[] }>(
    `explain (format json) ${text}`,
    values,
  );
  const found: string[] = [];
  const look = (node: PlanNode) => {
    const table = node['Relation Name'];
    if (node['Node Type'] === 'Seq Scan' && table !== undefined && GROWING.includes(table)) found.push(table);
    for (const child of node.Plans ?? []) look(child);
  };
  look(explained.rows[0]!['QUERY PLAN'][0]!.Plan);
  return found;
}

async function expectNoWholeReads(statements: readonly Statement[]): Promise<void> {
  for (const statement of statements) expect(await readWhole(statement), statement.text).toEqual([]);
}

describe(`with ${MANY} runs that wait for an approval`, () => {
  it('the test itself hears a statement that reads them all', async () => {
    const [statement] = await hear(() =>
      bench.database.pool.query('select count(reason) from runs where title <> $1', ['x']),
    );
    expect(await readWhole(statement!)).toEqual(['runs']);
  });

  it('starting, parking and reading one more reads none of the others', async () => {
    const worker = await bench.addWorker();
    let runId = '';
    const statements = await hear(async () => {
      runId = await bench.start(planOf([plannedStep('drop', { risk: 'destroy' })]));
      await worker.work();
      expect(await bench.read(runId)).toMatchObject({ status: 'waiting', waitingFor: 'approval' });
    });
    await expectNoWholeReads(statements);
    // Two inserts and an event; a claim with its event and steps, grants; parking in six; reading in three; the bench's own.
    expect(statements.length).toBeLessThanOrEqual(18);
  });

  it('approving one reads none of the others', async () => {
    const [newest] = await listApprovals(bench.database.db, { status: 'pending', limit: 1 });
    const grace = {
      actor: 'user:grace',
      person: 'user:grace',
      userId: 'grace',
      name: 'grace',
      role: 'approver' as const,
    };
    const statements = await hear(() =>
      voteOnApproval(bench.commands, newest!.id, { decision: 'approve', by: grace, onlyPerson: false }),
    );
    expect(statements.length).toBeGreaterThan(3);
    await expectNoWholeReads(statements);
  });

  it('the lists read a page, and looking for due timers reads none that are not', async () => {
    const statements = await hear(async () => {
      expect(await listApprovals(bench.database.db, { status: 'pending', limit: 50 })).toHaveLength(50);
      expect(await listRuns(bench.database.db, { status: ['waiting'], limit: 50 })).toHaveLength(50);
      await bench.fireTimers();
    });
    expect(statements.some(({ text }) => text.includes('timers'))).toBe(true);
    await expectNoWholeReads(statements);
  });
});
