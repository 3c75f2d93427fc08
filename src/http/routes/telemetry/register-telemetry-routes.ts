import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { detectAnswerSchema, takenEventsSchema } from '../../../contract/anomaly.ts';
import { INTAKE_LIMITS, type TelemetryFormat } from '../../../observe/intake/telemetry/index.ts';
import { HoldfastError } from '../../../platform/errors/holdfast-error.ts';
import { principalOf } from '../../auth/access-guard.ts';
import type { HttpApp } from '../../http-app.ts';
import type { HttpDeps } from '../../http-deps.ts';
import { idempotencyKeyOf } from '../../run-idempotent.ts';
import { refusalToError, sendExported, sendOtlpError } from './otlp-answer.ts';
import type { TelemetryIntake, TelemetryPost } from './telemetry-intake.ts';

export type TelemetryRouteDeps = Pick<HttpDeps, 'logger'> & { telemetry: TelemetryIntake };

const STREAM_HEADER = 'x-holdfast-stream';
const SEND_HINT = `At most ${INTAKE_LIMITS.bodyBytes} bytes, ${INTAKE_LIMITS.unpackedBytes} once unpacked. The header ${STREAM_HEADER} names the stream instead of what the body says.`;

/** What programs tell of themselves: OTLP over HTTP, events as JSON or lines, Prometheus remote write. */
export async function registerTelemetryRoutes(server: HttpApp, deps: TelemetryRouteDeps): Promise<void> {
  await server.register(async (app: HttpApp) => {
    takeBytes(app);
    app.setErrorHandler(async (thrown: unknown, request, reply) => {
      const { status, error } = await sendOtlpError(reply, isJson(request), thrown);
      if (status >= 500)
        deps.logger[status === 500 ? 'error' : 'warn']({ err: error.cause ?? error }, 'an OTLP request failed');
      return reply;
    });
    for (const kind of ['logs', 'metrics', 'traces'] as const) {
      app.post(
        `/v1/${kind}`,
        {
          config: {
            access: 'sender',
            intake: true,
            summary: `Take ${kind} (OTLP over HTTP)`,
            description: `Protobuf or JSON, gzip or zstd. Acknowledged once stored; the same bytes again within ten minutes are a retry. ${SEND_HINT}`,
            produces: {
              'application/x-protobuf': 'ExportServiceResponse',
              'application/json': 'ExportServiceResponse',
            },
          },
        },
        async (request, reply) => {
          const json = isJson(request);
          if (!json && mediaType(request) !== 'application/x-protobuf')
            throw unknownType('application/x-protobuf or application/json');
          const taken = await deps.telemetry.take(
            postOf(request, { format: json ? 'json' : 'protobuf', kind, retries: true }),
          );
          return sendExported(reply, json, kind, taken);
        },
      );
    }
  });
  await server.register(async (app: HttpApp) => {
    takeBytes(app);
    app.post(
      '/v1/events',
      {
        config: {
          access: 'sender',
          intake: true,
          summary: 'Take events: texts or objects, as JSON or lines',
          description: `{"stream": "checkout", "events": ["…", {"message": "…", "timestamp": "…", "attributes": {}}]}, a list of events, or text/plain with one event a line. With an Idempotency-Key a retry within ten minutes counts once. ${SEND_HINT}`,
        },
        schema: { response: { 200: takenEventsSchema } },
      },
      (request) => refusing(() => deps.telemetry.take(postOf(request, eventsOf(request)))),
    );
    app.post(
      '/v1/detect',
      {
        config: {
          access: 'sender',
          intake: true,
          summary: 'Take events and answer with the verdict on each',
          description: `As /v1/events; a retry with its Idempotency-Key has the same verdicts. Why an event is an anomaly is said of anomalies, with explain=always of every event. ${SEND_HINT}`,
        },
        schema: {
          querystring: z.object({ explain: z.enum(['anomalies', 'always']).default('anomalies') }),
          response: { 200: detectAnswerSchema },
        },
      },
      (request) => refusing(() => deps.telemetry.detect(postOf(request, eventsOf(request)), request.query.explain)),
    );
    app.post(
      '/api/v1/write',
      {
        config: {
          access: 'sender',
          intake: true,
          summary: 'Take metrics of a Prometheus (remote write 1.0)',
          description:
            'A snappy block of a protobuf; `job` is the stream. What is refused of it is told in the log and counted.',
        },
        schema: { response: { 204: z.void() } },
      },
      async (request, reply: FastifyReply) => {
        await refusing(() =>
          deps.telemetry.take(postOf(request, { format: 'remote-write', kind: 'metrics', retries: true })),
        );
        reply.code(204);
      },
    );
  });
}

/** Bodies as they came: they are read in a thread of their own. */
function takeBytes(app: HttpApp): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: INTAKE_LIMITS.bodyBytes }, (_request, body, done) =>
    done(null, body),
  );
}

const mediaType = (request: FastifyRequest) =>
  (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
const isJson = (request: FastifyRequest) => mediaType(request) === 'application/json';

/** The same events twice may be meant: who retries says so by an Idempotency-Key. */
function eventsOf(request: FastifyRequest): { format: TelemetryFormat; kind: 'logs'; retries: false } {
  const type = mediaType(request);
  if (type !== 'application/json' && type !== 'text/plain') throw unknownType('application/json or text/plain');
  return { format: type === 'text/plain' ? 'lines' : 'events', kind: 'logs', retries: false };
}

function postOf(request: FastifyRequest, what: Pick<TelemetryPost, 'format' | 'kind' | 'retries'>): TelemetryPost {
  const header = (name: string) => {
    const value = request.headers[name];
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const key = idempotencyKeyOf(request);
  return {
    ...what,
    body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
    encoding: header('content-encoding') ?? '',
    service: header(STREAM_HEADER),
    key: key === null ? null : `${request.routeOptions.url} ${key}`,
    sender: principalOf(request).actor,
  };
}

function unknownType(known: string): HoldfastError {
  return new HoldfastError({
    code: 'http.media-type',
    kind: 'invalid',
    message: 'the body is of a media type this route does not take',
    hint: `Send ${known}.`,
  });
}

async function refusing<Answer>(work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work();
  } catch (thrown) {
    throw refusalToError(thrown);
  }
}
