import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Anomaly } from '../../src/contract/anomaly.ts';
import type { Stream } from '../../src/contract/stream.ts';
import { type RecordingServer, startRecordingServer } from '../fakes/recording-http-server.ts';
import { generateLog } from '../harness/generate-log.ts';
import { createTestDatabase } from '../harness/postgres.ts';
import { type ServerProcess, startServerProcess } from '../harness/server-process.ts';
import { requireCollector, startCollector } from '../harness/servers/collector.ts';
import { findFreePorts } from '../harness/servers/start-program.ts';

const collector = await requireCollector();
const CONFIG = join(import.meta.dirname, '../../collector/holdfast.yaml');
const SOON = { timeout: 45_000, interval: 200 };
const EVENTS = 1_200;
const lines = generateLog({ seed: 5, events: EVENTS, faultEvery: 150 }).map(({ line }) => line);

type LogRecord = { body: { stringValue: string }; attributes: { key: string; value: { stringValue?: string } }[] };
type Logs = {
  resourceLogs: {
    resource: { attributes: { key: string; value: { stringValue: string } }[] };
    scopeLogs: { logRecords: LogRecord[] }[];
  }[];
};

describe('anomalies on their way to others', { timeout: 90_000 }, () => {
  let folder: string;
  let server: ServerProcess;
  let logs: RecordingServer;
  let receiverPort = 0;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-collector-'));
    logs = await startRecordingServer();
    [receiverPort = 0] = await findFreePorts(1);
  });
  afterAll(async () => {
    await server?.stop();
    await logs?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const received = () => logs.requests.flatMap(({ body }) => (JSON.parse(body) as Logs).resourceLogs);
  const idsIn = (resources: Logs['resourceLogs']) =>
    resources
      .flatMap(({ scopeLogs }) => scopeLogs.flatMap(({ logRecords }) => logRecords))
      .map(({ attributes }) => attributes.find(({ key }) => key === 'holdfast.anomaly.id')?.value.stringValue);
  const found = async () =>
    (await server.api<{ items: Anomaly[] }>('GET', '/api/v1/anomalies?limit=200')).items.map(({ id }) => id).sort();
  const streamOf = async (service: string) =>
    (await server.api<{ items: Stream[] }>('GET', `/api/v1/streams?service=${service}`)).items[0];

  it('reach an OTLP receiver as log records, each, though it fails at first, and the server is started anew', async () => {
    const databaseUrl = (await createTestDatabase()).connectionString;
    const telemetry = { threads: 1, anomaliesTo: { url: `${logs.url}/otlp` } };
    const start = () => startServerProcess({ folder, config: { databaseUrl, telemetry } });
    server = await start();
    logs.answer = (response) => response.writeHead(503, { 'retry-after': '1' }).end();
    const body = JSON.stringify({ stream: 'shop', events: lines });
    const headers = { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' };
    expect((await fetch(`${server.address}/v1/events`, { method: 'POST', headers, body })).status).toBe(200);
    await expect.poll(async () => (await streamOf('shop'))?.judged, SOON).toBe(EVENTS);
    await expect.poll(() => logs.requests.length, SOON).toBeGreaterThan(0);
    await server.stop();
    logs.requests.length = 0;
    logs.answer = (response) => void response.end('{}');
    server = await start();
    const ids = await found();
    expect(ids.length).toBeGreaterThan(2);
    await expect.poll(() => idsIn(received()).sort(), SOON).toEqual(ids);
    expect(logs.requests[0]).toMatchObject({ url: '/otlp/v1/logs' });
    const [resource] = received();
    expect(resource?.resource.attributes).toContainEqual({ key: 'service.name', value: { stringValue: 'shop' } });
    // Told once: nothing of it is left.
    const metrics = await fetch(`${server.address}/metrics`, { headers: { authorization: `Bearer ${server.token}` } });
    expect(await metrics.text()).toContain('holdfast_anomaly_exports{state="waiting"} 0');
    await server.stop();
  });

  describe('of files a collector tails', () => {
    beforeEach(collector.skipUnlessThere);
    it('come back to it as logs, by the configuration that ships', async () => {
      logs.requests.length = 0;
      server = await startServerProcess({
        folder,
        name: 'tailed',
        config: {
          databaseUrl: (await createTestDatabase()).connectionString,
          telemetry: { threads: 1, anomaliesTo: { url: `http://127.0.0.1:${receiverPort}` } },
        },
      });
      const file = join(folder, 'shop.log');
      writeFileSync(file, `${lines.slice(0, EVENTS / 2).join('\n')}\n`);
      // So that the receiver can read what it gets.
      const unpacked = join(folder, 'unpacked.yaml');
      writeFileSync(unpacked, 'exporters: {otlphttp/logs: {compression: none}}\n');
      const running = await startCollector({
        configFiles: [CONFIG, unpacked],
        environment: {
          LOG_FILES: file,
          SERVICE_NAME: 'tailed-shop',
          HOLDFAST_URL: server.address,
          HOLDFAST_API_KEY: server.token,
          LOGS_URL: logs.url,
          ANOMALIES_AT: `127.0.0.1:${receiverPort}`,
        },
        isReady: async () => (await fetch(`http://127.0.0.1:${receiverPort}/`)).status === 404,
      });
      try {
        appendFileSync(file, `${lines.slice(EVENTS / 2).join('\n')}\n`);
        await expect.poll(async () => (await streamOf('tailed-shop'))?.judged, SOON).toBe(EVENTS);
        const ids = await found();
        expect(ids.length).toBeGreaterThan(2);
        // The collector sends protobuf: its texts stand in it as they are.
        const told = () => ids.filter((id) => logs.requests.some(({ body }) => body.includes(id)));
        await expect.poll(() => told().length, SOON).toBe(ids.length);
      } finally {
        await running.stop();
      }
    });
  });
});
