import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { startServerProcess } from '../test/harness/server-process.ts';
import { report } from './report.ts';

// What runs that wait for a person cost a worker: memory of its process, connections held. Beside it: the same without.

const WAITING_RUNS = 1_000;
const PENDING_APPROVALS = 10_000;
const SETTLE_MS = 8_000;
const TICKS = '```';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-waiting-'));
writeFileSync(
  join(folder, 'wait.md'),
  `# Wait\n\n${TICKS}sh\necho looking\n${TICKS}\n\n${TICKS}manual\nLook yourself\n${TICKS}\n`,
);
writeFileSync(join(folder, 'destroy.md'), `# Destroy\n\n${TICKS}sh\nrm -f /nonexistent/holdfast-bench\n${TICKS}\n`);
const server = await startServerProcess({
  folder,
  config: { runbooks: [folder], rateLimits: { globalRps: 100_000, globalBurst: 100_000, clientRps: 100_000 } },
});
const processId = readFileSync(join(folder, 'holdfast', 'server.json'), 'utf8');
const pid = Number((JSON.parse(processId) as { pid: number }).pid);
const rssMb = () => (Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024) / 1e6;
const lines = readFileSync(join(folder, 'holdfast', 'postgres', 'postmaster.pid'), 'utf8').split('\n');
const database = new pg.Client({
  connectionString: `postgresql://holdfast@/holdfast?host=${encodeURIComponent(lines[4] ?? '')}&port=${lines[3]}`,
});
await database.connect();
const count = async (text: string) => Number((await database.query<{ count: string }>(text)).rows[0]?.count ?? 0);

async function startRuns(runbook: string, amount: number, until: string): Promise<void> {
  let left = amount;
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      while (left-- > 0) await server.api('POST', '/api/v1/runs', { runbook });
    }),
  );
  while ((await count(until)) < amount) await sleep(100);
}

try {
  await sleep(SETTLE_MS);
  const idle = rssMb();
  await startRuns(
    'wait.md',
    WAITING_RUNS,
    `select count(*) from runs where status = 'waiting' and waiting_for = 'manual'`,
  );
  await sleep(SETTLE_MS);
  const waiting = rssMb();
  await startRuns('destroy.md', PENDING_APPROVALS, `select count(*) from approvals where status = 'pending'`);
  await sleep(SETTLE_MS);
  const approving = rssMb();
  const inTransaction = await count(
    `select count(*) from pg_stat_activity where state like 'idle in transaction%' or (state = 'active' and pid <> pg_backend_pid() and backend_type = 'client backend' and query not like '%pg_stat_activity%')`,
  );
  const held = await count(`select count(*) from runs where worker_id is not null`);
  report('waiting runs', [
    { name: `server with ${WAITING_RUNS} waiting runs`, value: waiting, unit: 'MB', bar: '≤ 250' },
    { name: 'the same server before', value: idle, unit: 'MB' },
    { name: `with ${PENDING_APPROVALS} pending approvals more`, value: approving, unit: 'MB' },
    { name: 'connections in a transaction meanwhile', value: inTransaction, unit: 'connections', bar: '0' },
    { name: 'waiting runs that a worker holds', value: held, unit: 'runs', bar: '0' },
  ]);
} finally {
  await database.end();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
