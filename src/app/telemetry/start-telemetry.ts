import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { createSecureContext } from 'node:tls';
import type { Registry } from 'prom-client';
import { roleCovers } from '../../contract/identity.ts';
import { type PartitionOffice, startPartitionOffice } from '../../detect/anomaly/partitions/index.ts';
import { type JudgeOffice, startJudgeOffice } from '../../detect/anomaly/streams/index.ts';
import type { HttpApp } from '../../http/http-app.ts';
import type { TelemetryIntake } from '../../http/routes/telemetry/telemetry-intake.ts';
import type { PartitionLog, PartitionLogOptions } from '../../observe/intake/partitions/index.ts';
import { createTelemetryDecoder } from '../../observe/intake/telemetry/index.ts';
import type { Clock } from '../../platform/clock/clock.ts';
import type { HoldfastConfig } from '../../platform/config/load-config.ts';
import type { Database } from '../../platform/db/database.ts';
import { HoldfastError, messageOf } from '../../platform/errors/holdfast-error.ts';
import type { Wakeups } from '../../platform/events/wakeups.ts';
import type { CredentialResolver } from '../../platform/identity/credential-resolver.ts';
import { readBearer } from '../../platform/identity/read-bearer.ts';
import type { Logger } from '../../platform/log/logger.ts';
import { explainListening } from '../listen-at.ts';
import { startAnomalyExport } from './export-anomalies.ts';
import { registerTelemetryMetrics } from './register-telemetry-metrics.ts';
import { createTelemetryIntake } from './take-telemetry.ts';

/** Telemetry inside the server. */
export type Telemetry = {
  intake: TelemetryIntake;
  /** Begins to judge what is stored. */
  judge(): void;
  /** Serves OTLP on its own addresses, those that are configured. */
  listen(
    app: HttpApp,
    resolver: CredentialResolver,
  ): Promise<{ grpc: string | null; http: string | null; stop(): Promise<void> }>;
  stop(): Promise<void>;
};

export async function startTelemetry(
  deps: {
    database: Database;
    clock: Clock;
    wakeups: Wakeups;
    logger: Logger;
    registry: Registry;
    workerId: string;
  },
  config: Pick<HoldfastConfig, 'telemetry' | 'auth'>,
): Promise<Telemetry> {
  const { logger } = deps;
  const { telemetry } = config;
  const figures = registerTelemetryMetrics(deps.registry, deps.database);
  const decoder = createTelemetryDecoder({ threads: telemetry.threads });
  const log = telemetry.nats ? await openLog(telemetry.nats, logger) : null;
  let office: JudgeOffice | null = null;
  let partitions: PartitionOffice | null = null;
  let exporting: { stop(): Promise<void> } | null = null;
  const intake = createTelemetryIntake(
    { ...deps, decoder, office: () => office, log },
    {
      mostStreams: telemetry.maxStreams,
      mostPendingBytes: telemetry.maxPendingBytes,
      mostBacklogEvents: telemetry.maxBacklogEvents,
      redaction: telemetry.redaction,
      figures,
    },
  );
  return {
    intake,
    judge() {
      office = startJudgeOffice(deps, {
        threads: telemetry.threads,
        snapshotEvents: telemetry.snapshotEvents,
        onJudged: figures.judged,
        exports: telemetry.anomaliesTo !== null,
        ...(log ? { partitions: () => partitions?.owned() ?? new Set<number>() } : {}),
      });
      if (telemetry.anomaliesTo) exporting = startAnomalyExport(deps, telemetry.anomaliesTo);
      if (!log) return;
      partitions = startPartitionOffice(
        { ...deps, log, office: () => office },
        { mostStreams: telemetry.maxStreams, onTaken: figures.read },
      );
    },
    async listen(app, resolver) {
      const stops: (() => Promise<void>)[] = [];
      const addresses: { grpc: string | null; http: string | null } = { grpc: null, http: null };
      const { otlpGrpc, otlpHttp, otlpTls: tls } = telemetry;
      if (tls) assertTls(tls);
      if (otlpGrpc !== null) {
        // Only who serves it pays for it.
        const { startOtlpGrpc } = await import('../../observe/intake/otlp-grpc/index.ts');
        const { failureOf } = await import('./otlp-failure.ts');
        const served = await startOtlpGrpc({
          ...otlpGrpc,
          tls,
          failureOf: (thrown) => failureOf(thrown, logger),
          async take({ kind, body, authorization, stream }) {
            const sender = await authenticate(resolver, authorization, config.auth);
            const post = {
              body,
              format: 'protobuf',
              kind,
              encoding: '',
              service: stream,
              sender,
              retries: true,
              key: null,
            } as const;
            return intake.take(post);
          },
        }).catch((thrown: unknown) => {
          throw explainListening(thrown, otlpGrpc, 'telemetry.otlpGrpc');
        });
        addresses.grpc = served.address;
        stops.push(served.stop);
      }
      if (otlpHttp !== null) {
        const served = await listenForOtlp(app, otlpHttp, tls);
        addresses.http = served.address;
        stops.push(served.stop);
      }
      if (otlpGrpc !== null || otlpHttp !== null) logger.info(addresses, 'listening for OTLP');
      return { ...addresses, stop: async () => void (await Promise.all(stops.map((stop) => stop()))) };
    },
    async stop() {
      await intake.stop();
      await exporting?.stop();
      await partitions?.stop();
      await office?.stop();
      await log?.stop();
      await decoder.stop();
    },
  };
}

