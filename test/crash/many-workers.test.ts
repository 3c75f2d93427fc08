import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { expect, it } from 'vitest';
import type { Run } from '../../src/contract/run.ts';
import { checkAuditExport } from '../harness/audit-export.ts';
import { countEvents, findViolations } from '../harness/invariants.ts';
import { signalAll } from '../harness/process-tree.ts';
import { type ServerProcess, startServerProcess } from '../harness/server-process.ts';

/** In all; `.ci/run` asks for more, `npm run soak` for a hundred. */
const HITS = Number(process.env['HOLDFAST_CRASH_WORKER_HITS'] ?? 5);
const WORKERS = 3;
const RUNS = 30;
const FROZEN_MS = 3_500;
const LONGEST_BETWEEN_HITS_MS = 900;
const START_ATTEMPTS = 20;
const TICKS = '```';

/** Two changes that must not happen twice by themselves, one that may, and looks between them. */
const runbookText = (folder: string) => `# Marks

1. **Look**
${TICKS}sh {name=look}
ls ${folder} > /dev/null; sleep 0.1
${TICKS}

2. **First mark**
${TICKS}sh {name=first risk=change}
sleep 0.15
echo "$KEY first" >> ${folder}/marks
sleep 0.15
${TICKS}

3. **Write**
${TICKS}sh {name=write risk=change idempotent=true}
echo "$KEY" > ${folder}/written-$KEY; sleep 0.1
${TICKS}

4. **Second mark**
${TICKS}sh {name=second risk=change}
echo "$KEY second" >> ${folder}/marks
sleep 0.2
${TICKS}

5. **Look again**
${TICKS}sh {name=again}
grep "$KEY" ${folder}/marks
${TICKS}
`;

it(
  `${RUNS} runs on ${WORKERS} workers under ${HITS} hits: no completed step again, every change in flight in doubt`,
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-workers-'));
    const marks = join(folder, 'marks');
    mkdirSync(join(folder, 'runbooks'));
    writeFileSync(join(folder, 'runbooks', 'marks.md'), runbookText(folder));
    const server = await startServerProcess({
      folder,
      name: 'server',
      config: {
        role: 'serve',
        runbooks: ['./runbooks'],
        embeddedPostgres: { sharedBuffers: '32MiB', maxConnections: 120 },
      },
    });
    const databaseUrl = socketOf(join(folder, 'server'));
    const startOnce = (name: string) =>
      startServerProcess({
        folder,
        name,
        config: { role: 'worker', databaseUrl, databasePoolMax: 12, runbooks: ['./runbooks'] },
      });
    // While PostgreSQL recovers a worker ends at once, as unavailable; whoever supervises it starts it again.
    const startWorker = async (name: string): Promise<ServerProcess> => {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await startOnce(name);
        } catch (thrown) {
          if (attempt === START_ATTEMPTS || !String(thrown).includes('ended with 3')) throw thrown;
          await sleep(500);
        }
      }
    };
    for (let index = 0; index < WORKERS; index += 1) {
      mkdirSync(join(folder, `worker-${index}`), { mode: 0o700 });
      cpSync(join(folder, 'server', 'keys'), join(folder, `worker-${index}`, 'keys'), { recursive: true });
    }
    const workers: ServerProcess[] = [];
    for (let index = 0; index < WORKERS; index += 1) workers.push(await startWorker(`worker-${index}`));
    const pool = new pg.Pool({ connectionString: databaseUrl, max: 3 });
    pool.on('error', () => {});
    const takeovers: { runId: string; after: Date }[] = [];
    const hits: string[] = [];
    const frozen = new Set<number>();
    try {
      for (let index = 0; index < RUNS; index += 1)
        await server.api('POST', '/api/v1/runs', { runbook: 'marks.md', inputs: { KEY: `k${index}` } });
      const until = performance.now() + 120_000 + HITS * 10_000;
      let nextHitAt = performance.now() + 500;
      for (;;) {
        if (performance.now() > until) throw new Error(`the runs did not end; hits: ${hits.join(', ')}`);
        if (hits.length < HITS && performance.now() >= nextHitAt) {
          const kind = hits.length % 5 === 4 ? 'postgres' : hits.length % 2 === 0 ? 'kill' : 'freeze';
          hits.push(kind);
          const target = [0, 1, 2].find((index) => !frozen.has(index) && Math.random() < 0.5) ?? 0;
          await hit(kind, target).catch((thrown: unknown) => {
            throw new Error(`${kind} of worker ${target}`, { cause: thrown });
          });
          nextHitAt = performance.now() + Math.random() * LONGEST_BETWEEN_HITS_MS;
        }
        await settleDoubts(server, marks).catch(() => {});
        const left = await unended(server).catch(() => null);
        // The hits go on until all are done: more runs for those that are left.
        if (left === 0 && hits.length >= HITS) break;
        if (left !== null && left < 5 && hits.length < HITS) {
          const key = `more${hits.length}-${Math.floor(performance.now())}`;
          await server.api('POST', '/api/v1/runs', { runbook: 'marks.md', inputs: { KEY: key } }).catch(() => {});
        }
        await sleep(100);
      }
      await expect
        .poll(async () => (await findViolations(databaseUrl)).filter((each) => !/timeline entries/.test(each)), {
          timeout: 20_000,
          interval: 300,
        })
        .toEqual([]);
      const lines = readFileSync(marks, 'utf8').trim().split('\n');
      expect(lines.length).toBe(new Set(lines).size);
      const { rows } = await pool.query<{ status: string; count: string }>(
        'select status, count(*) from runs group by status',
      );
      expect(rows).toEqual([{ status: 'succeeded', count: String(lines.length / 2) }]);
      expect(await checkAuditExport(server)).toEqual({ intact: true });
      const events = await countEvents(databaseUrl, ['step.in-doubt', 'run.taken-over']);
      process.stdout.write(
        `  ${hits.length} hits (${hits.join(' ')}), ${JSON.stringify(events)}, ${await describeTakeovers(pool, takeovers)}\n`,
      );
    } finally {
      signalAll(
        [...frozen].map((index) => workers[index]?.pid ?? 0),
        'SIGCONT',
      );
      await pool.end().catch(() => {});
      await Promise.all(workers.map((worker) => worker.stop()));
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    }

    async function hit(kind: 'kill' | 'freeze' | 'postgres', target: number): Promise<void> {
      if (kind === 'postgres') {
        signalAll([postmasterPid(join(folder, 'server'))], 'SIGKILL');
        return;
      }
      const worker = workers[target]!;
      const held = await pool
        .query<{ id: string; now: Date }>(
          `select r.id, clock_timestamp() as now from runs r join workers w on w.id = r.worker_id where w.pid = $1 and r.status = 'running'`,
          [worker.pid],
        )
        .then(
          ({ rows }) => rows,
          () => [],
        );
      takeovers.push(...held.map(({ id, now }) => ({ runId: id, after: now })));
      if (kind === 'freeze') {
        process.kill(worker.pid, 'SIGSTOP');
        frozen.add(target);
        setTimeout(() => {
          signalAll([worker.pid], 'SIGCONT');
          frozen.delete(target);
        }, FROZEN_MS);
        return;
      }
      process.kill(worker.pid, 'SIGKILL');
      await worker.ended;
      workers[target] = await startWorker(`worker-${target}`);
    }
  },
  240_000 + HITS * 15_000,
);

