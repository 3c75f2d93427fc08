import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { OTLPLogExporter as GrpcLogs } from '@opentelemetry/exporter-logs-otlp-grpc';
import { OTLPLogExporter as JsonLogs } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter as ProtoLogs } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPMetricExporter as ProtoMetrics } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter as GrpcTraces } from '@opentelemetry/exporter-trace-otlp-grpc';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider, type LogRecordExporter } from '@opentelemetry/sdk-logs';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Stream } from '../../src/contract/stream.ts';
import { encodeMessage } from '../../src/observe/intake/otlp/index.ts';
import { freePort } from '../harness/free-port.ts';
import { type ServerProcess, startServerProcess } from '../harness/server-process.ts';

/** Longer than any of it takes, also on a machine that does much else. */
const SOON = { timeout: 60_000, interval: 100 };
const LIMIT_MS = 180_000;

let folder: string;
let server: ServerProcess;
let key: string;
let grpcPort: number;
let httpPort: number;
let mainPort: number;
const config = () => ({
  listen: `127.0.0.1:${mainPort}`,
  telemetry: { otlpGrpc: `127.0.0.1:${grpcPort}`, otlpHttp: `127.0.0.1:${httpPort}`, threads: 2, maxPending: '1MiB' },
});
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-otel-'));
  [mainPort, grpcPort, httpPort] = [await freePort(), await freePort(), await freePort()];
  server = await startServerProcess({ folder, config: config() });
  key = (await server.api<{ secret: string }>('POST', '/api/v1/keys', { name: 'otel', role: 'sender' })).secret;
}, LIMIT_MS);
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const headers = () => ({ authorization: `Bearer ${key}` });
const metadata = () => {
  const made = new Metadata();
  made.set('authorization', `Bearer ${key}`);
  return made;
};
const grpc = () => ({
  url: `http://127.0.0.1:${grpcPort}`,
  credentials: credentials.createInsecure(),
  metadata: metadata(),
});
const streamOf = async (service: string, kind: string) =>
  (await server.api<{ items: Stream[] }>('GET', `/api/v1/streams?service=${service}&kind=${kind}`)).items[0];
const resource = (service: string) => resourceFromAttributes({ 'service.name': service });

const LOG_EXPORTERS: readonly [string, () => LogRecordExporter][] = [
  ['gRPC', () => new GrpcLogs(grpc())],
  ['gRPC with gzip', () => new GrpcLogs({ ...grpc(), compression: 'gzip' as never })],
  ['HTTP and protobuf', () => new ProtoLogs({ url: `http://127.0.0.1:${httpPort}/v1/logs`, headers: headers() })],
  [
    'HTTP and JSON, on the main port',
    () => new JsonLogs({ url: `${server.address}/v1/logs`, headers: headers(), compression: 'gzip' as never }),
  ],
];

