import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { DetectAnswer } from '../../src/contract/anomaly.ts';
import type { Finding } from '../../src/contract/finding.ts';
import type { Stream } from '../../src/contract/stream.ts';
import { generateLog } from '../harness/generate-log.ts';
import { createTestDatabase } from '../harness/postgres.ts';
import { type ServerProcess, startServerProcess } from '../harness/server-process.ts';

/** Longer than any of it takes, also on a machine that does much else. */
const SOON = { timeout: 60_000, interval: 100 };
const LIMIT_MS = 180_000;
const TICKS = '```';

const folders: string[] = [];
const servers: ServerProcess[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});
const newFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-telemetry-story-'));
  folders.push(folder);
  return folder;
};
async function start(config: object, folder = newFolder(), name = 'holdfast'): Promise<ServerProcess> {
  const server = await startServerProcess({ folder, config, name });
  servers.push(server);
  return server;
}

const post = (server: ServerProcess, path: string, body: object | string) =>
  fetch(`${server.address}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
async function detect(server: ServerProcess, stream: string, events: readonly string[]): Promise<DetectAnswer> {
  const response = await post(server, '/v1/detect', { stream, events });
  expect({ status: response.status, stream }).toEqual({ status: 200, stream });
  return (await response.json()) as DetectAnswer;
}
const items = async <Item>(server: ServerProcess, path: string) =>
  (await server.api<{ items: Item[] }>('GET', path)).items;
const streams = (server: ServerProcess) => items<Stream>(server, '/api/v1/streams?limit=500');
const usual = (seed: number, events: number) => generateLog({ seed, events }).map(({ line }) => line);

describe('anomalies', { timeout: LIMIT_MS }, () => {
  it('are findings of rank 4 one by one; a burst is one finding, opens an incident, and starts a diagnosis that reads', async () => {
    const folder = newFolder();
    mkdirSync(join(folder, 'books'));
    writeFileSync(
      join(folder, 'books', 'look.md'),
      `---
title: Look at a burst of anomalies
params:
  anomaly: {type: string}
  service: {type: string}
triggers:
  - group: burst
---
# Look at a burst of anomalies

1. **Say what is looked at**
   ${TICKS}sh
   echo "looking at {{anomaly}} of {{service}}"
   ${TICKS}
`,
    );
    const server = await start({ runbooks: ['./books'] }, folder);
    await detect(server, 'pay', usual(1, 1_500));
    const findings = () => items<Finding>(server, '/api/v1/findings');
    const single = await detect(server, 'pay', ['PANIC: kernel found a goat in the data center']);
    expect(single.anomalies).toBe(1);
    await expect
      .poll(async () => (await findings()).find(({ title }) => title.includes('goat')), SOON)
      .toMatchObject({
        kind: 'anomaly',
        severity: 4,
        incidentId: null,
        labels: { service: 'pay', stream_kind: 'logs' },
      });

    const storm = Array.from(
      { length: 60 },
      (_, n) => `FATAL out of memory: killed process ${n * 37} of customer ${n}`,
    );
    for (let from = 0; from < storm.length; from += 20) await detect(server, 'pay', storm.slice(from, from + 20));
    await expect
      .poll(async () => (await findings()).filter(({ labels }) => labels['group'] === 'burst'), SOON)
      .toMatchObject([{ title: 'Burst of anomalies in pay logs', incidentId: expect.stringMatching(/^inc_/) }]);
    const [incident] = await items<{ title: string; status: string }>(server, '/api/v1/incidents');
    expect(incident?.title).toBe('Burst of anomalies in pay logs');
    type RunItem = { id: string; runbook: string; status: string; automatic?: boolean };
    const run = async () => (await items<RunItem>(server, '/api/v1/runs'))[0];
    await expect.poll(async () => (await run())?.status, SOON).toBe('succeeded');
    const started = await run();
    const { steps } = await server.api<{ steps: { id: string }[] }>('GET', `/api/v1/runs/${started?.id}`);
    const output = await fetch(`${server.address}/api/v1/runs/${started?.id}/output?step=${steps[0]?.id}`, {
      headers: { authorization: `Bearer ${server.token}` },
    });
    const text = output.ok ? await output.text() : '';
    expect({ status: output.status, text }).toEqual({
      status: 200,
      text: expect.stringMatching(/looking at anm_\w+ of pay/),
    });
  });
});

describe('what can be held', { timeout: LIMIT_MS }, () => {
  it('has a cap of streams: the quietest gives way in sight, and begins anew when it is heard of again', async () => {
    const server = await start({ telemetry: { maxStreams: 3 } });
    for (const name of ['a', 'b', 'c']) await detect(server, name, usual(2, 10));
    await expect.poll(async () => (await streams(server)).every(({ judged }) => judged === 10), SOON).toBe(true);
    await detect(server, 'd', usual(2, 10));
    const evicted = (await streams(server)).find(({ service }) => service === 'a');
    expect(evicted).toMatchObject({
      state: 'evicted',
      reason: expect.stringContaining('more than 3 streams'),
      epoch: 2,
    });
    await expect
      .poll(async () => (await streams(server)).every(({ judged, events }) => judged === events), SOON)
      .toBe(true);
    const again = await detect(server, 'a', usual(2, 5));
    expect(again.results.map(({ n }) => n)).toEqual([1, 2, 3, 4, 5]);
    expect((await streams(server)).map(({ state }) => state).sort()).toEqual([
      'evicted',
      'warming',
      'warming',
      'warming',
    ]);
  });

  it('is refused with when to come again, and whoever does loses nothing', async () => {
    const server = await start({ telemetry: { maxPending: '1MiB', threads: 1 } });
    const body = (n: number) =>
      JSON.stringify({
        resourceLogs: [
          {
            scopeLogs: [
              {
                logRecords: usual(3, 4_000).map((line) => ({
                  timeUnixNano: `17000000000${10 + n}000000`,
                  body: { stringValue: line },
                })),
              },
            ],
          },
        ],
      });
    let refused = 0;
    const insist = async (n: number) => {
      for (;;) {
        const response = await post(server, '/v1/logs', body(n));
        if (response.ok) return;
        expect(response.status).toBe(429);
        expect(Number(response.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
        expect(await response.json()).toMatchObject({
          code: 8,
          message: expect.stringContaining('being taken already'),
        });
        refused += 1;
        await new Promise((resolve) => setTimeout(resolve, 30));
      }
    };
    await Promise.all(Array.from({ length: 8 }, (_, n) => insist(n)));
    expect(refused).toBeGreaterThan(0);
    await expect.poll(async () => (await streams(server))[0]?.judged, SOON).toBe(32_000);
    expect(await streams(server)).toMatchObject([{ events: 32_000 }]);
    const metrics = await fetch(`${server.address}/metrics`).then((response) => response.text());
    expect(metrics).toMatch(/holdfast_telemetry_records_total\{format="json"\} 32000/);
    expect(metrics).toMatch(/holdfast_telemetry_refused_requests_total\{reason="busy"\} \d+/);
    expect(metrics).toMatch(/holdfast_anomalies_detected_total\{stream_type="logs",severity="\d"\} \d+/);
    for (const name of [
      'anomaly_processing_duration_seconds_count',
      'cbad_events_per_second',
      'cbad_compression_ratio',
      'anomaly_p_threshold',
    ])
      expect(metrics).toContain(`holdfast_${name}`);
  });
});

describe('several processes on one database', { timeout: LIMIT_MS }, () => {
  it('judge every stream once: one takes, another judges, a third goes on when that one is killed', async () => {
    const folder = newFolder();
    const { connectionString } = await createTestDatabase();
    const config = (role: string) => ({
      databaseUrl: connectionString,
      role,
      telemetry: { threads: 1 },
      ...(role === 'worker' ? { masterKeyFile: './front/keys/master.key' } : {}),
    });
    const front = await start(config('serve'), folder, 'front');
    const first = await start(config('worker'), folder, 'first');
    const lines = usual(4, 1_200);
    const answer = await detect(front, 'shared', lines.slice(0, 600));
    expect(answer.results.at(-1)).toMatchObject({ n: 600, state: 'active' });

    const second = await start(config('worker'), folder, 'second');
    first.child.kill('SIGKILL');
    await first.ended;
    servers.splice(servers.indexOf(first), 1);
    const after = await detect(front, 'shared', lines.slice(600));
    expect(after.results.map(({ n }) => n)).toEqual(Array.from({ length: 600 }, (_, index) => 601 + index));
    const alone = await start({ telemetry: { threads: 1 } });
    const reference = await detect(alone, 'shared', lines);
    const verdicts = ({ results }: DetectAnswer) =>
      results.map(({ n, score, p, anomaly }) => ({ n, score, p, anomaly }));
    expect([...verdicts(answer), ...verdicts(after)]).toEqual(verdicts(reference));
    expect(second.pid).toBeGreaterThan(0);
  });
});
