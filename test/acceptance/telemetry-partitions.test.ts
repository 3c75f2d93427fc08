import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '@nats-io/transport-node';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Stream, StreamPartition } from '../../src/contract/stream.ts';
import { createTestDatabase } from '../harness/postgres.ts';
import { type ServerProcess, startServerProcess } from '../harness/server-process.ts';
import { requireNats, startNats, type TestNats } from '../harness/servers/nats.ts';
import { requirePostgresServer, startPostgresServer } from '../harness/servers/postgres-server.ts';
import { otlpLogs } from '../harness/stream-digest.ts';
import { runHoldfast } from './cli-process.ts';

const nats = await requireNats();
const postgres = await requirePostgresServer();
const SECRET = 'the secret that tokens of tests are signed with';
const SOON = { timeout: 30_000, interval: 100 };
const LIMIT_MS = 90_000;
const ROOM_BYTES = 1024 * 1024;

/** Records that wait in JetStream: one process takes them, another one stores and judges. */
describe('records between the process that takes them and the one that judges', { timeout: LIMIT_MS }, () => {
  let folder: string;
  let jetstream: TestNats;
  let config: object;
  let taker: ServerProcess;
  let judge: ServerProcess;
  beforeAll(async () => {
    if (!nats.there) return;
    folder = mkdtempSync(join(tmpdir(), 'holdfast-jetstream-'));
    jetstream = await startNats();
    await jetstream.halt();
    config = {
      databaseUrl: (await createTestDatabase()).connectionString,
      leases: { ttl: '2s' },
      telemetry: { threads: 1, nats: { servers: jetstream.url, partitions: 2, maxSize: '1MiB' } },
    };
    taker = await startServerProcess({ folder, name: 'taker', config: { ...config, role: 'serve' } });
  }, LIMIT_MS);
  beforeEach((context) => nats.skipUnlessThere(context));
  afterAll(async () => {
    await judge?.stop();
    await taker?.stop();
    await jetstream?.stop();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  const startJudge = async () => {
    if (!judge) {
      // Replicas share the master key.
      mkdirSync(join(folder, 'judge'), { mode: 0o700 });
      cpSync(join(folder, 'taker', 'keys'), join(folder, 'judge', 'keys'), { recursive: true });
    }
    judge = await startServerProcess({ folder, name: 'judge', config: { ...config, role: 'worker' } });
  };
  const send = async (service: string, lines: readonly string[]) => {
    const response = await fetch(`${taker.address}/v1/logs`, {
      method: 'POST',
      headers: { authorization: `Bearer ${taker.token}`, 'content-type': 'application/json' },
      body: otlpLogs(service, 0, lines),
    });
    return { status: response.status, text: await response.text(), wait: response.headers.get('retry-after') };
  };
  const streamOf = async (service: string) =>
    (await taker.api<{ items: Stream[] }>('GET', `/api/v1/streams?service=${service}`)).items[0];
  /** Text that does not pack. */
  const noise = (seed: number) => {
    let state = seed;
    return Array.from({ length: 20_000 }, () => {
      state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
      return Math.floor((state / 4_294_967_296) * 36).toString(36);
    }).join('');
  };

  it('are refused with when to come again while JetStream is away, and taken once it is there', async () => {
    const refused = await send('early', ['before']);
    expect(refused).toMatchObject({
      status: 503,
      text: expect.stringContaining('JetStream does not take records now'),
    });
    await jetstream.resume();
    await expect.poll(async () => (await send('early', ['after'])).status, SOON).toBe(200);
    // Nobody judges yet: they wait.
    expect(await streamOf('early')).toBeUndefined();
  });

  it('are refused while there is no more room, and nothing that was taken is lost', async () => {
    let taken = 0;
    let last = await send('full', [noise(1)]);
    for (let seed = 2; last.status === 200 && seed < 200; seed += 1) {
      taken += 1;
      last = await send('full', [noise(seed)]);
    }
    expect(last).toMatchObject({ status: 429, wait: '1', text: expect.stringContaining('is full') });
    expect(taken).toBeGreaterThan(ROOM_BYTES / 40_000);
    await startJudge();
    await expect.poll(async () => (await streamOf('full'))?.judged, SOON).toBe(taken);
    expect(await streamOf('early')).toMatchObject({ events: 1, judged: 1 });
    await expect.poll(async () => (await send('full', [noise(1_000)])).status, SOON).toBe(200);
  });

  it('that are sent again are known, and counted at their stream', async () => {
    const lines = ['one', 'two', 'three'];
    expect(await send('again', lines)).toMatchObject({ status: 200 });
    await expect.poll(async () => (await streamOf('again'))?.judged, SOON).toBe(3);
    expect(await send('again', lines)).toMatchObject({ status: 200 });
    await expect.poll(async () => (await streamOf('again'))?.counted.duplicates, SOON).toBe(3);
    expect(await streamOf('again')).toMatchObject({ events: 3 });
  });

  it('under an Idempotency-Key count once, and another body under it is no retry', async () => {
    const post = (events: readonly string[]) =>
      fetch(`${taker.address}/v1/events`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${taker.token}`,
          'content-type': 'application/json',
          'idempotency-key': 'one-of-mine',
        },
        body: JSON.stringify({ stream: 'keyed', events }),
      });
    for (const events of [['a'], ['a'], ['b', 'c']]) expect((await post(events)).status).toBe(200);
    await expect.poll(async () => (await streamOf('keyed'))?.judged, SOON).toBe(3);
  });

  it('with many in one request are kept in parts that fit into a message, in order', async () => {
    const lines = Array.from({ length: 60 }, (_, index) => `${index} ${noise(index + 1)}`);
    expect(await send('large', lines)).toMatchObject({ status: 200 });
    await expect.poll(async () => (await streamOf('large'))?.judged, SOON).toBe(60);
  });

  it('that somebody else puts there are left out, and hold nothing up', async () => {
    const other = await connect({ servers: jetstream.url });
    for (const partition of [0, 1]) other.publish(`holdfast.telemetry.${partition}`, 'not ours');
    await other.flush();
    await other.close();
    expect(await send('beside', ['ours'])).toMatchObject({ status: 200 });
    await expect.poll(async () => (await streamOf('beside'))?.judged, SOON).toBe(1);
    expect(judge.log.join('\n')).toContain('a message that Holdfast did not write is left out');
  });

  it('show who reads which partition', async () => {
    const { items } = await taker.api<{ items: StreamPartition[] }>('GET', '/api/v1/stream-partitions');
    expect(items).toMatchObject([
      { partition: 0, reader: { pid: judge.pid }, waiting: 0, reason: null },
      { partition: 1, reader: { pid: judge.pid }, waiting: 0, reason: null },
    ]);
    expect(items.reduce((sum, { streams }) => sum + streams, 0)).toBe(6);
    const shown = await runHoldfast(['stream', 'partitions', '--config', 'taker.yaml'], { cwd: folder });
    expect(shown.stdout).toMatch(new RegExp(`^0 +\\S+ ${judge.pid} +\\d+ +0`, 'm'));
  });

  it('are read from the beginning after JetStream lost everything', async () => {
    await jetstream.halt();
    await jetstream.resume({ empty: true });
    await expect.poll(async () => (await send('anew', ['after the loss'])).status, SOON).toBe(200);
    await expect.poll(async () => (await streamOf('anew'))?.judged, SOON).toBe(1);
    expect(judge.log.join('\n')).toContain('the JetStream stream was made anew');
  });

  it('are taken from whoever shows a signed token while PostgreSQL is away', async (context) => {
    postgres.skipUnlessThere(context);
    const cluster = await startPostgresServer();
    const only = await startServerProcess({
      folder,
      name: 'only',
      config: {
        databaseUrl: cluster.url('postgres'),
        tokens: { issuer: 'https://issuer.test', audience: 'holdfast', secret: SECRET, role: 'sender' },
        telemetry: { threads: 1, nats: { servers: jetstream.url, partitions: 2, stream: 'OWN', subject: 'own' } },
      },
    });
    try {
      const token = await new SignJWT({ sub: 'collector' })
        .setProtectedHeader({ alg: 'HS256' })
        .setIssuer('https://issuer.test')
        .setAudience('holdfast')
        .setExpirationTime('5m')
        .sign(new TextEncoder().encode(SECRET));
      const sendTo = (body: string) =>
        fetch(`${only.address}/v1/logs`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body,
        });
      await expect.poll(async () => (await sendTo(otlpLogs('outage', 0, ['before']))).status, SOON).toBe(200);
      await cluster.halt();
      for (let from = 1; from <= 3; from += 1)
        expect((await sendTo(otlpLogs('outage', from, [`meanwhile ${from}`]))).status).toBe(200);
      await cluster.resume();
      await expect
        .poll(async () => {
          const { items } = await only.api<{ items: Stream[] }>('GET', '/api/v1/streams').catch(() => ({ items: [] }));
          return items[0]?.judged;
        }, SOON)
        .toBe(4);
    } finally {
      await only.stop();
      await cluster.stop();
    }
  });
});
