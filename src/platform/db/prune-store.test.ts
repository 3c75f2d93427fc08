import { afterAll, beforeAll, expect, it } from 'vitest';
import { plannedStep, planOf } from '../../../test/harness/plans.ts';
import { openRunBench, type RunBench } from '../../../test/harness/run-bench.ts';
import { pruneKept } from './prune-store.ts';

const HOUR_MS = 3_600_000;
const RETENTION = {
  eventsMs: HOUR_MS,
  outputMs: HOUR_MS,
  attemptsMs: 2 * HOUR_MS,
  samplesMs: HOUR_MS,
  scoresMs: HOUR_MS,
  anomaliesMs: HOUR_MS,
};

let bench: RunBench;
beforeAll(async () => {
  bench = await openRunBench();
});
afterAll(() => bench.close());

const count = async (from: string) =>
  (await bench.database.pool.query<{ n: number }>(`select count(*)::int as n from ${from}`)).rows[0]?.n;
const run = (text: string) => bench.database.pool.query(text);

it('deletes what is older than its retention, and nothing that anybody still needs', async () => {
  const old = await bench.start(planOf([plannedStep('one')]));
  await (await bench.addWorker()).work();
  const active = await bench.start(planOf([plannedStep('one', { risk: 'destroy' })]));
  await (await bench.addWorker()).work();
  await run(`insert into run_output values ('${old}', 'one', 1, 0, 'x'), ('${active}', 'one', 1, 0, 'x')`);
  await run(`update runs set ended_at = clock_timestamp() - interval '90 minutes' where id = '${old}'`);
  await run(
    `insert into probe_samples values ('p', clock_timestamp() - interval '2 hours', true, '', 1), ('p', clock_timestamp(), true, '', 1)`,
  );
  await run(`select stamp_outbox(1000)`);
  await run(`update outbox set recorded_at = clock_timestamp() - interval '2 hours'`);
  const events = (await count('outbox'))!;
  // A relay has not come further than this; the audit chain has taken everything.
  await run(`insert into relays values ('slow', 3), ('audit', ${events})`);
  await run(`update workers set lease_expires_at = clock_timestamp() - interval '2 hours'`);

  const pruned = await pruneKept(bench.database, RETENTION);
  expect(pruned).toMatchObject({ events: 3, output: 1, attempts: 0, samples: 1 });
  expect(await count('outbox')).toBe(events - 3);
  expect(await count(`run_output where run_id = '${active}'`)).toBe(1);
  expect(await count('step_attempts')).toBe(1);
  expect((await bench.read(active)).status).toBe('waiting');
});
