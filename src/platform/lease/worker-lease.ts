import type { Database } from '../db/database.ts';
import { createId } from '../identity/prefixed-id.ts';
import type { Logger } from '../log/logger.ts';
import { identifySelf, isAlive, type ProcessIdentity } from '../process/process-identity.ts';

/**
 * A worker's claim to be alive: one row, renewed by the database's clock. What it owns names it together with an epoch;
 * a statement that acts for it checks both, so that a worker that was frozen and wakes cannot act.
 */
export type WorkerLease = {
  id: string;
  identity: ProcessIdentity;
  /** True while less than the lease's time has passed, on this machine's monotonic clock, since a renewal was sent. */
  isFresh(): boolean;
  /** How often the lease was found to have ended before its renewal: unchanged means it was held without a gap. */
  lapses(): number;
  stop(): Promise<void>;
};

/** Renewed this many times within its time to live. */
const RENEWALS_PER_TTL = 4;

/**
 * Registers this process as a worker and keeps its lease.
 * Workers of this machine whose process is gone are expired at once: after a crash nobody waits for their lease to end.
 */
export async function startWorkerLease(options: {
  database: Database;
  logger: Logger;
  ttlMs: number;
  version: string;
}): Promise<WorkerLease> {
  const { database, ttlMs } = options;
  const identity = identifySelf();
  const id = createId('wrk');
  let renewedAtMs = performance.now();
  await database.pool.query(
    `insert into workers (id, host, boot_id, pid, pid_started, version, lease_expires_at)
     values ($1, $2, $3, $4, $5, $6, clock_timestamp() + make_interval(secs => $7))`,
    [id, identity.host, identity.bootId, identity.pid, identity.startedAt, options.version, ttlMs / 1_000],
  );
  await expireDeadNeighbours(database, identity);

  let lapses = 0;
  let renewing = false;
  const renew = async () => {
    if (renewing) return;
    renewing = true;
    const sentAtMs = performance.now();
    try {
      await database.pool.query({
        name: 'renew-worker',
        text: `update workers set lease_expires_at = clock_timestamp() + make_interval(secs => $2) where id = $1`,
        values: [id, ttlMs / 1_000],
      });
      if (sentAtMs - renewedAtMs >= ttlMs) lapses += 1;
      renewedAtMs = sentAtMs;
    } catch (thrown) {
      options.logger.debug({ err: thrown }, 'worker lease not renewed');
    } finally {
      renewing = false;
    }
  };
  const timer = setInterval(() => void renew(), ttlMs / RENEWALS_PER_TTL);
  return {
    id,
    identity,
    isFresh: () => performance.now() - renewedAtMs < ttlMs,
    lapses: () => lapses,
    async stop() {
      clearInterval(timer);
      // Whatever it still owns may be taken at once.
      await database.pool
        .query('update workers set lease_expires_at = clock_timestamp() where id = $1', [id])
        .catch(() => {});
    },
  };
}

async function expireDeadNeighbours(database: Database, self: ProcessIdentity): Promise<void> {
  const neighbours = await database.pool.query<{ id: string; boot_id: string; pid: number; pid_started: string }>(
    'select id, boot_id, pid, pid_started from workers where host = $1 and lease_expires_at > clock_timestamp()',
    [self.host],
  );
  const dead = neighbours.rows.filter(
    (row) => !isAlive({ host: self.host, bootId: row.boot_id, pid: row.pid, startedAt: row.pid_started }),
  );
  if (dead.length === 0) return;
  await database.pool.query('update workers set lease_expires_at = clock_timestamp() where id = any($1::text[])', [
    dead.map((row) => row.id),
  ]);
}
