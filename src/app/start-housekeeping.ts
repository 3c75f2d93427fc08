import { PgBoss } from 'pg-boss';
import { deleteOldReceipts, pruneLogs } from '../detect/anomaly/streams/index.ts';
import { deleteOldIdempotencyKeys } from '../http/idempotency-store.ts';
import type { Clock } from '../platform/clock/clock.ts';
import type { HoldfastConfig } from '../platform/config/load-config.ts';
import type { Database } from '../platform/db/database.ts';
import { JOBS_SCHEMA } from '../platform/db/migrate.ts';
import { pruneKept } from '../platform/db/prune-store.ts';
import { publish } from '../platform/events/publish.ts';
import { pruneChain } from '../platform/identity/audit-anchor-store.ts';
import { pruneIdentity } from '../platform/identity/prune-identity.ts';
import type { Logger } from '../platform/log/logger.ts';

const PRUNE_QUEUE = 'prune';
/** Minute 17 of each hour: not when everybody else's jobs run. */
const PRUNE_CRON = '17 * * * *';
const STOP_TIMEOUT_MS = 2_000;

/** Background jobs that last seconds. One replica does each, whichever the queue gives it to. */
export async function startHousekeeping(deps: {
  database: Database;
  logger: Logger;
  clock: Clock;
  retention: HoldfastConfig['retention'];
  telemetryKeptMs: number;
}): Promise<{ stop(): Promise<void> }> {
  const boss = new PgBoss({
    db: { executeSql: async (text: string, values?: unknown[]) => deps.database.pool.query(text, values) },
    schema: JOBS_SCHEMA,
    migrate: false,
  });
  boss.on('error', (error: Error) => deps.logger.debug({ err: error }, 'job queue'));
  await boss.start();
  await boss.createQueue(PRUNE_QUEUE, { policy: 'singleton' });
  await boss.schedule(PRUNE_QUEUE, PRUNE_CRON);
  await boss.work(PRUNE_QUEUE, async () => {
    const pruned = {
      ...(await pruneKept(deps.database, deps.retention)),
      telemetry: await pruneLogs(deps.database.db, deps.telemetryKeptMs),
      receipts: await deleteOldReceipts(deps.database.db),
      idempotencyKeys: await deleteOldIdempotencyKeys(deps.database.db),
      audit: await pruneAudit(deps),
      signIns: await pruneIdentity(deps.database.db, deps.clock.now()),
    };
    deps.logger.info(pruned, 'pruned what is older than its retention');
  });
  return { stop: () => boss.stop({ graceful: true, timeout: STOP_TIMEOUT_MS }) };
}

/** Forgets the oldest part of the audit chain where that is wished for, and puts that on record. */
async function pruneAudit(deps: {
  database: Database;
  clock: Clock;
  retention: HoldfastConfig['retention'];
}): Promise<number> {
  const { auditMs } = deps.retention;
  if (auditMs === null) return 0;
  const at = deps.clock.now();
  return deps.database.transact(async (tx) => {
    const pruned = await pruneChain(tx, new Date(at.getTime() - auditMs));
    if (!pruned) return 0;
    await publish(tx, [{ kind: 'audit.pruned', aggregate: 'system:audit', actor: 'system', at, body: pruned }]);
    return pruned.deleted;
  });
}
