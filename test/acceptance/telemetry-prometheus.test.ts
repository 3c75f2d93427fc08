import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Stream } from '../../src/contract/stream.ts';
import { type ServerProcess, startServerProcess } from '../harness/server-process.ts';
import { requirePrometheus, startPrometheus, type TestPrometheus } from '../harness/servers/prometheus.ts';
import { type MetricsExporter, startMetricsExporter } from '../library/metrics-exporter.ts';

const there = await requirePrometheus();
const SOON = { timeout: 60_000, interval: 200 };
const LIMIT_MS = 120_000;

let folder: string;
let server: ServerProcess;
let exporter: MetricsExporter;
let prometheus: TestPrometheus;
beforeEach(there.skipUnlessThere);
beforeAll(async () => {
  if (!there.there) return;
  folder = mkdtempSync(join(tmpdir(), 'holdfast-remote-write-'));
  server = await startServerProcess({ folder, config: {} });
  exporter = await startMetricsExporter();
  prometheus = await startPrometheus(
    { job: 'shop', address: exporter.address },
    { writesTo: { url: `${server.address}/api/v1/write`, token: server.token } },
  );
}, LIMIT_MS);
afterAll(async () => {
  await prometheus?.stop();
  await exporter?.close();
  await server?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

it("a real Prometheus's remote writes are taken, by its jobs", { timeout: LIMIT_MS }, async () => {
  const stream = async () =>
    (await server.api<{ items: Stream[] }>('GET', '/api/v1/streams?service=shop&kind=metrics')).items[0];
  await expect.poll(async () => (await stream())?.judged ?? 0, SOON).toBeGreaterThan(100);
  expect(await stream()).toMatchObject({ kind: 'metrics', state: 'warming' });
  const metrics = await fetch(`${prometheus.url}/metrics`).then((response) => response.text());
  expect(Number(/^prometheus_remote_storage_samples_failed_total\{.*\} (\d+)/m.exec(metrics)?.[1])).toBe(0);
});
