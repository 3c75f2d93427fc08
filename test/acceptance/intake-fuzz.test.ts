import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ServerProcess, startServerProcess } from '../harness/server-process.ts';

/** A target; `npm run soak` takes longer. */
const FUZZ_MS = Number(process.env['HOLDFAST_FUZZ_SECONDS'] ?? 3) * 1_000;
/** Above what it had: what was taken stays for a while, and a leak of these bodies would be far more. */
const MOST_GROWTH_BYTES = 400e6;

let folder: string;
let server: ServerProcess;
let key: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-fuzz-'));
  writeFileSync(join(folder, 'routing.yml'), 'route: { receiver: x, group_wait: 1h }\nreceivers: [{ name: x }]\n');
  server = await startServerProcess({
    folder,
    config: {
      alertmanagerConfig: './routing.yml',
      events: {
        any: {
          each: '/alerts',
          key: '/a',
          labels: { alertname: '/labels/a' },
          resolved: { at: '/status', values: ['ok'] },
        },
      },
    },
  });
  key = (await server.api<{ secret: string }>('POST', '/api/v1/keys', { name: 'fuzz', role: 'operator' })).secret;
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const rssBytes = () =>
  1024 * Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))?.[1] ?? 0);

/** @returns the status; 0 when the server ended the connection, as it may with what is no HTTP */
function send(method: string, path: string, type: string, body: Buffer): Promise<number> {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(server.address);
    const sent = request(
      {
        hostname,
        port,
        method,
        path,
        headers: { authorization: `Bearer ${key}`, 'content-type': type, 'content-length': body.length },
      },
      (answer) => {
        answer.resume();
        answer.once('end', () => resolve(answer.statusCode ?? 0));
      },
    );
    sent.once('error', () => resolve(0));
    sent.end(body);
  });
}

const TYPES = [
  'application/json',
  'application/json; charset=utf-8',
  'text/plain',
  'application/x-protobuf',
  'nonsense',
];
const names = [
  'labels',
  'annotations',
  'startsAt',
  'endsAt',
  'generatorURL',
  'alertname',
  'a',
  'matchers',
  'name',
  'value',
  'isRegex',
  'isEqual',
  'comment',
  'createdBy',
  'id',
  'alerts',
  'status',
  'routing_key',
  'event_action',
  'dedup_key',
  'payload',
  'summary',
  'source',
  'severity',
  '__proto__',
  'constructor',
];
const words = [
  'firing',
  'resolved',
  'trigger',
  'resolve',
  'critical',
  '2026-11-21T10:00:00Z',
  '0001-01-01T00:00:00Z',
  '9999-12-31T23:59:59Z',
  '(',
  '.*',
  '\u0000',
  '\ud800',
  '🙂',
  'x'.repeat(3_000),
];
const near = fc.letrec((tie) => ({
  node: fc.oneof(
    { maxDepth: 5, depthSize: 'small' },
    fc.constantFrom<unknown>(...words, null, true, false, 0, -1, 1e308),
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.array(tie('node'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...names), tie('node'), { maxKeys: 8 }),
  ),
})).node;
const body = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .oneof(near, fc.array(near, { maxLength: 6 }))
      .map((value) => Buffer.from(JSON.stringify(value) ?? '')),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) },
  { weight: 1, arbitrary: fc.nat(20_000).map((depth) => Buffer.from('['.repeat(depth))) },
);

const TARGETS = [
  ['POST', '/api/v2/alerts'],
  ['POST', '/api/v1/alerts'],
  ['POST', '/api/v2/silences'],
  ['POST', '/v2/enqueue'],
  ['POST', '/hooks/alertmanager'],
  ['POST', '/hooks/events/any'],
] as const;

it.each(TARGETS)(
  '%s %s answers whatever it is sent without failing, in bounded memory',
  { timeout: FUZZ_MS + 60_000 },
  async (method, path) => {
    const before = rssBytes();
    await fc.assert(
      fc.asyncProperty(body, fc.constantFrom(...TYPES), async (bytes, type) => {
        const status = await send(method, path, type, bytes);
        expect({ status, body: bytes.toString('utf8').slice(0, 300) }).toEqual({
          status: expect.toSatisfy((each: number) => each < 500, 'no failure of the server'),
          body: expect.any(String),
        });
      }),
      { interruptAfterTimeLimit: FUZZ_MS, markInterruptAsFailure: false, numRuns: 1_000_000 },
    );
    expect(rssBytes() - before).toBeLessThan(MOST_GROWTH_BYTES);
  },
);

it('queries and filters of any kind are answered, too', { timeout: FUZZ_MS + 60_000 }, async () => {
  const paths = ['/api/v2/alerts', '/api/v2/alerts/groups', '/api/v2/silences', '/api/v2/silence/x'];
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.constantFrom(...words.filter((word) => word.isWellFormed())),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...paths),
      fc.constantFrom('filter', 'receiver', 'active', 'x'),
      text,
      async (path, name, value) => {
        const status = await send(
          'GET',
          `${path}?${name}=${encodeURIComponent(value.toWellFormed())}`,
          'text/plain',
          Buffer.alloc(0),
        );
        expect({ path, name, value, status }).toEqual({
          path,
          name,
          value,
          status: expect.toSatisfy((each: number) => each < 500),
        });
      },
    ),
    { interruptAfterTimeLimit: FUZZ_MS, markInterruptAsFailure: false, numRuns: 1_000_000 },
  );
});

it('what is too large or has no end is refused, and the next is answered', async () => {
  expect(await send('POST', '/v2/enqueue', 'application/json', Buffer.alloc(600_000, 0x20))).toBe(413);
  expect(await send('POST', '/api/v2/alerts', 'application/json', Buffer.alloc(65 * 1024 * 1024, 0x20))).toSatisfy(
    (status: number) => status === 413 || status === 0,
  );
  expect(await send('POST', '/api/v2/alerts', 'application/json', Buffer.from('[]'))).toBe(200);
});
