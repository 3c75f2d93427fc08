import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RecordingServer, startRecordingServer } from '../../../test/fakes/recording-http-server.ts';
import { programOnPath, requireServer } from '../../../test/harness/require-server.ts';
import type { HttpClientSettings, TlsSettings } from './http-client-settings.ts';
import { judgeAnswer, judgeFailure, parseRetryAfter } from './judge-delivery.ts';
import { createReceiverClient, deliver, readUrl } from './receiver-client.ts';

const TLS: TlsSettings = {
  ca: null,
  caFile: null,
  cert: null,
  certFile: null,
  key: null,
  keyFile: null,
  serverName: null,
  insecureSkipVerify: false,
  minVersion: null,
  maxVersion: null,
};
const PROXY = { url: null, noProxy: '', fromEnvironment: false, connectHeaders: {} };
const settings = (changes: Partial<HttpClientSettings> = {}): HttpClientSettings => ({
  basicAuth: null,
  authorization: null,
  oauth2: null,
  tls: TLS,
  proxy: PROXY,
  followRedirects: true,
  headers: {},
  ...changes,
});

let server: RecordingServer;
let other: RecordingServer;
let folder = '';
beforeAll(async () => {
  server = await startRecordingServer();
  other = await startRecordingServer();
  folder = mkdtempSync(join(tmpdir(), 'holdfast-receiver-'));
});
beforeEach(() => {
  for (const each of [server, other]) {
    each.requests.length = 0;
    each.answer = (response) => void response.end();
  }
});
afterAll(async () => {
  await server.close();
  await other.close();
  rmSync(folder, { recursive: true, force: true });
});

const post = (changes: Partial<HttpClientSettings> = {}, url = server.url) =>
  deliver(createReceiverClient(settings(changes)), {
    url: () => url,
    contentType: 'application/json',
    body: '{}',
    timeoutMs: 5_000,
    signal: AbortSignal.timeout(10_000),
  });

describe('credentials', () => {
  it('are sent as the settings say, files read anew each time', async () => {
    const file = join(folder, 'secret');
    writeFileSync(file, ' first \n');
    const client = createReceiverClient(
      settings({
        authorization: { type: 'Token', credentials: { value: null, file } },
        headers: { 'X-Own': { values: ['a'], secrets: ['b'], files: [file] } },
      }),
    );
    const request = {
      url: () => server.url,
      contentType: 'text/plain',
      body: 'x',
      timeoutMs: 0,
      signal: AbortSignal.timeout(5_000),
    };
    await deliver(client, request);
    writeFileSync(file, 'second');
    await deliver(client, request);
    expect(
      server.requests.map(({ headers }) => [headers.authorization, headers['x-own'], headers['content-type']]),
    ).toEqual([
      ['Token first', 'a, b, first', 'text/plain'],
      ['Token second', 'a, b, second', 'text/plain'],
    ]);
    await post({ basicAuth: { username: { value: 'u', file: null }, password: { value: null, file } } });
    expect(server.requests[2]?.headers.authorization).toBe(`Basic ${Buffer.from('u:second').toString('base64')}`);
  });

  it('whose file is gone fail before anything is sent, and say which file', async () => {
    const missing = join(folder, 'missing');
    const result = await post({ authorization: { type: 'Bearer', credentials: { value: null, file: missing } } });
    expect(result).toEqual({ kind: 'uncertain', reason: `cannot read ${missing}: ENOENT` });
    expect(server.requests).toEqual([]);
  });

  it('of OAuth2 are fetched once, in the header or else in the body', async () => {
    other.answer = (response, { headers }) =>
      void (headers.authorization
        ? response.writeHead(401).end()
        : response.end('{"access_token":"tok","expires_in":3600,"token_type":"Bearer"}'));
    const client = createReceiverClient(
      settings({
        oauth2: {
          clientId: 'id',
          clientSecret: { value: 'hunter', file: null },
          tokenUrl: `${other.url}/token`,
          scopes: ['a', 'b'],
          endpointParams: { audience: 'x' },
          tls: TLS,
          proxy: PROXY,
        },
      }),
    );
    const request = {
      url: () => server.url,
      contentType: 'text/plain',
      body: 'x',
      timeoutMs: 0,
      signal: AbortSignal.timeout(5_000),
    };
    expect(await deliver(client, request)).toEqual({ kind: 'sent' });
    expect(await deliver(client, request)).toEqual({ kind: 'sent' });
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer tok', 'Bearer tok']);
    expect(other.requests.map(({ body }) => body)).toEqual([
      'grant_type=client_credentials&audience=x&scope=a+b',
      'grant_type=client_credentials&audience=x&scope=a+b&client_id=id&client_secret=hunter',
    ]);
    other.answer = (response) => void response.writeHead(500).end('hunter');
    const failing = await post({
      oauth2: {
        clientId: 'id',
        clientSecret: { value: 'hunter', file: null },
        tokenUrl: other.url,
        scopes: [],
        endpointParams: {},
        tls: TLS,
        proxy: PROXY,
      },
    });
    expect(failing).toEqual({ kind: 'uncertain', reason: 'the token server answered HTTP 500 without a token' });
  });
});

