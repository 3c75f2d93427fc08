import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { expect, it } from 'vitest';
import { type BreakableService, startBreakableService } from '../fakes/breakable-service.ts';
import { startPagerReceiver } from '../fakes/pager-receiver.ts';
import { checkAuditExport } from '../harness/audit-export.ts';
import { findViolations } from '../harness/invariants.ts';
import { createTestDatabase } from '../harness/postgres.ts';
import { signalAll } from '../harness/process-tree.ts';
import { type ServerProcess, startServerProcess } from '../harness/server-process.ts';
import { actAsPerson, hasResolved, serviceDownRunbook, serviceProbe } from '../harness/service-story.ts';

/** `.ci/run` asks for more, `npm run soak` for many. */
const FREEZES = Number(process.env['HOLDFAST_CRASH_FREEZES'] ?? 3);
const STORY_LIMIT_MS = 120_000;
const TAKEN_OVER_LIMIT_MS = 30_000;
const SECRET = 'a secret shared with the receiver';

/** Waits until a worker has the repair step under way, and says which process that is. */
async function waitForStepUnderWay(
  database: pg.Client,
  limitMs: number,
): Promise<{ runId: string; pid: number } | null> {
  const until = performance.now() + limitMs;
  while (performance.now() < until) {
    const { rows } = await database.query<{ runId: string; pid: number }>(
      `select a.run_id as "runId", w.pid from step_attempts a join runs r on r.id = a.run_id join workers w on w.id = r.worker_id
       where a.step_id = 'repair' and a.status = 'running' and r.status = 'running'`,
    );
    if (rows[0]) return rows[0];
    await sleep(15);
  }
  return null;
}

async function waitForOtherOwner(database: pg.Client, runId: string, frozenPid: number): Promise<number> {
  const from = performance.now();
  while (performance.now() - from < TAKEN_OVER_LIMIT_MS) {
    const { rows } = await database.query<{ pid: number | null; status: string }>(
      'select w.pid, r.status from runs r left join workers w on w.id = r.worker_id where r.id = $1',
      [runId],
    );
    if (rows[0] && (rows[0].status !== 'running' || (rows[0].pid !== null && rows[0].pid !== frozenPid)))
      return performance.now() - from;
    await sleep(20);
  }
  throw new Error(`run ${runId} was not taken over within ${TAKEN_OVER_LIMIT_MS} ms`);
}

it(
  'a worker that is frozen in the middle of a step and wakes after the takeover does nothing any more',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-frozen-'));
    const testDatabase = await createTestDatabase();
    const service: BreakableService = await startBreakableService();
    const receiver = await startPagerReceiver(SECRET);
    mkdirSync(join(folder, 'runbooks'));
    writeFileSync(join(folder, 'runbooks', 'service-down.md'), serviceDownRunbook(service.address));
    const config = {
      databaseUrl: testDatabase.connectionString,
      databasePoolMax: 10,
      runbooks: ['./runbooks'],
      probes: { service: serviceProbe(service.address) },
      webhooks: { pager: { url: receiver.url, secret: SECRET } },
    };
    const database = new pg.Client({ connectionString: testDatabase.connectionString });
    await database.connect();
    const first = await startServerProcess({ folder, config, name: 'first' });
    // Replicas share the master key.
    mkdirSync(join(folder, 'second'), { mode: 0o700 });
    cpSync(join(folder, 'first', 'keys'), join(folder, 'second', 'keys'), { recursive: true });
    const second = await startServerProcess({ folder, config, name: 'second' });
    const servers: ServerProcess[] = [first, second];
    const takeoverMs: number[] = [];
    try {
      for (let freeze = 0; freeze < FREEZES; freeze += 1) {
        service.break();
        const until = performance.now() + STORY_LIMIT_MS;
        let frozen: ServerProcess | undefined;
        let done = false;
        while (!done) {
          if (performance.now() > until) throw new Error('the story did not end');
          const awake = servers.find((server) => server !== frozen) ?? first;
          await actAsPerson(awake, service).catch(() => {});
          if (!frozen && takeoverMs.length === freeze) {
            const underWay = await waitForStepUnderWay(database, 100);
            const owner = servers.find((server) => server.pid === underWay?.pid);
            if (underWay && owner) {
              process.kill(owner.pid, 'SIGSTOP');
              frozen = owner;
              takeoverMs.push(await waitForOtherOwner(database, underWay.runId, owner.pid));
              process.kill(owner.pid, 'SIGCONT');
              frozen = undefined;
            }
          }
          done = takeoverMs.length > freeze && (await hasResolved(awake, freeze + 1).catch(() => false));
        }
      }
      await expect
        .poll(() => findViolations(testDatabase.connectionString), { timeout: 10_000, interval: 200 })
        .toEqual([]);
      // A request that had left before the freeze may arrive; none is ever sent twice for one attempt.
      expect(new Set(service.repairs).size).toBe(service.repairs.length);
      expect(receiver.told()).toHaveLength(FREEZES);
      expect(await checkAuditExport(first)).toEqual({ intact: true });
      process.stdout.write(
        `  ${FREEZES} freezes, taken over after ${takeoverMs.map((ms) => Math.round(ms)).join(', ')} ms\n`,
      );
    } finally {
      signalAll(
        servers.map((server) => server.pid),
        'SIGCONT',
      );
      await Promise.all(servers.map((server) => server.stop()));
      await database.end();
      await service.close();
      await receiver.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
  120_000 + FREEZES * 60_000,
);
