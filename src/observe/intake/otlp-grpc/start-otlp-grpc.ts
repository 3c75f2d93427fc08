import {
  Metadata,
  type MethodDefinition,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { messageOf } from '../../../platform/errors/holdfast-error.ts';
import { encodeMessage } from '../otlp/otlp-messages.ts';
import { INTAKE_LIMITS } from '../telemetry/intake-limits.ts';
import { IntakeRefusal } from '../telemetry/intake-refusal.ts';
import type { StreamKind } from '../telemetry/telemetry-record.ts';

export type OtlpGrpcServer = {
  /** `127.0.0.1:4317` */
  address: string;
  stop(): Promise<void>;
};

/** What was done with an export, or why not. */
export type ExportOutcome = { rejected: number; reasons: readonly string[] };
export type ExportCall = { kind: StreamKind; body: Uint8Array; authorization: string | null; stream: string | null };

/** A failure in gRPC's words; `retryAfterMs` goes to the sender as RetryInfo. */
export type ExportFailure = {
  code: 'unauthenticated' | 'denied' | 'busy' | 'unavailable' | 'internal';
  message: string;
  retryAfterMs: number | null;
};

const SERVICES: readonly { kind: StreamKind; path: string }[] = [
  { kind: 'logs', path: '/opentelemetry.proto.collector.logs.v1.LogsService/Export' },
  { kind: 'metrics', path: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export' },
  { kind: 'traces', path: '/opentelemetry.proto.collector.trace.v1.TraceService/Export' },
];
const CODES = {
  unauthenticated: status.UNAUTHENTICATED,
  denied: status.PERMISSION_DENIED,
  busy: status.RESOURCE_EXHAUSTED,
  unavailable: status.UNAVAILABLE,
  internal: status.INTERNAL,
} as const;
const STOP_LIMIT_MS = 3_000;

/**
 * Serves OTLP over gRPC. Messages are taken as bytes and read elsewhere; gzip is undone by the library, which counts the
 * limit after it too.
 * @param options.failureOf what a throw of `take` means to the sender; IntakeRefusal is INVALID_ARGUMENT
 */
export async function startOtlpGrpc(options: {
  host: string;
  port: number;
  tls: { certificate: string; key: string; clientCa: string | null } | null;
  take(call: ExportCall): Promise<ExportOutcome>;
  failureOf(thrown: unknown): ExportFailure;
}): Promise<OtlpGrpcServer> {
  const server = new Server({
    'grpc.max_receive_message_length': INTAKE_LIMITS.bodyBytes,
    'grpc.max_send_message_length': INTAKE_LIMITS.bodyBytes,
  });
  for (const { kind, path } of SERVICES) {
    const method: MethodDefinition<Buffer, Buffer> = {
      path,
      requestStream: false,
      responseStream: false,
      requestSerialize: (bytes) => bytes,
      requestDeserialize: (bytes) => bytes,
      responseSerialize: (bytes) => bytes,
      responseDeserialize: (bytes) => bytes,
    };
    server.addService(
      { Export: method },
      {
        Export: (
          call: ServerUnaryCall<Buffer, Buffer>,
          done: (error: Partial<ServiceError> | null, reply?: Buffer) => void,
        ) => {
          const header = (name: string) => call.metadata.get(name)[0]?.toString() ?? null;
          const { request: body } = call;
          options
            .take({ kind, body, authorization: header('authorization'), stream: header('x-holdfast-stream') })
            .then(
              (outcome) => done(null, replyOf(outcome)),
              (thrown: unknown) => done(errorOf(thrown, options.failureOf)),
            );
        },
      },
    );
  }
  const port = await new Promise<number>((resolve, reject) => {
    const host = options.host.includes(':') ? `[${options.host}]` : options.host;
    server.bindAsync(`${host}:${options.port}`, credentialsOf(options.tls), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return {
    address: `${options.host}:${port}`,
    stop: () =>
      new Promise((resolve) => {
        const timer = setTimeout(() => {
          server.forceShutdown();
          resolve();
        }, STOP_LIMIT_MS);
        server.tryShutdown(() => {
          clearTimeout(timer);
          resolve();
        });
      }),
  };
}

function credentialsOf(tls: { certificate: string; key: string; clientCa: string | null } | null): ServerCredentials {
  if (!tls) return ServerCredentials.createInsecure();
  const ca = tls.clientCa === null ? null : Buffer.from(tls.clientCa);
  const pair = { cert_chain: Buffer.from(tls.certificate), private_key: Buffer.from(tls.key) };
  return ServerCredentials.createSsl(ca, [pair], ca !== null);
}

function replyOf({ rejected, reasons }: ExportOutcome): Buffer {
  const partialSuccess = { rejected, errorMessage: reasons.join('; ') };
  return encodeMessage('ExportReply', rejected === 0 ? {} : { partialSuccess });
}

function errorOf(thrown: unknown, failureOf: (thrown: unknown) => ExportFailure): Partial<ServiceError> {
  if (thrown instanceof IntakeRefusal) return { code: status.INVALID_ARGUMENT, details: clean(thrown.message) };
  const failure = failureOf(thrown);
  const code = CODES[failure.code];
  const message = clean(failure.code === 'internal' ? 'Holdfast made a mistake while taking this' : failure.message);
  const metadata = new Metadata();
  if (failure.retryAfterMs !== null) {
    const seconds = Math.floor(failure.retryAfterMs / 1_000);
    const retryDelay = { seconds, nanos: Math.round((failure.retryAfterMs - seconds * 1_000) * 1e6) };
    const details = [
      { typeUrl: 'type.googleapis.com/google.rpc.RetryInfo', value: encodeMessage('RetryInfo', { retryDelay }) },
    ];
    metadata.set('grpc-status-details-bin', encodeMessage('Status', { code, message, details }));
  }
  return { code, details: message, metadata };
}

/** Status messages are header values. */
const clean = (message: string) =>
  messageOf(message)
    .replace(/[^\x20-\x7e]/g, '?')
    .slice(0, 500);
