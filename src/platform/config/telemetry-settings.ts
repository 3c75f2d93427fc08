import { z } from 'zod';
import { natsSettingsShape } from './nats-settings.ts';
import { duration, file, hostPort, httpUrl, listOf, size } from './value-types.ts';

/** Names whose values no stream should hold, whoever writes them. */
const SECRET_KEYS = [
  'password',
  'passwd',
  'secret',
  'client_secret',
  'token',
  'access_token',
  'refresh_token',
  'id_token',
  'authorization',
  'api_key',
  'private_key',
  'access_key',
  'set-cookie',
];

/** How telemetry is taken. */
export const telemetrySettingsShape = z
  .strictObject({
    otlpGrpc: hostPort({ portZero: true })
      .optional()
      .meta({ flag: 'otlp-grpc', defaultText: 'not served' })
      .describe('Address OTLP over gRPC is served on, such as 127.0.0.1:4317.'),
    otlpHttp: hostPort({ portZero: true })
      .optional()
      .meta({
        flag: 'otlp-http',
        defaultText: 'not served; the main address takes /v1/logs, metrics and traces anyway',
      })
      .describe('A further address for OTLP over HTTP, such as 127.0.0.1:4318.'),
    otlpTls: z
      .strictObject({
        certificateFile: file().describe('Their certificate, with those that lead to its root (PEM).'),
        keyFile: file().describe('Its private key (PEM).'),
        clientCaFile: file()
          .optional()
          .describe('Certificates that a sender’s own must be signed by; then none without one is taken.'),
      })
      .optional()
      .describe('TLS on the addresses of OTLP. Read at the start.'),
    maxStreams: z
      .int()
      .min(1)
      .max(100_000)
      .default(200)
      .describe('Most streams with a model at once; one more evicts the one that was quiet for longest.'),
    threads: z
      .int()
      .min(1)
      .max(64)
      .optional()
      .meta({ defaultText: 'one less than processors, at least one' })
      .describe('Threads that judge, and as many that read what is sent.'),
    maxPending: size({ min: '1MiB', max: '16GiB' })
      .prefault('64MiB')
      .describe('Bodies being taken at once; a sender beyond that is asked to come again.'),
    maxBacklog: z
      .int()
      .min(1)
      .max(1_000_000_000)
      .default(2_000_000)
      .describe('Events stored and not yet judged; beyond that senders are asked to come again.'),
    redactKeys: listOf(z.string().min(1).max(100))
      .default(SECRET_KEYS)
      .meta({ type: 'list of names', defaultText: 'password, secret, token, authorization, api_key and their like' })
      .describe('Names whose values are blanked before anything is stored, in attributes and in texts.'),
    redactPatterns: listOf(z.string().min(1).max(500))
      .default([])
      .meta({ type: 'list of RE2 expressions' })
      .describe('What else is blanked before anything is stored.'),
    snapshotEvery: z
      .int()
      .min(100)
      .max(1_000_000)
      .default(20_000)
      .describe(
        'Events of a stream after which its model is stored; a crash costs at most so many to be judged again.',
      ),
    keep: duration({ min: '1h' })
      .prefault('1d')
      .describe('How long records and earlier states of models are kept, for evidence.'),
    anomaliesTo: z
      .strictObject({
        url: httpUrl({ mask: 'url-password' }).describe('Its address, without /v1/logs.'),
        tokenFile: file().optional().describe('File that holds a bearer token for it, read anew for each request.'),
      })
      .optional()
      .describe('A receiver of OTLP over HTTP, such as a collector, that gets each anomaly as a log record.'),
    nats: natsSettingsShape
      .optional()
      .describe('NATS JetStream between taking records and judging them, for several processes.'),
  })
  .prefault({});
