import type { Clock } from '../platform/clock/clock.ts';
import type { Database } from '../platform/db/database.ts';
import type { Wakeups } from '../platform/events/wakeups.ts';
import type { SecretBox } from '../platform/identity/secret-box.ts';
import type { TokenVerifier } from '../platform/identity/token-verifier.ts';
import type { Logger } from '../platform/log/logger.ts';
import type { Metrics } from '../platform/metrics/metrics.ts';

/** One dependency that readiness really asks. It passes by resolving. */
export type HealthCheck = { name: string; check(): Promise<void> };

/** A bucket: so many a second on average, so many at once. */
export type RateLimit = { perSecond: number; burst: number };

export type UiState = 'ready' | 'building' | 'missing' | 'failed';

/** What the server needs to know of the configuration. */
export type HttpConfig = {
  /** The address it will listen on, as given: `127.0.0.1`, `::1`, `0.0.0.0`, a name. */
  listenHost: string;
  /** Base of every link sent out; null means the address it listens on. */
  externalUrl: string | null;
  /** Further names it may be called by (a service name with dots inside a private network). */
  allowedHosts: readonly string[];
  /** Addresses or networks whose `X-Forwarded-*` headers count. Empty: nobody's. */
  trustedProxies: readonly string[];
  /** Everybody is admin; refused unless listening on loopback. */
  noAuth: boolean;
  /** Asked at each request, so that a reload counts at once. */
  rateLimits(): { global: RateLimit; client: RateLimit };
};

/** Everything the HTTP shell and identity need. A resource's routes take this and what they need besides. */
export type HttpDeps = {
  version: string;
  database: Database;
  clock: Clock;
  logger: Logger;
  wakeups: Pick<Wakeups, 'kick' | 'on'>;
  secretBox: SecretBox;
  metrics: Metrics;
  config: HttpConfig;
  /** Besides the database, which is always checked. `/healthz/config` answers for the one called `config`. */
  checks: readonly HealthCheck[];
  ui: { folder: string; state(): UiState };
  /** The token `serve` wrote for the local command line; null when it wrote none. */
  cliToken: string | null;
  /** Reads tokens that others signed; undefined where none are accepted. */
  verifyToken?: TokenVerifier | undefined;
};

export const DEFAULT_RATE_LIMITS = {
  global: { perSecond: 1_000, burst: 2_000 },
  client: { perSecond: 300, burst: 600 },
} as const satisfies { global: RateLimit; client: RateLimit };