describe('the OpenTelemetry SDK', { timeout: LIMIT_MS }, () => {
  it.each(LOG_EXPORTERS)('sends logs by %s, and none is lost', async (name, create) => {
    const service = `sdk-${name.replaceAll(/\W+/g, '-')}`;
    const exporter = create();
    const processor = new BatchLogRecordProcessor({ exporter, maxExportBatchSize: 100, maxQueueSize: 10_000 });
    const provider = new LoggerProvider({ resource: resource(service), processors: [processor] });
    const logger = provider.getLogger('test');
    for (let n = 0; n < 1_000; n += 1)
      logger.emit({ body: `order ${n} was paid in ${n % 90} ms`, severityText: 'INFO', attributes: { n } });
    await provider.forceFlush();
    await provider.shutdown();
    await expect.poll(async () => (await streamOf(service, 'logs'))?.judged, SOON).toBe(1_000);
    expect(await streamOf(service, 'logs')).toMatchObject({ events: 1_000, counted: { duplicates: 0 } });
  });

  it('sends metrics, which are judged series by series', async () => {
    const exporter = new ProtoMetrics({ url: `http://127.0.0.1:${httpPort}/v1/metrics`, headers: headers() });
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
    const provider = new MeterProvider({ resource: resource('sdk-metrics'), readers: [reader] });
    const gauge = provider.getMeter('test').createGauge('load');
    const histogram = provider.getMeter('test').createHistogram('latency');
    for (let round = 0; round < 5; round += 1) {
      for (const core of ['0', '1']) gauge.record(round + Number(core), { core });
      histogram.record(round * 10);
      await provider.forceFlush();
    }
    await provider.shutdown();
    await expect.poll(async () => (await streamOf('sdk-metrics', 'metrics'))?.judged, SOON).toBeGreaterThanOrEqual(15);
  });

  it('sends spans, and none is lost', async () => {
    const exporter = new GrpcTraces(grpc());
    const provider = new TracerProvider({
      resource: resource('sdk-traces'),
      spanProcessors: [new BatchSpanProcessor({ exporter, maxQueueSize: 10_000, maxExportBatchSize: 100 })],
    });
    const tracer = provider.getTracer('test');
    for (let n = 0; n < 500; n += 1) tracer.startSpan(`GET /cart/${n % 3}`).end();
    await provider.forceFlush();
    await provider.shutdown();
    await expect.poll(async () => (await streamOf('sdk-traces', 'traces'))?.judged, SOON).toBe(500);
  });

  it('is told over gRPC to wait, and for how long, when there is too much at once; it loses nothing by that', async () => {
    const client = new Client(`127.0.0.1:${grpcPort}`, credentials.createInsecure());
    const message = (n: number) =>
      encodeMessage('LogsRequest', {
        resourceLogs: [
          {
            resource: { attributes: [{ key: 'service.name', value: { stringValue: 'pressed' } }] },
            scopeLogs: [
              {
                logRecords: Array.from({ length: 1_500 }, (_, index) => ({
                  timeUnixNano: 1.7e18 + (n * 1_500 + index) * 1e6,
                  body: { stringValue: `order ${index} of customer ${n} was shipped to ${'somewhere '.repeat(40)}` },
                })),
              },
            ],
          },
        ],
      });
    let waits = 0;
    const plain = (value: Buffer) => value;
    const path = '/opentelemetry.proto.collector.logs.v1.LogsService/Export';
    const exportOnce = (body: Buffer) =>
      new Promise<ServiceError | null>((resolve) =>
        client.makeUnaryRequest(path, plain, plain, body, metadata(), (error) => resolve(error)),
      );
    const insist = async (n: number) => {
      const body = message(n);
      for (;;) {
        const error = await exportOnce(body);
        if (error === null) return;
        expect(error.code).toBe(status.RESOURCE_EXHAUSTED);
        // google.rpc.Status with a google.rpc.RetryInfo in it: senders come again only because of that.
        expect(String(error.metadata.get('grpc-status-details-bin')[0])).toContain(
          'type.googleapis.com/google.rpc.RetryInfo',
        );
        waits += 1;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    await Promise.all(Array.from({ length: 8 }, (_, n) => insist(n)));
    client.close();
    expect(waits).toBeGreaterThan(0);
    await expect.poll(async () => (await streamOf('pressed', 'logs'))?.judged, SOON).toBe(12_000);
    expect(await streamOf('pressed', 'logs')).toMatchObject({ events: 12_000 });
  });

  it('loses nothing while the server is killed and comes back', async () => {
    const exporter = new GrpcLogs({ ...grpc(), timeoutMillis: 60_000 });
    // One of its own for each attempt: what an attempt before stored is there.
    const service = `sdk-killed-${randomUUID()}`;
    const sent = 40;
    const each = 50;
    let acknowledged = 0;
    // Made once, sent until it is taken: a record that is made again was observed at another time.
    const recordsOf = (batch: number) => {
      const captured: Parameters<LogRecordExporter['export']>[0] = [];
      const provider = new LoggerProvider({
        resource: resource(service),
        processors: [
          { onEmit: (record) => void captured.push(record), forceFlush: async () => {}, shutdown: async () => {} },
        ],
      });
      for (let n = 0; n < each; n += 1)
        provider
          .getLogger('test')
          .emit({ body: `batch ${batch} line ${n} done`, timestamp: 1_700_000_000_000 + batch * 1_000 + n });
      return captured;
    };
    const exportOnce = (records: ReturnType<typeof recordsOf>) =>
      new Promise<boolean>((resolve) => {
        exporter.export(records, ({ code }) => resolve(code === 0));
      });
    const killer = (async () => {
      await expect.poll(() => acknowledged, SOON).toBeGreaterThan(10);
      server.child.kill('SIGKILL');
      await server.ended;
      server = await startServerProcess({ folder, config: config() });
    })();
    for (let batch = 0; batch < sent; batch += 1) {
      const records = recordsOf(batch);
      // It fails while there is no server: sent again once that is back.
      while (!(await exportOnce(records))) await killer;
      acknowledged += 1;
    }
    await killer;
    await exporter.shutdown?.();
    await expect.poll(async () => (await streamOf(service, 'logs'))?.judged, SOON).toBeGreaterThanOrEqual(sent * each);
    const stream = await streamOf(service, 'logs');
    // What the SDK sends again is the same bytes: so it is stored once, also when the answer was lost with the server.
    expect(stream?.events).toBe(sent * each);
  });
});
