import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Stream } from '../../src/contract/stream.ts';
import { LogDetector, VerdictDigest } from '../../src/detect/anomaly/index.ts';
import { generateLog } from '../harness/generate-log.ts';
import { createTestDatabase } from '../harness/postgres.ts';
import { type ServerProcess, startServerProcess } from '../harness/server-process.ts';
import { requireNats, startNats, type TestNats } from '../harness/servers/nats.ts';
import { otlpLogs, storedDigest } from '../harness/stream-digest.ts';

const nats = await requireNats();
const SERVICES = Array.from({ length: 6 }, (_, index) => `shop-${index}`);
const EVENTS = 3_000;
const BATCH = 100;
const SOON = { timeout: 60_000, interval: 200 };
const LIMIT_MS = 180_000;
/** Short, so that a takeover does not take the test long. */
const LEASE = '2s';

/** What a detector alone, in one process and one go, makes of a service's lines. */
const cast = SERVICES.map((service, seed) => {
  const lines = generateLog({ seed: seed + 40, events: EVENTS, faultEvery: 400 }).map(({ line }) => line);
  const detector = new LogDetector();
  const digest = new VerdictDigest();
  for (const line of lines) {
    const { n, score, p, anomaly } = detector.judge(line);
    digest.add(n, score, p, anomaly);
  }
  return { service, lines, digest: digest.hex() };
});

describe('streams shared out by JetStream', { timeout: LIMIT_MS }, () => {
  let folder: string;
  let jetstream: TestNats;
  let connectionString: string;
  let database: pg.Client;
  // Each attempt of the test begins with nothing.
  beforeEach(async (context) => {
    nats.skipUnlessThere(context);
    folder = mkdtempSync(join(tmpdir(), 'holdfast-partitions-'));
    jetstream = await startNats();
    connectionString = (await createTestDatabase()).connectionString;
    database = new pg.Client({ connectionString });
    await database.connect();
  });
  afterEach(async () => {
    await database?.end();
    await jetstream?.stop();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  const start = async (name: string): Promise<ServerProcess> => {
    if (name !== 'one') {
      // Replicas share the master key.
      mkdirSync(join(folder, name), { recursive: true, mode: 0o700 });
      cpSync(join(folder, 'one', 'keys'), join(folder, name, 'keys'), { recursive: true });
    }
    return startServerProcess({
      folder,
      name,
      config: {
        databaseUrl: connectionString,
        databasePoolMax: 8,
        leases: { ttl: LEASE },
        telemetry: {
          threads: 1,
          redactKeys: [],
          snapshotEvery: 500,
          nats: { servers: [jetstream.url], partitions: 8 },
        },
      },
    });
  };
  const owners = async (): Promise<Map<number, number>> => {
    const { rows } = await database.query<{ partition: number; pid: number }>(
      `select t.partition, w.pid from telemetry_partitions t join workers w on w.id = t.worker_id
       where w.lease_expires_at > clock_timestamp()`,
    );
    return new Map(rows.map(({ partition, pid }) => [partition, pid]));
  };
  const shareOf = async (pid: number) => [...(await owners()).values()].filter((each) => each === pid).length;
  const send = (server: ServerProcess, service: string, from: number, lines: readonly string[]) =>
    fetch(`${server.address}/v1/logs`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
      body: otlpLogs(service, from, lines),
      signal: AbortSignal.timeout(10_000),
    }).then(
      (response) => response.ok,
      () => false,
    );

  it('each partition has one owner, and a worker killed, one frozen and JetStream restarted change no verdict', async () => {
    const one = await start('one');
    const two = await start('two');
    const three = await start('three');
    onTestFinished(() => {
      for (const { child } of [one, two, three]) child.kill('SIGKILL');
    });
    // All have their share: 8 partitions of 3 workers.
    for (const { pid } of [one, two, three]) await expect.poll(() => shareOf(pid), SOON).toBeGreaterThan(1);
    await expect.poll(async () => (await owners()).size, SOON).toBe(8);

    let taken = 0;
    const underWay = (more: number) => {
      const from = taken;
      return expect.poll(() => taken - from, SOON).toBeGreaterThan(more);
    };
    /** The lines of every service from one event to another, each batch to whoever takes it. */
    const sendAll = (between: number, until: number) =>
      Promise.all(
        cast.map(async ({ service, lines }, index) => {
          const to = [one, two, three];
          for (let from = between; from < until; from += BATCH) {
            const batch = lines.slice(from, from + BATCH);
            // Whoever hears no answer sends the same again, to the next.
            for (let attempt = index; !(await send(to[attempt % 3]!, service, from, batch)); attempt += 1)
              await sleep(50);
            taken += 1;
          }
        }),
      );
    const killing = sendAll(0, EVENTS / 3);
    await underWay(SERVICES.length);
    two.child.kill('SIGKILL');
    await two.ended;
    await killing;
    await expect.poll(async () => (await shareOf(one.pid)) + (await shareOf(three.pid)), SOON).toBe(8);

    const freezing = sendAll(EVENTS / 3, (EVENTS * 2) / 3);
    await underWay(SERVICES.length);
    process.kill(three.pid, 'SIGSTOP');
    await expect.poll(() => shareOf(one.pid), SOON).toBe(8);
    process.kill(three.pid, 'SIGCONT');
    await freezing;
    // It finds that nothing is its any more, and is given its share again.
    await expect.poll(() => shareOf(three.pid), SOON).toBe(4);

    const restarting = sendAll((EVENTS * 2) / 3, EVENTS);
    await jetstream.halt();
    await jetstream.resume();
    await restarting;

    const judged = async () =>
      (await one.api<{ items: Stream[] }>('GET', '/api/v1/streams?limit=50')).items.map(
        ({ service, judged: count }) => [service, count],
      );
    await expect
      .poll(async () => new Map((await judged()) as [string, number][]), SOON)
      .toEqual(new Map(SERVICES.map((service) => [service, EVENTS])));
    const digests = await Promise.all(SERVICES.map((service) => storedDigest(connectionString, service)));
    expect(digests).toEqual(cast.map(({ digest }) => digest));
    await Promise.all([one.stop(), three.stop()]);
    // Whoever stops lets go of everything.
    expect((await owners()).size).toBe(0);
  });
});
