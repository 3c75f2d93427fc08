import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { Client, credentials, Metadata, status } from '@grpc/grpc-js';
import fc from 'fast-check';
import { snappyCompress } from 'hysnappy';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeMessage } from '../../src/observe/intake/otlp/index.ts';
import { freePort } from '../harness/free-port.ts';
import { type ServerProcess, startServerProcess } from '../harness/server-process.ts';

/** A target; `npm run soak` takes longer. */
const FUZZ_MS = Number(process.env['HOLDFAST_FUZZ_SECONDS'] ?? 3) * 1_000;
const LIMIT_MS = FUZZ_MS + 60_000;
/** Above what it had: what was taken stays for a while, and a leak of these bodies would be far more. */
const MOST_GROWTH_BYTES = 600e6;

let folder: string;
let server: ServerProcess;
let grpcPort: number;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-telemetry-fuzz-'));
  grpcPort = await freePort();
  server = await startServerProcess({
    folder,
    config: { telemetry: { otlpGrpc: `127.0.0.1:${grpcPort}`, maxStreams: 20, threads: 1 } },
  });
}, 120_000);
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const rssBytes = () =>
  1024 * Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))?.[1] ?? 0);

type Sent = { status: number; text: string };
/** Status 0 when the server ended the connection, as it may with what is too large. */
function send(path: string, type: string, body: Uint8Array, encoding = ''): Promise<Sent> {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(server.address);
    const headers = {
      authorization: `Bearer ${server.token}`,
      'content-type': type,
      'content-length': body.length,
      ...(encoding === '' ? {} : { 'content-encoding': encoding }),
    };
    const sent = request({ hostname, port, method: 'POST', path, headers }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.once('end', () =>
        resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(parts).toString('utf8') }),
      );
    });
    sent.once('error', () => resolve({ status: 0, text: '' }));
    sent.end(body);
  });
}

const words = [
  'resourceLogs',
  'scopeLogs',
  'logRecords',
  'resourceMetrics',
  'scopeMetrics',
  'metrics',
  'resourceSpans',
  'scopeSpans',
  'spans',
  'resource',
  'attributes',
  'key',
  'value',
  'stringValue',
  'intValue',
  'arrayValue',
  'kvlistValue',
  'values',
  'body',
  'timeUnixNano',
  'startTimeUnixNano',
  'endTimeUnixNano',
  'traceId',
  'name',
  'gauge',
  'dataPoints',
  'asDouble',
  'asInt',
  'status',
  'code',
  'events',
  'stream',
  'message',
  'timestamp',
  '__proto__',
  'constructor',
];
const texts = [
  'service.name',
  '1700000000000000000',
  '99999999999999999999999',
  '-1',
  'NaN',
  '\u0000',
  '\ud800',
  '🙂',
  'x'.repeat(3_000),
  '',
  '0af7651916cd43dd8448eb211c80319c',
];
const near = fc.letrec((tie) => ({
  node: fc.oneof(
    { maxDepth: 8, depthSize: 'medium' },
    fc.constantFrom<unknown>(...texts, null, true, 0, -1, 1e308, 1.5),
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.array(tie('node'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...words), tie('node'), { maxKeys: 6 }),
  ),
})).node;
/** What is right but for a part of it: far more of the reader sees that. */
const almost = near.map((value) => ({
  resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: { stringValue: 'fine' } }, { body: value }, value] }] }],
  resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: 'm', gauge: { dataPoints: [value] } }, value] }] }],
  resourceSpans: [{ scopeSpans: [{ spans: [value, { name: 'n', status: value }] }] }],
  events: ['fine', value],
}));
const bytes = fc.uint8Array({ maxLength: 300 });
const right = Buffer.from(
  encodeMessage('LogsRequest', {
    resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: { stringValue: 'a line' } }] }] }],
  }),
);
const bent = fc.tuple(fc.nat(right.length - 1), fc.nat(255)).map(([at, byte]) => {
  const copy = Buffer.from(right);
  copy[at] = byte;
  return new Uint8Array(copy);
});
const body = fc.oneof(
  { weight: 3, arbitrary: near.map((value) => new Uint8Array(Buffer.from(JSON.stringify(value) ?? ''))) },
  { weight: 3, arbitrary: almost.map((value) => new Uint8Array(Buffer.from(JSON.stringify(value)))) },
  { weight: 2, arbitrary: bytes },
  { weight: 2, arbitrary: bent },
  { weight: 1, arbitrary: fc.nat(20_000).map((depth) => new Uint8Array(Buffer.from('['.repeat(depth)))) },
);
const TYPES = ['application/json', 'application/x-protobuf', 'text/plain', 'nonsense'];
const ENCODINGS: readonly [string, (plain: Uint8Array) => Uint8Array][] = [
  ['', (plain) => plain],
  ['', (plain) => plain],
  ['gzip', (plain) => gzipSync(plain)],
  ['zstd', (plain) => zstdCompressSync(plain)],
  ['gzip', (plain) => plain],
  ['br', (plain) => plain],
];

