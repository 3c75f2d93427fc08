import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { encodeMessage } from '../src/observe/intake/otlp/index.ts';
import { generateLog } from '../test/harness/generate-log.ts';
import { startServerProcess } from '../test/harness/server-process.ts';
import { openOwnDatabase } from './own-database.ts';
import { report } from './report.ts';

// How long 256 events wait for their verdicts, stored before they are judged, beside judging them as most would: each
// packed together with a baseline by zlib. And how many OTLP records are stored a second (and judged meanwhile), beside
// rows inserted as most would: one statement for each record, one commit for each request.

const EVENTS = 256;
const REQUESTS = 300;
const WARM_UP = 30;
const BASELINE_BYTES = 64 * 1024;
const NAIVE_REQUESTS = 5;
const RECORDS = 1_000;
const STORE_REQUESTS = 120;
const LANES = 8;
const NAIVE_STORE_REQUESTS = 6;

const lines = generateLog({ seed: 9, events: 200_000, faultEvery: 500 }).map(({ line }) => line);
const batchOf = (index: number, size: number) =>
  Array.from({ length: size }, (_, place) => lines[(index * size + place) % lines.length] ?? '');

const agent = new Agent({ keepAlive: true, maxSockets: 64 });
function post(address: string, path: string, type: string, token: string, body: Uint8Array | string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': type,
      authorization: `Bearer ${token}`,
      'content-length': Buffer.byteLength(body),
    };
    const sent = request(`${address}${path}`, { agent, method: 'POST', headers }, (answer) => {
      answer.resume();
      answer.once('end', () => resolve(answer.statusCode ?? 0));
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

const quantile = (values: readonly number[], share: number) =>
  values.toSorted((left, right) => left - right)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0;

/** NCD as it is usually written: what an event adds to a packed baseline. */
function judgeNaively(events: readonly string[], baseline: Buffer, packedBaseline: number): number[] {
  return events.map((event) => deflateRawSync(Buffer.concat([baseline, Buffer.from(event)])).length - packedBaseline);
}

/** Processor time of the server, all its threads: what is left when the machine has other things to do. */
function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  const TICK_MS = 10;
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-telemetry-'));
const server = await startServerProcess({
  folder,
  config: { embeddedPostgres: { sharedBuffers: '128MiB' }, telemetry: { redactKeys: ['password'] } },
});
try {
  const detectMs: number[] = [];
  let cpuAtMs = 0;
  for (let index = 0; index < WARM_UP + REQUESTS; index += 1) {
    if (index === WARM_UP) cpuAtMs = cpuMs(server.pid);
    const body = JSON.stringify({ stream: 'bench', events: batchOf(index, EVENTS) });
    const startedAt = performance.now();
    const status = await post(server.address, '/v1/detect', 'application/json', server.token, body);
    if (status !== 200) throw new Error(`HTTP ${status}`);
    if (index >= WARM_UP) detectMs.push(performance.now() - startedAt);
  }
  const cpuEachMs = (cpuMs(server.pid) - cpuAtMs) / REQUESTS;
  const baseline = Buffer.from(lines.join('\n').slice(0, BASELINE_BYTES));
  const packedBaseline = deflateRawSync(baseline).length;
  const naiveMs = Array.from({ length: NAIVE_REQUESTS }, (_, index) => {
    const startedAt = performance.now();
    judgeNaively(batchOf(index, EVENTS), baseline, packedBaseline);
    return performance.now() - startedAt;
  });
  report('telemetry: 256 events to their verdicts', [
    { name: 'ours, p95', value: quantile(detectMs, 0.95), unit: 'ms', bar: '10, moonshot 5' },
    { name: 'ours, p50', value: quantile(detectMs, 0.5), unit: 'ms' },
    { name: 'ours, p99', value: quantile(detectMs, 0.99), unit: 'ms', bar: '25, moonshot 10' },
    { name: 'ours, processor time of the server', value: cpuEachMs, unit: 'ms' },
    { name: 'zlib NCD against 64 KiB, nothing stored, p50', value: quantile(naiveMs, 0.5), unit: 'ms' },
  ]);

  const bodies = Array.from({ length: STORE_REQUESTS }, (_, index) =>
    encodeMessage('LogsRequest', {
      resourceLogs: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: `store-${index % 4}` } }] },
          scopeLogs: [
            {
              logRecords: batchOf(index, RECORDS).map((line, place) => ({
                timeUnixNano: (1.7e12 + index * RECORDS + place) * 1e6,
                severityText: 'INFO',
                body: { stringValue: line },
                attributes: [{ key: 'host.name', value: { stringValue: `node-${place % 7}` } }],
              })),
            },
          ],
        },
      ],
    }),
  );
  const storeCpuAtMs = cpuMs(server.pid);
  const startedAt = performance.now();
  let next = 0;
  const lane = async () => {
    for (let index = next++; index < bodies.length; index = next++) {
      const body = bodies[index] ?? Buffer.alloc(0);
      for (;;) {
        const status = await post(server.address, '/v1/logs', 'application/x-protobuf', server.token, body);
        if (status === 200) break;
        if (status !== 429) throw new Error(`HTTP ${status}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  const storedMs = performance.now() - startedAt;
  type Streams = { items: { events: number; judged: number }[] };
  for (;;) {
    const { items } = await server.api<Streams>('GET', '/api/v1/streams');
    if (items.every(({ events, judged }) => events === judged)) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const judgedMs = performance.now() - startedAt;

  const storeCpuMs = cpuMs(server.pid) - storeCpuAtMs;

  const own = await openOwnDatabase(LANES);
  const { pool } = own.database;
  await pool.query('create table naive (at timestamptz, service text, body text, attributes jsonb)');
  const naiveStartedAt = performance.now();
  for (let index = 0; index < NAIVE_STORE_REQUESTS; index += 1) {
    const client = await pool.connect();
    await client.query('begin');
    for (const line of batchOf(index, RECORDS))
      await client.query('insert into naive values (now(), $1, $2, $3)', ['store', line, '{"host.name":"node-1"}']);
    await client.query('commit');
    client.release();
  }
  const naiveStoredMs = performance.now() - naiveStartedAt;
  await own.close();
  const perSecond = (requests: number, ms: number) => (requests * RECORDS * 1_000) / ms;
  report('telemetry: OTLP records stored before the answer', [
    { name: 'ours, protobuf over HTTP', value: perSecond(STORE_REQUESTS, storedMs), unit: 'records/s' },
    { name: 'ours, until the last is judged too', value: perSecond(STORE_REQUESTS, judgedMs), unit: 'records/s' },
    {
      name: 'ours, stored and judged, per processor second',
      value: perSecond(STORE_REQUESTS, storeCpuMs),
      unit: 'records/s',
    },
    { name: 'a row each, no decoding', value: perSecond(NAIVE_STORE_REQUESTS, naiveStoredMs), unit: 'records/s' },
  ]);
} finally {
  await server.stop();
  agent.destroy();
  rmSync(folder, { recursive: true, force: true });
}
