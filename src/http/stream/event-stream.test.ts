import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publish } from '../../platform/events/publish.ts';
import { startTestServer, type TestServer } from '../testing/start-test-server.ts';
import { createEventFeed } from './event-feed.ts';
import { openEventStream } from './event-stream.ts';
import { judgeStart } from './stream-hub.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await server.listen();
});
afterAll(() => server.close());

type Message = { id: string | null; event: string | null; data: string | null; comment: string | null };
type Client = {
  messages: Message[];
  response: IncomingMessage;
  ended: Promise<void>;
  close(): void;
  positions(): number[];
};

async function openClient(headers: Record<string, string>, on: TestServer = server): Promise<Client> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    httpRequest(`${on.url}/api/v1/events`, { headers, agent: false }, resolve).on('error', reject).end();
  });
  const messages: Message[] = [];
  let rest = '';
  response.setEncoding('utf8').on('data', (chunk: string) => {
    const blocks = (rest + chunk).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? null;
      messages.push({ id: field('id'), event: field('event'), data: field('data'), comment: field('') });
    }
  });
  const ended = new Promise<void>((resolve) => response.on('close', resolve).on('error', () => {}));
  const positions = () =>
    messages.filter((message) => message.data !== null && message.event === null).map((message) => Number(message.id));
  return { messages, response, ended, close: () => response.destroy(), positions };
}

async function happen(kinds: string[], on: TestServer = server): Promise<void> {
  const at = new Date();
  await publish(
    on.database.db,
    kinds.map((kind, n) => ({
      kind,
      aggregate: 'probe:p',
      body: { probe: 'p', reason: `r${n}`, at: at.toISOString() },
      actor: 'system',
      at,
    })),
  );
  on.wakeups.kick('outbox');
}