describe('what is sent as telemetry', () => {
  it.each(['/v1/logs', '/v1/metrics', '/v1/traces', '/v1/events', '/v1/detect', '/api/v1/write'])(
    'to %s is answered without failing, in bounded memory',
    { timeout: LIMIT_MS },
    async (path) => {
      const before = rssBytes();
      const packed = path === '/api/v1/write';
      await fc.assert(
        fc.asyncProperty(
          body,
          fc.constantFrom(...TYPES),
          fc.constantFrom(...ENCODINGS),
          async (plain, type, [encoding, pack]) => {
            const sent = packed && plain.length % 2 === 0 ? snappyCompress(plain) : pack(plain);
            const answer = await send(path, type, sent, encoding);
            expect({
              ...answer,
              body: Buffer.from(plain).toString('utf8').slice(0, 300),
              type,
              encoding,
            }).toMatchObject({
              status: expect.toSatisfy((each: number) => each >= 200 && each < 500, 'no failure of the server'),
            });
          },
        ),
        { interruptAfterTimeLimit: FUZZ_MS, markInterruptAsFailure: false, numRuns: 1_000_000 },
      );
      expect(rssBytes() - before).toBeLessThan(MOST_GROWTH_BYTES);
    },
  );

  it('over gRPC is answered without failing, and what is too large is refused', { timeout: LIMIT_MS }, async () => {
    const client = new Client(`127.0.0.1:${grpcPort}`, credentials.createInsecure(), {
      'grpc.max_send_message_length': 64 * 1024 * 1024,
    });
    const metadata = new Metadata();
    metadata.set('authorization', `Bearer ${server.token}`);
    const call = (service: string, message: Uint8Array, as = metadata) =>
      new Promise<number>((resolve) => {
        const path = `/opentelemetry.proto.collector.${service}/Export`;
        const plain = (value: Buffer) => value;
        client.makeUnaryRequest(path, plain, plain, Buffer.from(message), as, (error) => resolve(error?.code ?? 0));
      });
    const fine = [status.OK, status.INVALID_ARGUMENT];
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(bytes, bent),
        fc.constantFrom('logs.v1.LogsService', 'metrics.v1.MetricsService', 'trace.v1.TraceService'),
        async (message, service) => {
          expect(fine).toContain(await call(service, message));
        },
      ),
      { interruptAfterTimeLimit: FUZZ_MS, markInterruptAsFailure: false, numRuns: 1_000_000 },
    );
    expect(await call('logs.v1.LogsService', Buffer.alloc(17 * 1024 * 1024))).toBe(status.RESOURCE_EXHAUSTED);
    expect(await call('logs.v1.LogsService', right, new Metadata())).toBe(status.UNAUTHENTICATED);
    expect(await call('logs.v1.LogsService', right)).toBe(status.OK);
    client.close();
  });

  it('as bombs and monsters is refused with a clear word, and the next is taken', { timeout: LIMIT_MS }, async () => {
    const before = rssBytes();
    const json = 'application/json';
    const laughs = JSON.stringify({
      events: [Array.from({ length: 10 }).reduce<unknown>((inner) => [inner, inner], 'lol')],
    });
    const cases: readonly [string, string, string, Uint8Array, string, RegExp][] = [
      ['a bomb of gzip', '/v1/logs', json, gzipSync(Buffer.alloc(200e6)), 'gzip', /unpacks to more/],
      ['a bomb of zstd', '/v1/events', json, zstdCompressSync(Buffer.alloc(200e6)), 'zstd', /unpacks to more/],
      [
        'a bomb in a bomb',
        '/v1/logs',
        json,
        gzipSync(gzipSync(Buffer.alloc(200e6))),
        'gzip',
        /not (?:UTF-8|valid JSON)/,
      ],
      ['a line of 10 MB', '/v1/detect', 'text/plain', Buffer.alloc(10e6, 0x61), '', /longer than 262144 bytes/],
      ['NUL bytes', '/v1/detect', 'text/plain', Buffer.alloc(1_000), '', /NUL/],
      ['broken UTF-8', '/v1/events', json, Buffer.from([0x22, 0xc3, 0x28, 0x22]), '', /not UTF-8/],
      ['a thousand laughs', '/v1/detect', json, Buffer.from(laughs), '', /neither a text nor an object/],
      ['depth without end', '/v1/logs', json, Buffer.from('{"a":'.repeat(1_000_000)), '', /nested deeper/],
      [
        'very many records',
        '/v1/events',
        json,
        Buffer.from(`[${'"a",'.repeat(300_000)}"a"]`),
        '',
        /more than 200000 events/,
      ],
      [
        'very many values',
        '/v1/logs',
        json,
        gzipSync(Buffer.from(`[${'1,'.repeat(5_000_000)}1]`)),
        'gzip',
        /more than 4000000 values/,
      ],
    ];
    for (const [name, path, type, sent, encoding, reason] of cases) {
      const answer = await send(path, type, sent, encoding);
      expect({ name, ...answer }).toEqual({
        name,
        status: expect.toSatisfy((each: number) => each === 400 || each === 413),
        text: expect.stringMatching(reason),
      });
    }
    const large = await send('/v1/events', json, Buffer.alloc(20e6, 0x20));
    expect([413, 0]).toContain(large.status);
    expect(rssBytes() - before).toBeLessThan(MOST_GROWTH_BYTES);
    expect((await send('/v1/events', json, Buffer.from('{"stream":"s","events":["fine"]}'))).status).toBe(200);
  });
});
