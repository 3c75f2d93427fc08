import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openReplicaYard, type Replica, type ReplicaYard } from '../../../test/harness/event-machinery.ts';
import { identifySelf, isAlive, readBootId, readProcessStart } from '../process/process-identity.ts';
import { startWorkerLease } from './worker-lease.ts';

let yard: ReplicaYard;
let replica: Replica;
beforeAll(async () => {
  yard = await openReplicaYard();
  replica = await yard.add();
});
afterAll(() => yard.close());

const take = (ttlMs = 5_000) => startWorkerLease({ ...replica, ttlMs, version: 'test' });
const isLive = async (id: string) =>
  (
    await replica.database.pool.query('select from workers where id = $1 and lease_expires_at > clock_timestamp()', [
      id,
    ])
  ).rowCount === 1;
const register = async (id: string, process: { host?: string; bootId?: string; pid: number; startedAt: string }) =>
  replica.database.pool.query(
    `insert into workers (id, host, boot_id, pid, pid_started, version, lease_expires_at)
     values ($1, $2, $3, $4, $5, 'test', clock_timestamp() + interval '1 hour')`,
    [id, process.host ?? hostname(), process.bootId ?? readBootId(), process.pid, process.startedAt],
  );

describe('a worker’s lease', () => {
  it('lives while it is renewed, by the database’s clock, and ends at once when given back', async () => {
    const lease = await take(200);
    await expect
      .poll(
        async () =>
          (
            await replica.database.pool.query<{ ms: number }>(
              `select extract(epoch from lease_expires_at - started_at)::float8 * 1000 as ms from workers where id = $1`,
              [lease.id],
            )
          ).rows[0]?.ms,
      )
      .toBeGreaterThan(400);
    expect(lease.isFresh()).toBe(true);
    expect(await isLive(lease.id)).toBe(true);
    await lease.stop();
    expect(await isLive(lease.id)).toBe(false);
  });

  it('that could not be renewed in time is stale, and the gap is remembered', async () => {
    const lease = await take(60);
    const query = replica.database.pool.query.bind(replica.database.pool);
    replica.database.pool.query = (() => Promise.reject(new Error('away'))) as never;
    await expect.poll(() => lease.isFresh()).toBe(false);
    replica.database.pool.query = query as never;
    await expect.poll(() => lease.isFresh()).toBe(true);
    expect(lease.lapses()).toBeGreaterThanOrEqual(1);
    await lease.stop();
  });

  it('of a dead process of this machine ends when the next one starts', async () => {
    const child = spawn('sleep', ['60']);
    const pid = child.pid!;
    await register('dead', { pid, startedAt: readProcessStart(pid)! });
    await register('reused', { pid: process.pid, startedAt: '1' });
    await register('before-reboot', {
      pid: process.pid,
      startedAt: readProcessStart(process.pid)!,
      bootId: 'another-boot',
    });
    await register('elsewhere', { pid: 999_999, startedAt: '1', host: 'far-away' });
    await register('alive', { pid: process.pid, startedAt: readProcessStart(process.pid)! });
    child.kill('SIGKILL');
    await once(child, 'exit');
    const lease = await take();
    const live = await Promise.all(['dead', 'reused', 'before-reboot', 'elsewhere', 'alive'].map(isLive));
    expect(live).toEqual([false, false, false, true, true]);
    await lease.stop();
  });
});

describe('a process', () => {
  it('is told apart from a later one with its number', () => {
    const self = identifySelf();
    expect(isAlive(self)).toBe(true);
    expect(isAlive({ ...self, startedAt: '1' })).toBe(false);
    expect(isAlive({ ...self, bootId: 'another' })).toBe(false);
    expect(isAlive({ ...self, pid: 4_194_304, startedAt: '1' })).toBe(false);
  });
});