describe('the event stream', () => {
  it('sends what happens, in order, as it happens, to each who may see it', async () => {
    const viewer = await openClient((await server.keyFor('viewer')).headers);
    const admin = await openClient((await server.keyFor('admin')).headers);
    expect(viewer.response.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    expect(viewer.response.headers['x-content-type-options']).toBe('nosniff');
    await happen(['probe.failed', 'user.created', 'probe.recovered', 'kind.of-a-newer-version']);
    await expect.poll(() => admin.positions()).toHaveLength(4);
    await expect.poll(() => viewer.positions()).toHaveLength(2);
    const [first = 0] = admin.positions();
    expect(admin.positions()).toEqual([first, first + 1, first + 2, first + 3]);
    expect(viewer.positions()).toEqual([first, first + 2]);
    expect(JSON.parse(viewer.messages.find((message) => message.data)!.data!)).toMatchObject({
      position: first,
      kind: 'probe.failed',
      aggregate: 'probe:p',
      actor: 'system',
      body: { probe: 'p' },
      at: expect.stringMatching(/\.\d{3}Z$/),
    });
    viewer.close();
    admin.close();
  });

  it('a client that comes back with its last id misses nothing and sees nothing twice', async () => {
    const { headers } = await server.keyFor('viewer');
    const before = await openClient(headers);
    await happen(Array.from({ length: 5 }, () => 'probe.failed'));
    await expect.poll(() => before.positions()).toHaveLength(5);
    before.close();
    await before.ended;
    await happen(Array.from({ length: 450 }, () => 'probe.recovered'));
    const last = before.positions().at(-1)!;
    const after = await openClient({ ...headers, 'last-event-id': String(last) });
    await happen(['probe.failed']);
    await expect.poll(() => after.positions().length, { timeout: 5_000 }).toBe(451);
    expect(after.positions()).toEqual(Array.from({ length: 451 }, (_, i) => last + 1 + i));
    after.close();
  });

  it('a client that saw no event yet resumes from where it connected', async () => {
    const { headers } = await server.keyFor('viewer');
    const idle = await openClient(headers);
    await expect.poll(() => idle.messages.length).toBeGreaterThan(0);
    const place = idle.messages[0]!.id!;
    idle.close();
    await happen(['probe.failed']);
    const back = await openClient({ ...headers, 'last-event-id': place });
    await expect.poll(() => back.positions()).toEqual([Number(place) + 1]);
    back.close();
  });

  it.each(['999999999', 'nonsense', '-1'])(
    'a place that is not ours (%s) is told to start over, and goes on',
    async (id) => {
      const client = await openClient({ ...(await server.keyFor('viewer')).headers, 'last-event-id': id });
      await expect.poll(() => client.messages.some((message) => message.event === 'reset')).toBe(true);
      await happen(['probe.failed']);
      await expect.poll(() => client.positions()).toHaveLength(1);
      client.close();
    },
  );

  it('a place older than what is kept is told to start over', async () => {
    await server.database.pool.query('delete from outbox where position <= 3');
    const client = await openClient({ ...(await server.keyFor('viewer')).headers, 'last-event-id': '1' });
    await expect.poll(() => client.messages.some((message) => message.event === 'reset')).toBe(true);
    expect(client.positions()).toEqual([]);
    client.close();
  });

  it('ends within about a second when the key is revoked', async () => {
    const { id, headers } = await server.keyFor('viewer');
    const client = await openClient(headers);
    await server.database.pool.query('update api_keys set revoked_at = now() where id = $1', [id]);
    const revokedAtMs = performance.now();
    await client.ended;
    expect(performance.now() - revokedAtMs).toBeLessThan(2_500);
  });

  it('sees more from the second its role grows', async () => {
    const { id, headers } = await server.keyFor('viewer');
    const client = await openClient(headers);
    await server.database.pool.query(`update api_keys set role = 'admin' where id = $1`, [id]);
    await sleep(2_100);
    await happen(['user.created']);
    await expect.poll(() => client.positions()).toHaveLength(1);
    client.close();
  });

  it('a client that reads nothing is dropped, and what it missed was never kept for it', async () => {
    const feed = createEventFeed(server.deps);
    // Long enough that a machine busy with other tests does not make the quick client a slow one.
    const slowClientMs = 2_000;
    const plain = createServer(async (_request, response) => {
      const leave = await feed.listen(() => stream.pump());
      const { newest } = await feed.readRange();
      response.writeHead(200).flushHeaders();
      const stream = openEventStream(
        response,
        { feed, logger: server.deps.logger },
        { after: newest, newest, role: () => 'viewer', slowClientMs },
      );
      response.once('close', leave);
    });
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(plain.address() as AddressInfo).port}`;
    const slow = await openClient({}, { ...server, url });
    slow.response.pause();
    const quick = await openClient({}, { ...server, url });

    const at = new Date();
    const body = { probe: 'p', reason: 'x'.repeat(20_000), at: at.toISOString() };
    for (let round = 0; round < 5; round += 1) {
      const events = Array.from({ length: 200 }, () => ({
        kind: 'probe.failed',
        aggregate: 'probe:p',
        body,
        actor: 'system',
        at,
      }));
      await publish(server.database.db, events);
      server.wakeups.kick('outbox');
    }
    await expect.poll(() => quick.positions().length, { timeout: 20_000 }).toBe(1_000);
    await sleep(2 * slowClientMs);
    slow.response.resume();
    await slow.ended;
    // What the system's socket buffers hold is all it can have been sent.
    expect(slow.positions().length).toBeLessThan(1_000);
    quick.close();
    await feed.close();
    plain.close();
  }, 45_000);

  it('is closed first when the server stops, which then stops at once', async () => {
    const other = await startTestServer();
    await other.listen();
    const client = await openClient((await other.keyFor('viewer')).headers, other);
    const stoppedAtMs = performance.now();
    await other.close();
    await client.ended;
    expect(performance.now() - stoppedAtMs).toBeLessThan(1_000);
  });

  it('reads the log once however many listen', async () => {
    const { headers } = await server.keyFor('viewer');
    const clients = await Promise.all(Array.from({ length: 20 }, () => openClient(headers)));
    await sleep(100);
    let queries = 0;
    const query = server.database.pool.connect.bind(server.database.pool);
    server.database.pool.connect = ((...args: []) => {
      queries += 1;
      return query(...args);
    }) as typeof query;
    await happen(Array.from({ length: 3 }, () => 'probe.failed'));
    await expect.poll(() => clients.every((client) => client.positions().length === 3)).toBe(true);
    server.database.pool.connect = query as typeof server.database.pool.connect;
    expect(queries).toBeLessThan(15);
    for (const client of clients) client.close();
  });
});

describe('where a stream begins', () => {
  it.each([
    [null, { newest: 7, oldest: 3 }, 7],
    ['2', { newest: 7, oldest: 3 }, 2],
    ['7', { newest: 7, oldest: 3 }, 7],
    ['1', { newest: 7, oldest: 3 }, null],
    ['8', { newest: 7, oldest: 3 }, null],
    ['7', { newest: 7, oldest: null }, 7],
    ['6', { newest: 7, oldest: null }, null],
    ['0', { newest: 0, oldest: null }, 0],
  ])('after %s with %o kept: %s', (last, range, after) => {
    expect(judgeStart(last, range)).toEqual({ after, newest: range.newest });
  });
});