/** Only who uses it pays for it. */
async function openLog(options: PartitionLogOptions, logger: Logger): Promise<PartitionLog> {
  const { openPartitionLog } = await import('../../observe/intake/partitions/partition-log.ts');
  return openPartitionLog(options, logger);
}

const OTLP_PATH = /^\/v1\/(?:logs|metrics|traces)(?:$|\?)/;

/** The same routes at another address, and none besides. */
async function listenForOtlp(
  app: HttpApp,
  at: { host: string; port: number },
  tls: HoldfastConfig['telemetry']['otlpTls'],
): Promise<{ address: string; stop(): Promise<void> }> {
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    if (OTLP_PATH.test(request.url ?? '')) return app.routing(request, response);
    response
      .writeHead(404, { 'content-type': 'text/plain' })
      .end('Only /v1/logs, /v1/metrics and /v1/traces are served here.\n');
  };
  const server = tls ? createSecureServer(secureOptions(tls), answer) : createServer(answer);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(explainListening(error, at, 'telemetry.otlpHttp')));
    server.listen(at.port, at.host, resolve);
  });
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : at.port;
  return {
    address: `${tls ? 'https' : 'http'}://${at.host.includes(':') ? `[${at.host}]` : at.host}:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}

/** @throws HoldfastError `telemetry.tls-unusable` when certificate and key do not fit, or are broken */
function assertTls(tls: NonNullable<HoldfastConfig['telemetry']['otlpTls']>): void {
  try {
    createSecureContext(secureOptions(tls));
  } catch (thrown) {
    throw new HoldfastError({
      code: 'telemetry.tls-unusable',
      kind: 'invalid',
      message: `telemetry.otlpTls: certificate and key cannot be used: ${messageOf(thrown)}`,
      hint: 'The key must be that of the first certificate in the file.',
      cause: thrown,
    });
  }
}

function secureOptions({ certificate, key, clientCa }: NonNullable<HoldfastConfig['telemetry']['otlpTls']>) {
  const asked = clientCa === null ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: true };
  return { cert: certificate, key, ...asked };
}

/** By the same keys as over HTTP. @returns whom the receipts name */
async function authenticate(
  resolver: CredentialResolver,
  authorization: string | null,
  auth: boolean,
): Promise<string> {
  if (authorization === null && !auth) return 'no-auth';
  const credential = readBearer(authorization ?? '');
  const refuse = (message: string) => new HoldfastError({ code: 'auth.required', kind: 'denied', message });
  if (credential === null) throw refuse('send the metadata "authorization: Bearer hf_…" with an API key');
  const found = await resolver.resolve(credential);
  if (found.kind !== 'accepted')
    throw refuse(
      credential.kind === 'token'
        ? `the token is not accepted: ${'why' in found && found.why ? found.why : found.reason}`
        : `the API key is ${found.reason}`,
    );
  if (roleCovers(found.principal.role, 'sender')) return found.principal.actor;
  throw new HoldfastError({
    code: 'access.denied',
    kind: 'denied',
    message: `${found.principal.name} has the role ${found.principal.role}; this needs sender`,
  });
}