async function unended(server: ServerProcess): Promise<number> {
  const statuses = 'queued,running,waiting,paused,in-doubt,cancelling';
  const { items } = await server.api<{ items: object[] }>('GET', `/api/v1/runs?status=${statuses}&limit=500`);
  return items.length;
}

/** What a person does: looks whether the mark is there, and says so. */
async function settleDoubts(server: ServerProcess, marks: string): Promise<void> {
  const { items } = await server.api<{ items: { id: string }[] }>('GET', '/api/v1/runs?status=in-doubt&limit=500');
  for (const { id } of items) {
    const run = await server.api<Run>('GET', `/api/v1/runs/${id}`);
    const step = run.steps.find((each) => each.status === 'in-doubt');
    if (!step) continue;
    const line = `${run.plan.inputs['KEY']} ${step.id}`;
    const isThere = existsSync(marks) && readFileSync(marks, 'utf8').split('\n').includes(line);
    const decision = isThere ? 'done' : 'retry';
    await server
      .api('POST', `/api/v1/runs/${id}/decide`, { step: step.id, decision, reason: 'looked at the marks' })
      .catch(() => {});
  }
}

/** From the moment a worker was hit to the moment another had its run. */
async function describeTakeovers(pool: pg.Pool, takeovers: readonly { runId: string; after: Date }[]): Promise<string> {
  const latencies: number[] = [];
  for (const { runId, after } of takeovers) {
    const { rows } = await pool.query<{ ms: string | null }>(
      `select extract(epoch from min(recorded_at) - $2) * 1000 as ms from outbox
       where kind = 'run.taken-over' and body->>'runId' = $1 and recorded_at > $2`,
      [runId, after],
    );
    if (rows[0]?.ms != null) latencies.push(Number(rows[0].ms));
  }
  latencies.sort((one, other) => one - other);
  const at = (share: number) =>
    Math.round(latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0);
  return `${latencies.length} takeovers, p50 ${at(0.5)} ms, p95 ${at(0.95)} ms`;
}

function postmasterPid(data: string): number {
  return Number(readFileSync(join(data, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]);
}

/** The embedded server's socket, as its own pid file names it. */
function socketOf(data: string): string {
  const lines = readFileSync(join(data, 'postgres', 'postmaster.pid'), 'utf8').split('\n');
  return `postgresql://holdfast@/holdfast?host=${encodeURIComponent(lines[4] ?? '')}&port=${lines[3]}&sslmode=disable`;
}
