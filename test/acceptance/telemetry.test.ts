import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Anomaly, AnomalyDetail, DetectAnswer, FeedbackEffect } from '../../src/contract/anomaly.ts';
import type { Stream, StreamScores } from '../../src/contract/stream.ts';
import { checkEvidence } from '../../src/detect/anomaly/index.ts';
import { publicKeyFromPem } from '../../src/platform/identity/signing-keys.ts';
import { type ServerProcess, startServerProcess } from '../harness/server-process.ts';

/** Longer than any of it takes, also on a machine that does much else. */
const SOON = { timeout: 45_000, interval: 100 };
const LIMIT_MS = 120_000;

let folder: string;
let server: ServerProcess;
let key: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-telemetry-'));
  server = await startServerProcess({
    folder,
    config: { telemetry: { otlpGrpc: '127.0.0.1:0', otlpHttp: '127.0.0.1:0', threads: 2 } },
  });
  key = (await server.api<{ secret: string }>('POST', '/api/v1/keys', { name: 'telemetry', role: 'sender' })).secret;
}, LIMIT_MS);
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const send = async (path: string, body: Uint8Array | string, headers: Record<string, string> = {}) => {
  const response = await fetch(`${server.address}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : Buffer.from(body),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
};
const detect = async (stream: string, events: readonly unknown[], query = '') => {
  const { status, text } = await send(`/v1/detect${query}`, JSON.stringify({ stream, events }));
  if (status !== 200) throw new Error(`HTTP ${status} ${text}`);
  return JSON.parse(text) as DetectAnswer;
};
const streamOf = async (service: string, kind = 'logs') =>
  (await server.api<{ items: Stream[] }>('GET', `/api/v1/streams?service=${service}&kind=${kind}`)).items[0];

/** Lines of a service as it always talks. */
const usual = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => {
    const n = from + index;
    return n % 3 === 0
      ? `GET /api/orders/${n * 7} 200 took ${20 + (n % 17)}ms`
      : n % 3 === 1
        ? `connection from 10.0.${n % 200}.${n % 251} accepted`
        : `cache hit for user ${n * 13} in region eu-west-${1 + (n % 3)}`;
  });

describe('a stream', { timeout: LIMIT_MS }, () => {
  it('is created on sight, warms up, and says what is strange, why, and what it is most like', async () => {
    const first = await detect('shop', usual(256));
    expect(first).toMatchObject({
      service: 'shop',
      state: 'warming',
      warming: { seen: 256, needed: 450 },
      events: 256,
    });
    expect(first.results[0]).toMatchObject({ index: 0, n: 1, p: null, state: 'warming', anomaly: false });
    await detect('shop', usual(900, 256));
    const answer = await detect('shop', [
      ...usual(20, 1_156),
      'FATAL: database connection refused by db-1',
      ...usual(5, 1_176),
    ]);
    const strange = answer.results[20];
    expect(strange).toMatchObject({ state: 'active', anomaly: true, index: 20, n: 1_177 });
    expect(strange?.p).toBeLessThanOrEqual(0.01);
    expect(strange?.spans?.reduce((sum, { bits }) => sum + bits, 0)).toBeCloseTo(strange?.bits ?? 0, 3);
    expect(strange?.id).toMatch(/^anm_/);

    await expect.poll(async () => (await streamOf('shop'))?.judged, SOON).toBe(1_182);
    expect(await streamOf('shop')).toMatchObject({
      state: 'active',
      events: 1_182,
      warming: { seen: 450, needed: 450 },
    });
    const detail = await server.api<AnomalyDetail>('GET', `/api/v1/anomalies/${strange?.id}`);
    expect(detail).toMatchObject({
      service: 'shop',
      what: 'event',
      n: 1_177,
      event: 'FATAL: database connection refused by db-1',
      p: strange?.p,
      alpha: 0.01,
    });
    expect(detail.calibrationSize).toBeGreaterThan(1_000);
    for (const span of detail.spans) expect(detail.event?.slice(span.from, span.to)).toBe(span.text);
    const { items } = await server.api<{ items: Anomaly[] }>('GET', `/api/v1/anomalies?stream=${detail.streamId}`);
    expect(items.map(({ id }) => id)).toContain(strange?.id);
  });

  it('proves an anomaly by a bundle that is judged again offline, with the key of this installation', async () => {
    const stream = await streamOf('shop');
    const { items } = await server.api<{ items: Anomaly[] }>('GET', `/api/v1/anomalies?stream=${stream?.id}`);
    const anomaly = items.find(({ summary }) => summary.includes('FATAL'));
    const get = async (path: string) => {
      const response = await fetch(`${server.address}${path}`, {
        headers: { authorization: `Bearer ${server.token}` },
      });
      expect({ path, status: response.status }).toEqual({ path, status: 200 });
      return Buffer.from(await response.arrayBuffer());
    };
    const bundle = await get(`/api/v1/anomalies/${anomaly?.id}/evidence`);
    const key = publicKeyFromPem((await get('/api/v1/anomalies/evidence-key')).toString()) ?? '';
    expect(checkEvidence(bundle, key)).toMatchObject({
      ok: true,
      statement: { source: 'shop', verdict: { n: anomaly?.n, score: anomaly?.score, p: anomaly?.p, anomaly: true } },
    });
    bundle[bundle.length >> 1] = (bundle[bundle.length >> 1] ?? 0) ^ 1;
    expect(checkEvidence(bundle, key).ok).toBe(false);
  });

  it('shows its scores over time by as many points as are asked for', async () => {
    const stream = await streamOf('shop');
    const scores = await server.api<StreamScores>('GET', `/api/v1/streams/${stream?.id}/scores?points=50`);
    expect(scores.events).toBe(1_182);
    expect(scores.points.length).toBeGreaterThan(0);
    expect(scores.points.length).toBeLessThanOrEqual(50);
    expect(scores.points.reduce((sum, { anomalies }) => sum + anomalies, 0)).toBeGreaterThan(0);
  });

  it('explains every event when it is asked to', async () => {
    const answer = await detect('shop', usual(3), '?explain=always');
    for (const result of answer.results) expect(result.spans?.length).toBeGreaterThan(0);
  });

  it('takes a person’s word, and the effect is told', async () => {
    const stream = await streamOf('shop');
    const { items } = await server.api<{ items: Anomaly[] }>('GET', `/api/v1/anomalies?stream=${stream?.id}`);
    const [anomaly] = items;
    const effect = await server.api<FeedbackEffect>('POST', `/api/v1/anomalies/${anomaly?.id}/feedback`, {
      verdict: 'confirmed',
      reason: 'the database was down',
    });
    expect(effect).toMatchObject({ anomaly: { id: anomaly?.id, feedback: { verdict: 'confirmed' } }, alpha: 0.01 });
    expect(effect.falseAlarmRate).toBeLessThan(effect.alarmRate ?? 0);
  });

  it('changes its settings under If-Match, is paused in sight of its sender, and goes on', async () => {
    const stream = await streamOf('shop');
    const path = `/api/v1/streams/${stream?.id}`;
    const patch = (body: object, etag: string) =>
      fetch(`${server.address}${path}`, {
        method: 'PATCH',
        headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json', 'if-match': etag },
        body: JSON.stringify(body),
      });
    expect((await patch({ profile: 'strict' }, '"99"')).status).toBe(412);
    expect(await (await patch({ profile: 'strict' }, `"${stream?.version}"`)).json()).toMatchObject({
      settings: { profile: 'strict', alpha: 0.002 },
    });
    await server.api('POST', `${path}/pause`, { reason: 'a migration makes noise' });
    expect((await send('/v1/detect', JSON.stringify({ stream: 'shop', events: ['x y z'] }))).status).toBe(409);
    const taken = await send('/v1/events', JSON.stringify({ stream: 'shop', events: usual(7) }));
    expect(JSON.parse(taken.text)).toMatchObject({
      accepted: 0,
      rejected: 7,
      reasons: [expect.stringMatching(/paused/)],
    });
    expect(await streamOf('shop')).toMatchObject({ state: 'paused', counted: { refusedWhilePaused: 8 } });
    await server.api('POST', `${path}/resume`);
    expect((await detect('shop', usual(1))).results[0]?.state).toBe('active');
    expect(await streamOf('shop')).toMatchObject({ state: 'active' });
  });
});

describe('OTLP over HTTP', { timeout: LIMIT_MS }, () => {
  const logs = (service: string, lines: readonly string[]) => ({
    resourceLogs: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
        scopeLogs: [
          { logRecords: lines.map((line) => ({ timeUnixNano: '1700000000000000000', body: { stringValue: line } })) },
        ],
      },
    ],
  });
  it('takes JSON, gzip and zstd; the same bytes again are a retry and counted as such', async () => {
    const body = JSON.stringify(logs('otlp', usual(10)));
    expect(await send('/v1/logs', body)).toMatchObject({ status: 200, text: '{}' });
    const zipped = gzipSync(JSON.stringify(logs('otlp', usual(10, 10))));
    for (let time = 0; time < 2; time += 1)
      expect(await send('/v1/logs', zipped, { 'content-encoding': 'gzip' })).toMatchObject({ status: 200, text: '{}' });
    const packed = zstdCompressSync(JSON.stringify(logs('otlp', usual(10, 20))));
    expect(await send('/v1/logs', packed, { 'content-encoding': 'zstd' })).toMatchObject({ status: 200 });
    await expect.poll(async () => (await streamOf('otlp'))?.judged, SOON).toBe(30);
    expect(await streamOf('otlp')).toMatchObject({ events: 30, counted: { duplicates: 10 } });
  });

  it('tells what it refuses of a request, and of a whole one why, in a Status', async () => {
    const some = await send('/v1/logs', JSON.stringify(logs('otlp-bad', ['fine', 'a\0b'])));
    expect(some.status).toBe(200);
    expect(JSON.parse(some.text)).toEqual({
      partialSuccess: { rejectedLogRecords: '1', errorMessage: 'an event holds a NUL character' },
    });
    const bad = await send('/v1/logs', '{');
    expect(bad.status).toBe(400);
    expect(JSON.parse(bad.text)).toEqual({ code: 3, message: 'the body is not valid JSON' });
    const denied = await send('/v1/logs', '{}', { authorization: 'Bearer hf_nobody' });
    expect(denied.status).toBe(401);
    expect(JSON.parse(denied.text)).toMatchObject({ code: 16 });
    expect((await send('/v1/traces', 'x', { 'content-type': 'text/xml' })).status).toBe(415);
    const protobuf = await send('/v1/metrics', 'x', { 'content-type': 'application/x-protobuf' });
    expect(protobuf.status).toBe(400);
    expect(protobuf.headers.get('content-type')).toBe('application/x-protobuf');
  });
});
