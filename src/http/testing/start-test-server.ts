import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { createTestDatabase } from '../../../test/harness/postgres.ts';
import type { Role } from '../../contract/identity.ts';
import { systemClock } from '../../platform/clock/clock.ts';
import { type Database, openDatabase } from '../../platform/db/database.ts';
import { startSequencer } from '../../platform/events/sequencer.ts';
import { createWakeups, type Wakeups } from '../../platform/events/wakeups.ts';
import { insertApiKey } from '../../platform/identity/api-key-store.ts';
import { createId } from '../../platform/identity/prefixed-id.ts';
import { createSecretBox, MASTER_KEY_BYTES } from '../../platform/identity/secret-box.ts';
import { createApiKeyToken, hashToken } from '../../platform/identity/secret-token.ts';
import { createSilentLogger } from '../../platform/log/logger.ts';
import { createMetrics } from '../../platform/metrics/metrics.ts';
import { createHttpServer } from '../create-http-server.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpConfig, HttpDeps } from '../http-deps.ts';

export type TestServer = {
  app: HttpApp;
  deps: HttpDeps;
  database: Database;
  wakeups: Wakeups;
  connectionString: string;
  /** `http://127.0.0.1:PORT` once `listen` was called. */
  url: string;
  listen(): Promise<string>;
  /** A new key of this role, as a header. */
  keyFor(
    role: Role,
    options?: { expiresAt?: Date; name?: string },
  ): Promise<{ id: string; headers: { authorization: string } }>;
  close(): Promise<void>;
};

const GENEROUS = { perSecond: 1_000_000, burst: 1_000_000 };

/** The real server on a database of its own, or on `connectionString` as a second replica. */
export async function startTestServer(
  options: {
    connectionString?: string;
    config?: Partial<HttpConfig>;
    deps?: Partial<HttpDeps>;
    routes?: (app: HttpApp, deps: HttpDeps) => void;
  } = {},
): Promise<TestServer> {
  const connectionString = options.connectionString ?? (await createTestDatabase()).connectionString;
  const logger = options.deps?.logger ?? createSilentLogger();
  const database = openDatabase({ connectionString, poolMax: 8, onError: () => {} });
  const wakeups = createWakeups({ connectionString, pool: database.pool, logger });
  await wakeups.start();
  const sequencer = startSequencer({ database, wakeups, logger });
  const deps: HttpDeps = {
    version: '0.0.0-test',
    database,
    clock: systemClock,
    logger,
    wakeups,
    secretBox: createSecretBox(randomBytes(MASTER_KEY_BYTES)),
    metrics: createMetrics({ version: '0.0.0-test', pool: database.pool }),
    checks: [{ name: 'config', check: async () => {} }],
    ui: { folder: '/nonexistent', state: () => 'missing' },
    cliToken: null,
    ...options.deps,
    config: {
      listenHost: '127.0.0.1',
      externalUrl: null,
      allowedHosts: [],
      trustedProxies: [],
      noAuth: false,
      rateLimits: () => ({ global: GENEROUS, client: GENEROUS }),
      ...options.config,
    },
  };
  const app = await createHttpServer(deps, (created) => options.routes?.(created, deps));
  await app.ready();
  const server: TestServer = {
    app,
    deps,
    database,
    wakeups,
    connectionString,
    url: '',
    async listen() {
      await app.listen({ host: '127.0.0.1', port: 0 });
      server.url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
      return server.url;
    },
    async keyFor(role, key = {}) {
      const { token, prefix } = createApiKeyToken();
      const id = createId('key');
      await insertApiKey(database.db, {
        id,
        name: key.name ?? `${role}-${id.slice(-6)}`,
        prefix,
        tokenSha256: hashToken(token),
        role,
        ownerId: null,
        createdBy: 'system',
        at: new Date(),
        expiresAt: key.expiresAt ?? null,
      });
      return { id, headers: { authorization: `Bearer ${token}` } };
    },
    async close() {
      await app.close();
      await sequencer.stop();
      await wakeups.stop();
      await database.close();
      // A pool that was only used directly is not Kysely's to end.
      if (!database.pool.ended) await database.pool.end();
    },
  };
  return server;
}
