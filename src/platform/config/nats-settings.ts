import { z } from 'zod';
import { file, listOf, size, text } from './value-types.ts';

/** Names as NATS allows them for streams, and as one word of a subject. */
const natsName = (expected: string, pattern: RegExp) => text(expected, (value) => pattern.test(value));

/** Where records wait, partitioned, when more than one process judges. */
export const natsSettingsShape = z.strictObject({
  servers: listOf(
    text('an address such as nats://127.0.0.1:4222', (value) => /^(?:nats|tls):\/\/[^\s/@]+$/.test(value), {
      type: 'URL',
    }),
  )
    .pipe(z.array(z.string()).min(1, 'at least one server is needed'))
    .describe('Its servers, as nats:// or, with TLS, tls:// and HOST:PORT.'),
  credentialsFile: file().optional().describe('File with the credentials (.creds) of a NATS account.'),
  tokenFile: file().optional().describe('File that holds a token instead.'),
  caFile: file().optional().describe('File with the certificates that its own is checked against.'),
  stream: natsName('the name of a stream: letters, digits, dashes and underscores', /^[\w-]{1,64}$/)
    .default('HOLDFAST_TELEMETRY')
    .describe('The JetStream stream; it is created where it is not there.'),
  subject: natsName('a subject: words with dots between them', /^[\w-]{1,64}(?:\.[\w-]{1,64}){0,6}$/)
    .default('holdfast.telemetry')
    .describe('Beginning of the subjects; the number of the partition follows.'),
  partitions: z
    .int()
    .min(1)
    .max(1_024)
    .default(16)
    .describe('Parts that are shared out among the processes that judge; the same in all of them.'),
  replicas: z.int().min(1).max(5).default(1).describe('Servers that keep each record, when the stream is created.'),
  maxSize: size({ min: '1MiB', max: '16TiB' })
    .prefault('10GiB')
    .describe('Records that may wait, when the stream is created; beyond that senders are asked to come again.'),
});
