import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Stream } from '../../src/contract/stream.ts';
import { freePort } from '../harness/free-port.ts';
import { programOnPath, requireServer } from '../harness/require-server.ts';
import { type ServerProcess, startServerProcess } from '../harness/server-process.ts';

// OpenTelemetry's own load generator: `go install` puts it where Go puts its programs, which need not be on the PATH.
process.env['PATH'] += `${delimiter}${join(homedir(), 'go', 'bin')}`;
const generator = await requireServer('telemetrygen', programOnPath('telemetrygen'));

const SOON = { timeout: 60_000, interval: 100 };
const LIMIT_MS = 120_000;
const WORKERS = 3;
const EACH = 400;
const TRACES = 300;

let folder: string;
let server: ServerProcess;
let ports: { grpc: number; http: number };
beforeEach(generator.skipUnlessThere);
beforeAll(async () => {
  if (!generator.there) return;
  folder = mkdtempSync(join(tmpdir(), 'holdfast-telemetrygen-'));
  ports = { grpc: await freePort(), http: await freePort() };
  server = await startServerProcess({
    folder,
    config: { telemetry: { otlpGrpc: `127.0.0.1:${ports.grpc}`, otlpHttp: `127.0.0.1:${ports.http}` } },
  });
}, LIMIT_MS);
afterAll(async () => {
  await server?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

const run = promisify(execFile);
const streamOf = async (service: string) =>
  (await server.api<{ items: Stream[] }>('GET', `/api/v1/streams?service=${service}`)).items[0];

describe("OpenTelemetry's load generator", { timeout: LIMIT_MS }, () => {
  it.each([
    ['logs', 'grpc', EACH * WORKERS],
    ['logs', 'http', EACH * WORKERS],
    ['metrics', 'grpc', EACH * WORKERS],
    // A trace of it has two spans, and its own queue holds 2,048: what is more it drops before it sends.
    ['traces', 'http', TRACES * WORKERS * 2],
  ] as const)('sends %s over %s, and exactly what it sent is stored and judged', async (kind, by, expected) => {
    const service = `generated-${kind}-${by}`;
    await run(
      'telemetrygen',
      [
        kind,
        '--otlp-insecure',
        ...(by === 'http' ? ['--otlp-http'] : []),
        '--otlp-endpoint',
        `127.0.0.1:${ports[by]}`,
        '--otlp-header',
        `authorization="Bearer ${server.token}"`,
        '--service',
        service,
        '--workers',
        String(WORKERS),
        `--${kind}`,
        String(kind === 'traces' ? TRACES : EACH),
        // As fast as it can; else it sends one a second.
        '--rate',
        '0',
      ],
      { timeout: 60_000 },
    );
    await expect.poll(async () => (await streamOf(service))?.judged, SOON).toBe(expected);
    expect(await streamOf(service)).toMatchObject({ kind, events: expected });
  });
});