describe('a redirect', () => {
  it('that keeps the POST is followed, without the credentials to another host', async () => {
    server.answer = (response) => void response.writeHead(308, { location: `${other.url}/there` }).end();
    expect(await post({ authorization: { type: 'Bearer', credentials: { value: 'hunter', file: null } } })).toEqual({
      kind: 'sent',
    });
    expect(other.requests[0]).toMatchObject({ method: 'POST', url: '/there', body: '{}' });
    expect(other.requests[0]?.headers.authorization).toBeUndefined();
  });

  it.each<[number, boolean]>([
    [302, true],
    [307, false],
  ])('%i, with redirects allowed: %s, has told nobody', async (status, followRedirects) => {
    server.answer = (response) => void response.writeHead(status, { location: '/elsewhere' }).end();
    expect(await post({ followRedirects })).toEqual({ kind: 'refused', reason: `HTTP ${status}` });
    expect(server.requests).toHaveLength(1);
  });

  it('in a circle ends', async () => {
    server.answer = (response) => void response.writeHead(307, { location: '/' }).end();
    expect(await post()).toEqual({ kind: 'refused', reason: 'HTTP 307' });
    expect(server.requests.length).toBeLessThan(20);
  });
});

describe('a proxy', () => {
  let proxy: Server;
  const asked: string[] = [];
  let url = '';
  beforeAll(async () => {
    proxy = createServer((request, response) => {
      asked.push(`${request.method} ${request.url} ${request.headers['proxy-authorization'] ?? ''}`);
      response.end();
    });
    proxy.on('connect', (request, socket) => {
      asked.push(`CONNECT ${request.url}`);
      const [host = '', port = ''] = (request.url ?? '').split(':');
      const through = connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        through.pipe(socket).pipe(through);
      });
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    url = `http://u:hunter@127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    proxy.closeAllConnections();
    proxy.close();
  });

  it('is asked, unless the host is an exception', async () => {
    expect(await post({ proxy: { ...PROXY, url } }, 'http://receiver.invalid/x')).toEqual({ kind: 'sent' });
    expect(asked).toEqual([`POST http://receiver.invalid/x Basic ${Buffer.from('u:hunter').toString('base64')}`]);
    for (const noProxy of ['*', '127.0.0.1', 'x, 127.0.0.1:80, .0.0.1'])
      expect(await post({ proxy: { ...PROXY, url, noProxy } })).toEqual({ kind: 'sent' });
    expect(asked).toHaveLength(1);
  });
});

const openssl = await requireServer('openssl', programOnPath('openssl'));

describe('TLS', () => {
  beforeEach(openssl.skipUnlessThere);

  it('is checked against the given authority and name', async () => {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-keyout',
        key,
        '-out',
        cert,
        '-days',
        '2',
        '-subj',
        '/CN=receiver',
        '-addext',
        'subjectAltName=DNS:receiver',
      ],
      { stdio: 'ignore' },
    );
    const secure = await startRecordingServer({ key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') });
    try {
      expect(await post({}, secure.url)).toEqual({
        kind: 'try-later',
        reason: 'self-signed certificate',
        afterMs: null,
      });
      expect(await post({ tls: { ...TLS, caFile: cert } }, secure.url)).toEqual({
        kind: 'try-later',
        reason: 'certificate is for another host',
        afterMs: null,
      });
      expect(
        await post({ tls: { ...TLS, caFile: cert, serverName: 'receiver', minVersion: 'TLSv1.3' } }, secure.url),
      ).toEqual({ kind: 'sent' });
      expect(await post({ tls: { ...TLS, insecureSkipVerify: true } }, secure.url)).toEqual({ kind: 'sent' });
      expect(secure.requests).toHaveLength(2);
    } finally {
      await secure.close();
    }
  });
});

describe('what went wrong', () => {
  it('never names an address', async () => {
    for (const url of [
      'http://hunter.invalid/hunter',
      'hunter',
      'ftp://hunter',
      'http://169.254.169.254/hunter',
      'http://127.0.0.1:1/hunter',
    ]) {
      const result = await post({}, url);
      expect(result.kind).not.toBe('sent');
      expect(JSON.stringify(result)).not.toMatch(/hunter|127\.0|169\.254/);
    }
    await expect(readUrl(null, null)).rejects.toThrow('the receiver has no address');
  });

  it.each<[unknown, object]>([
    [
      Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
      { kind: 'try-later', reason: 'connection refused', afterMs: null },
    ],
    [
      Object.assign(new Error('x'), { cause: { code: 'ENOTFOUND' } }),
      { kind: 'try-later', reason: 'host not found', afterMs: null },
    ],
    [Object.assign(new Error('x'), { code: 'ECONNRESET' }), { kind: 'uncertain', reason: 'connection lost' }],
    [new DOMException('x', 'TimeoutError'), { kind: 'uncertain', reason: 'no answer in time' }],
    ['text', { kind: 'uncertain', reason: 'the connection failed' }],
  ])('%s is %j', (thrown, result) => {
    expect(judgeFailure(thrown)).toEqual(result);
  });

  it('is final below 500, unless the receiver or its kind says otherwise', () => {
    const judge = (status: number, headers = {}, retryStatuses: number[] = []) =>
      judgeAnswer({ status, headers }, { retryStatuses }).kind;
    expect([200, 204, 299].map((status) => judge(status))).toEqual(['sent', 'sent', 'sent']);
    expect([301, 400, 403, 404, 413].map((status) => judge(status))).toEqual(Array(5).fill('refused'));
    expect(judge(403, {}, [403])).toBe('try-later');
    expect([408, 500, 502].map((status) => judge(status))).toEqual(Array(3).fill('uncertain'));
    expect([429, 503].map((status) => judge(status))).toEqual(['try-later', 'try-later']);
  });

  it.each([
    ['7', 7_000],
    ['999999', 600_000],
    ['Sun, 01 Mar 2026 10:00:30 GMT', 30_000],
    ['Sun, 01 Mar 2026 09:00:00 GMT', null],
    ['soon', null],
    [undefined, null],
  ])('with Retry-After %s is tried again after %s ms', (value, afterMs) => {
    expect(parseRetryAfter(value, Date.parse('2026-03-01T10:00:00Z'))).toBe(afterMs);
  });
});
