import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { pathToFileURL } from 'node:url';
import { openRunbookLibrary } from '../src/act/runbooks/index.ts';
import { composeOnCall } from '../src/app/compose-on-call.ts';
import { registerRoutes } from '../src/app/register-routes.ts';
import { createRunSecrets } from '../src/app/run-secrets.ts';
import type { AlertEngine } from '../src/detect/alerting/index.ts';
import { createHttpServer } from '../src/http/create-http-server.ts';
import { DEFAULT_RATE_LIMITS, type HttpDeps } from '../src/http/http-deps.ts';
import { buildOpenApi } from '../src/http/openapi/build-openapi.ts';
import type { TelemetryIntake } from '../src/http/routes/telemetry/telemetry-intake.ts';
import { systemClock } from '../src/platform/clock/clock.ts';
import { openDatabase } from '../src/platform/db/database.ts';
import { createSecretBox, MASTER_KEY_BYTES } from '../src/platform/identity/secret-box.ts';
import { createSilentLogger } from '../src/platform/log/logger.ts';
import { createMetrics } from '../src/platform/metrics/metrics.ts';

// Writes docs/openapi.json from the routes: `node scripts/generate-openapi.ts`. `npm run check` fails when it is stale.

const OPENAPI_DOCS = new URL('../docs/openapi.json', import.meta.url);

/** The API document of the whole server. The server is composed, never started; its database is never asked. */
export async function renderOpenApi(): Promise<string> {
  const database = openDatabase({
    connectionString: 'postgres://nobody@127.0.0.1:1/none',
    poolMax: 1,
    onError: () => {},
  });
  const deps: HttpDeps = {
    version: 'current',
    database,
    clock: systemClock,
    logger: createSilentLogger(),
    wakeups: { kick: () => {}, on: () => () => {} },
    secretBox: createSecretBox(Buffer.alloc(MASTER_KEY_BYTES)),
    metrics: createMetrics({ version: 'current', pool: database.pool }),
    config: {
      listenHost: '127.0.0.1',
      externalUrl: null,
      allowedHosts: [],
      trustedProxies: [],
      noAuth: false,
      rateLimits: () => DEFAULT_RATE_LIMITS,
    },
    checks: [],
    ui: { folder: tmpdir(), state: () => 'missing' },
    cliToken: null,
  };
  const app = await createHttpServer(deps, (server, parts) =>
    registerRoutes(server, parts, {
      rules: { groups: () => [], intervalMs: 60_000 },
      ...deps,
      // Asked by handlers alone, and none of them runs.
      telemetry: {} as TelemetryIntake,
      onCall: composeOnCall({
        ...deps,
        severityScheme: 'p1-p4',
        openAtRank: 3,
        webhooks: {},
        timezone: 'UTC',
        contacts: { email: null, ntfy: null, pushover: null, slack: null, twilio: null },
        publicUrl: null,
        baseUrl: () => '',
      }),
      statusPage: () => ({ name: '', url: '', timezone: 'UTC' }),
      alerting: {
        // Asked by handlers alone, and none of them runs.
        engine: {} as AlertEngine,
        mappings: {},
        status: { version: '', startedAt: new Date(0), address: () => '', configText: () => '', receivers: () => [] },
      },
      library: openRunbookLibrary({ folders: [] }),
      runCheck: async () => ({ healthy: false, reason: '', durationMs: 0 }),
      secrets: createRunSecrets(deps.secretBox),
      surroundings: { environmentValues: () => ({}), environments: () => [] },
      phones: null,
      slack: null,
      mails: false,
      hookSecret: () => null,
      startHooked: async () => ({ runs: [], problems: [] }),
    }),
  );
  try {
    return `${JSON.stringify(buildOpenApi(app, { version: 'current' }), null, 2)}\n`;
  } finally {
    await app.close();
    await database.close();
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) writeFileSync(OPENAPI_DOCS, await renderOpenApi());
