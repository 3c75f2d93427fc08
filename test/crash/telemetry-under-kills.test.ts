import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DetectAnswer } from '../../src/contract/anomaly.ts';
import type { Stream } from '../../src/contract/stream.ts';
import { LogDetector, VerdictDigest } from '../../src/detect/anomaly/index.ts';
import { generateLog } from '../harness/generate-log.ts';
import { createTestDatabase } from '../harness/postgres.ts';
import { type ServerProcess, startServerProcess } from '../harness/server-process.ts';
import { otlpLogs, storedDigest } from '../harness/stream-digest.ts';

/** `npm run soak` asks for more. */
const KILLS = Number(process.env['HOLDFAST_CRASH_STREAM_KILLS'] ?? 4);
const EVENTS = 6_000;
const SOON = { timeout: 90_000, interval: 100 };
const LIMIT_MS = 300_000;

const lines = generateLog({ seed: 11, events: EVENTS, faultEvery: 300, deployEvery: 2_500 }).map(({ line }) => line);

function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

/** The digest of the detector alone, in one process and one go. */
function referenceDigest(): string {
  const detector = new LogDetector();
  const digest = new VerdictDigest();
  for (const line of lines) {
    const { n, score, p, anomaly } = detector.judge(line);
    digest.add(n, score, p, anomaly);
  }
  return digest.hex();
}

let folder: string;
let connectionString: string;
let reference: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-streams-'));
  connectionString = (await createTestDatabase()).connectionString;
  reference = referenceDigest();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const start = (threads: number) =>
  startServerProcess({
    folder,
    config: { databaseUrl: connectionString, telemetry: { threads, redactKeys: [], snapshotEvery: 500 } },
  });
const streamOf = async (server: ServerProcess, service: string) =>
  (await server.api<{ items: Stream[] }>('GET', `/api/v1/streams?service=${service}`)).items[0];

/** The lines in order, in batches of random sizes. */
function* batches(random: () => number): Generator<{ from: number; batch: string[] }> {
  for (let from = 0; from < lines.length; ) {
    const size = 1 + Math.floor(random() ** 2 * 400);
    yield { from, batch: lines.slice(from, from + size) };
    from += size;
  }
}

const post = (server: ServerProcess, path: string, body: string) =>
  fetch(`${server.address}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
    body,
    signal: AbortSignal.timeout(20_000),
  });

describe('the verdicts of a stream', { timeout: LIMIT_MS }, () => {
  it.each([1, 4])('are the same by %i threads, through HTTP and OTLP, however they are batched', async (threads) => {
    const server = await start(threads);
    const random = createRandom(threads);
    const [detected, exported] = [`detect-${threads}`, `otlp-${threads}`];
    const answered = new VerdictDigest();
    const detect = async () => {
      for (const { batch } of batches(random)) {
        const response = await post(server, '/v1/detect', JSON.stringify({ stream: detected, events: batch }));
        expect(response.status).toBe(200);
        const { results } = (await response.json()) as DetectAnswer;
        for (const { n, score, p, anomaly } of results) answered.add(n, score, p, anomaly);
      }
    };
    const exportAll = async () => {
      for (const { from, batch } of batches(createRandom(threads + 100)))
        expect((await post(server, '/v1/logs', otlpLogs(exported, from, batch))).status).toBe(200);
    };
    await Promise.all([detect(), exportAll()]);
    for (const service of [detected, exported])
      await expect.poll(async () => (await streamOf(server, service))?.judged, SOON).toBe(EVENTS);
    await server.stop();
    expect(answered.hex()).toBe(reference);
    expect(await storedDigest(connectionString, detected)).toBe(reference);
    expect(await storedDigest(connectionString, exported)).toBe(reference);
  });

  it(`are the same after ${KILLS} kills at random moments, and every acknowledged event is there once`, async () => {
    const seed = Number(process.env['HOLDFAST_CRASH_SEED'] ?? Date.now() % 1_000_000);
    const random = createRandom(seed);
    let server = await start(2);
    let kills = 0;
    const killer = (async () => {
      while (kills < KILLS) {
        await new Promise((resolve) => setTimeout(resolve, 150 + random() * 600));
        server.child.kill('SIGKILL');
        await server.ended;
        kills += 1;
        server = await start(2);
      }
    })();
    for (const { from, batch } of batches(random)) {
      const body = otlpLogs('killed', from, batch);
      // A sender does not know whether it was taken when no answer came: it sends the same again.
      while (
        !(await post(server, '/v1/logs', body).then(
          ({ ok }) => ok,
          () => false,
        ))
      )
        await new Promise((resolve) => setTimeout(resolve, 50));
      // Slow enough that the kills meet it all the way.
      while (kills < Math.floor((KILLS * from) / EVENTS)) await new Promise((resolve) => setTimeout(resolve, 20));
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    await killer;
    await expect.poll(async () => (await streamOf(server, 'killed'))?.judged, SOON).toBe(EVENTS);
    expect(await streamOf(server, 'killed')).toMatchObject({ events: EVENTS });
    await server.stop();
    expect({ seed, digest: await storedDigest(connectionString, 'killed') }).toEqual({ seed, digest: reference });
  });
});
