import { type Database, openDatabase } from '../../src/platform/db/database.ts';
import { createWakeups, type Wakeups } from '../../src/platform/events/wakeups.ts';
import { createSilentLogger, type Logger } from '../../src/platform/log/logger.ts';
import { createTestDatabase } from './postgres.ts';

/** One replica's connections to a database, as many replicas as a test asks for. */
export type Replica = { database: Database; wakeups: Wakeups; logger: Logger };

export type ReplicaYard = {
  connectionString: string;
  add(): Promise<Replica>;
  /** Stops parts in the order they were given back, then the connections. */
  close(): Promise<void>;
};

export async function openReplicaYard(): Promise<ReplicaYard> {
  const { connectionString } = await createTestDatabase();
  const replicas: Replica[] = [];
  return {
    connectionString,
    async add() {
      const logger = createSilentLogger();
      const database = openDatabase({ connectionString, poolMax: 8, onError: () => {} });
      const wakeups = createWakeups({ connectionString, pool: database.pool, logger });
      await wakeups.start();
      const replica = { database, wakeups, logger };
      replicas.push(replica);
      return replica;
    },
    async close() {
      await Promise.all(replicas.map((replica) => replica.wakeups.stop()));
      await Promise.all(replicas.map((replica) => replica.database.close()));
    },
  };
}
