import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DetectAnswer, TakenEvents } from '../../src/contract/anomaly.ts';
import type { Stream } from '../../src/contract/stream.ts';
import { encodeMessage } from '../../src/observe/intake/otlp/otlp-messages.ts';
import { type ServerProcess, startServerProcess } from '../harness/server-process.ts';
import { findFreePorts } from '../harness/servers/start-program.ts';
import { otlpLogs } from '../harness/stream-digest.ts';

const SECRET = 'the secret that tokens of tests are signed with';
const certificate = readFileSync(new URL('../fixtures/tls/loopback.crt', import.meta.url));
const LOGS = '/opentelemetry.proto.collector.logs.v1.LogsService/Export';

/** Who may send telemetry, how a retry is known, and that it travels encrypted. */
describe('senders of telemetry', { timeout: 60_000 }, () => {
  let folder: string;
  let server: ServerProcess;
  let grpcPort = 0;
  let httpPort = 0;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-senders-'));
    [grpcPort = 0, httpPort = 0] = await findFreePorts(2);
    const tls = (name: string) => join(import.meta.dirname, '../fixtures/tls', name);
    server = await startServerProcess({
      folder,
      config: {
        tokens: {
          issuer: 'https://issuer.test',
          audience: 'holdfast',
          secret: SECRET,
          roleClaim: 'scope',
          roles: { 'telemetry.write': 'sender', 'holdfast.look': 'viewer' },
        },
        telemetry: {
          otlpGrpc: `127.0.0.1:${grpcPort}`,
          otlpHttp: `127.0.0.1:${httpPort}`,
          otlpTls: { certificateFile: tls('loopback.crt'), keyFile: tls('loopback.key') },
        },
      },
    });
  }, 60_000);
  afterAll(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const tokenFor = (scope: string, sub = 'collector') =>
    new SignJWT({ scope, sub })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer('https://issuer.test')
      .setAudience('holdfast')
      .setExpirationTime('5m')
      .sign(new TextEncoder().encode(SECRET));
  const call = async (method: string, path: string, token: string, body?: string, headers: object = {}) => {
    const response = await fetch(`${server.address}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const streamOf = async (service: string) =>
    (await server.api<{ items: Stream[] }>('GET', `/api/v1/streams?service=${service}`)).items[0];
  const exportByGrpc = (authorization: string | null) => {
    const client = new Client(`localhost:${grpcPort}`, credentials.createSsl(certificate));
    const metadata = new Metadata();
    if (authorization !== null) metadata.set('authorization', authorization);
    const body = encodeMessage('LogsRequest', JSON.parse(otlpLogs('by-grpc', 0, ['hello'])) as object);
    return new Promise<ServiceError | null>((resolve) => {
      const same = (bytes: Buffer) => bytes;
      client.makeUnaryRequest(LOGS, same, same, body, metadata, (error) => {
        client.close();
        resolve(error);
      });
    });
  };

  it('show a signed token where others show a key, and may do what its role says', async () => {
    const sender = await tokenFor('openid telemetry.write');
    expect(await call('POST', '/v1/logs', sender, otlpLogs('by-token', 0, ['hello']))).toMatchObject({ status: 200 });
    expect(await call('GET', '/api/v1/streams', sender)).toMatchObject({ status: 403 });
    const viewer = await tokenFor('holdfast.look', 'dashboard');
    expect(await call('GET', '/api/v1/streams', viewer)).toMatchObject({ status: 200 });
    expect(await call('GET', '/api/v1/session', viewer)).toMatchObject({ body: { name: 'dashboard', by: 'token' } });
    const nobody = await call('GET', '/api/v1/streams', await tokenFor('openid'));
    expect(nobody).toMatchObject({ status: 401 });
    expect(JSON.stringify(nobody.body)).toContain('its claim scope gives it no role here');
  });

  it('reach the addresses of OTLP by TLS, with a token or not at all', async () => {
    const token = await tokenFor('telemetry.write');
    expect(await exportByGrpc(`Bearer ${token}`)).toBeNull();
    expect(await exportByGrpc(null)).toMatchObject({ code: status.UNAUTHENTICATED });
    expect(await exportByGrpc(`Bearer ${token}x`)).toMatchObject({
      code: status.UNAUTHENTICATED,
      details: expect.stringContaining('signature'),
    });
    const answered = await new Promise<number | undefined>((resolve, reject) => {
      const sent = request(
        `https://127.0.0.1:${httpPort}/v1/logs`,
        {
          method: 'POST',
          ca: certificate,
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        },
        (response) => {
          response.resume();
          response.once('end', () => resolve(response.statusCode));
        },
      );
      sent.once('error', reject);
      sent.end(otlpLogs('by-https', 0, ['hello']));
    });
    expect(answered).toBe(200);
    await expect(fetch(`http://127.0.0.1:${httpPort}/v1/logs`, { method: 'POST' })).rejects.toThrow();
    expect(await streamOf('by-grpc')).toMatchObject({ events: 1 });
    expect(await streamOf('by-https')).toMatchObject({ events: 1 });
  });

  it('name a request by an Idempotency-Key, and its retry counts once, with the same answer', async () => {
    const body = JSON.stringify({ stream: 'named', events: ['one', 'two'] });
    const post = (path: string, sent: string, key?: string) =>
      call('POST', path, server.token, sent, key === undefined ? {} : { 'idempotency-key': key });
    const first = await post('/v1/events', body, 'a-1');
    expect(first).toEqual({ status: 200, body: { accepted: 2, rejected: 0, reasons: [] } satisfies TakenEvents });
    expect(await post('/v1/events', body, 'a-1')).toEqual(first);
    expect(await streamOf('named')).toMatchObject({ events: 2, counted: { duplicates: 2 } });
    // Without a key, or under another one, the same is said twice.
    await post('/v1/events', body);
    await post('/v1/events', body, 'a-2');
    expect(await streamOf('named')).toMatchObject({ events: 6 });
    expect(await post('/v1/events', body.replace('two', 'three'), 'a-1')).toMatchObject({
      status: 422,
      body: { code: 'idempotency.body-differs' },
    });
    expect(await post('/v1/events', body, 'two words')).toMatchObject({
      status: 400,
      body: { code: 'idempotency.key-malformed' },
    });

    const judged = await post('/v1/detect', body, 'a-1');
    expect(judged.status).toBe(200);
    const again = await post('/v1/detect', body, 'a-1');
    expect((again.body as DetectAnswer).results).toEqual((judged.body as DetectAnswer).results);
    expect(await streamOf('named')).toMatchObject({ events: 8 });
  });

  it('are told at the start what is wrong with an address or a certificate', async () => {
    const start = (telemetry: object) => startServerProcess({ folder, name: 'second', config: { telemetry } });
    await expect(start({ otlpGrpc: `127.0.0.1:${grpcPort}` })).rejects.toThrow(
      `127.0.0.1:${grpcPort} is in use by another process`,
    );
    const file = join(import.meta.dirname, '../fixtures/tls/loopback.crt');
    await expect(start({ otlpGrpc: '127.0.0.1:0', otlpTls: { certificateFile: file, keyFile: file } })).rejects.toThrow(
      'holds no private key in PEM',
    );
  });
});
