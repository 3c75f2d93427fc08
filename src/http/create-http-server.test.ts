import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { HoldfastError } from '../platform/errors/holdfast-error.ts';
import { createHttpServer } from './create-http-server.ts';
import { startTestServer, type TestServer } from './testing/start-test-server.ts';

let server: TestServer;
let admin: { authorization: string };
beforeAll(async () => {
  server = await startTestServer({
    routes: (app) => {
      app.get('/api/v1/broken', { config: { access: 'viewer', summary: 'Throws' } }, async () => {
        throw new Error('password=hunter2 at /srv/secret.ts');
      });
      app.get('/api/v1/away', { config: { access: 'viewer', summary: 'Is away' } }, async () => {
        throw new HoldfastError({ code: 'database.unavailable', kind: 'unavailable', message: 'gone', hint: 'wait' });
      });
      app.post(
        '/api/v1/echo/:id',
        {
          config: { access: 'operator', summary: 'Echoes' },
          schema: {
            params: z.object({ id: z.string() }),
            body: z.strictObject({ name: z.string().min(2), count: z.int().default(1) }),
            response: { 200: z.object({ id: z.string(), name: z.string() }) },
          },
        },
        async (request) => ({ id: request.params.id, name: request.body.name, hidden: 'never sent' }),
      );
    },
  });
  admin = (await server.keyFor('admin')).headers;
});
afterAll(() => server.close());

const problemOf = (response: { statusCode: number; headers: Record<string, unknown>; json(): unknown }) => {
  expect(response.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  const problem = response.json() as Record<string, unknown>;
  expect(problem['status']).toBe(response.statusCode);
  expect(problem['requestId']).toBe(response.headers['x-request-id']);
  return problem;
};

describe('problems', () => {
  it('lists each value that does not fit, with its path', async () => {
    const response = await server.app.inject({
      method: 'POST',
      url: '/api/v1/echo/1',
      headers: admin,
      payload: { name: 'x', more: 1 },
    });
    expect(problemOf(response)).toMatchObject({
      status: 400,
      code: 'request.invalid',
      errors: [{ path: 'body.name' }, { path: 'body', message: expect.stringContaining('more') }],
    });
  });

  it.each([
    ['malformed JSON', { payload: '{', headers: { 'content-type': 'application/json' } }, 400, 'http.malformed-json'],
    [
      'an empty JSON body',
      { payload: '', headers: { 'content-type': 'application/json' } },
      400,
      'http.malformed-json',
    ],
    ['another media type', { payload: 'a', headers: { 'content-type': 'text/csv' } }, 415, 'http.media-type'],
    ['a body over 1 MiB', { payload: { name: 'x'.repeat(1_048_577) } }, 413, 'http.body-too-large'],
    [
      'a poisoned prototype',
      { payload: '{"__proto__":{"a":1}}', headers: { 'content-type': 'application/json' } },
      400,
      'http.malformed-json',
    ],
  ])('answers %s in words', async (_name, request, status, code) => {
    const headers = { ...admin, ...('headers' in request ? request.headers : {}) };
    const response = await server.app.inject({
      method: 'POST',
      url: '/api/v1/echo/1',
      payload: request.payload,
      headers,
    });
    expect(problemOf(response)).toMatchObject({ status, code });
  });

  it('tells nothing of a mistake of ours but the request id', async () => {
    const response = await server.app.inject({ url: '/api/v1/broken', headers: admin });
    expect(problemOf(response)).toMatchObject({ status: 500, code: 'internal' });
    expect(response.body).not.toContain('hunter2');
  });

  it('says when to come back while a dependency is away', async () => {
    const response = await server.app.inject({ url: '/api/v1/away', headers: admin });
    expect(problemOf(response)).toMatchObject({ status: 503, code: 'database.unavailable', hint: 'wait' });
    expect(response.headers['retry-after']).toBe('1');
  });

  it('says which methods a path takes', async () => {
    const response = await server.app.inject({ method: 'DELETE', url: '/api/v1/echo/1', headers: admin });
    expect(problemOf(response)).toMatchObject({ status: 405 });
    expect(response.headers['allow']).toBe('POST');
  });

  it('says that an unknown path is unknown', async () => {
    expect(problemOf(await server.app.inject({ url: '/api/v1/nothing' }))).toMatchObject({
      status: 404,
      code: 'http.unknown-route',
    });
  });

  it('answers a malformed address', async () => {
    expect(problemOf(await server.app.inject({ url: '/api/v1/echo/%zz', headers: admin }))).toMatchObject({
      code: 'http.malformed-url',
    });
  });

  it('answers bytes that are not HTTP', async () => {
    const url = new URL(await server.listen());
    const text = await new Promise<string>((resolve) => {
      let got = '';
      const socket = connect(Number(url.port), url.hostname, () => socket.write('\u0001\u0002 nonsense\r\n\r\n'));
      socket.on('data', (data) => {
        got += data.toString();
      });
      socket.on('close', () => resolve(got));
    });
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(text).toContain('application/problem+json');
  });

  it('answers only with what the schema of the answer holds', async () => {
    const response = await server.app.inject({
      method: 'POST',
      url: '/api/v1/echo/7',
      headers: admin,
      payload: { name: 'ada' },
    });
    expect(response.json()).toEqual({ id: '7', name: 'ada' });
  });
});

describe('denied by default', () => {
  const refuse = (register: Parameters<typeof createHttpServer>[1]) => createHttpServer(server.deps, register);
  it('a route that does not say who may call it is refused when registered', async () => {
    await expect(refuse((app) => void app.get('/api/v1/open', async () => 'x'))).rejects.toThrow(
      'does not declare config.access',
    );
  });
  it('a public route that is not in the list of public routes is refused when registered', async () => {
    const route = { config: { access: 'public' as const, summary: 'Open' } };
    await expect(refuse((app) => void app.get('/api/v1/open', route, async () => 'x'))).rejects.toThrow(
      'public-routes.ts',
    );
  });
  it('--no-auth is refused on an address that others reach', async () => {
    const deps = { ...server.deps, config: { ...server.deps.config, listenHost: '0.0.0.0', noAuth: true } };
    await expect(createHttpServer(deps)).rejects.toThrow('--no-auth');
  });
});

describe('browser safety', () => {
  it('sends a strict policy without upgrading plain http', async () => {
    const { headers } = await server.app.inject({ url: '/docs' });
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toContain('upgrade-insecure-requests');
    expect(headers['strict-transport-security']).toBeUndefined();
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  it.each(['evil.example', 'evil.example:80', '127.0.0.1.evil.example', 'localhost@evil.example', '10.0.0.1'])(
    'refuses to be called %s on loopback',
    async (host) => {
      const response = await server.app.inject({ url: '/health', headers: { host } });
      expect(problemOf(response)).toMatchObject({ status: 421, code: 'http.misdirected' });
    },
  );

  it.each(['http://evil.example', 'null', 'http://localhost:1', 'https://127.0.0.1.evil.example', 'file://'])(
    'refuses a change from a page of %s, whatever key it carries',
    async (origin) => {
      const headers = { ...admin, origin, host: 'localhost:8080' };
      const response = await server.app.inject({
        method: 'POST',
        url: '/api/v1/echo/1',
        headers,
        payload: { name: 'ada' },
      });
      expect(problemOf(response)).toMatchObject({ status: 403, code: 'origin.denied' });
    },
  );

  it('takes a change from its own page, also through a tunnel with another port', async () => {
    const headers = { ...admin, origin: 'http://localhost:9999', host: 'localhost:9999' };
    const response = await server.app.inject({
      method: 'POST',
      url: '/api/v1/echo/1',
      headers,
      payload: { name: 'ada' },
    });
    expect(response.statusCode).toBe(200);
  });
});

describe('health and metrics', () => {
  it('passes when everything answers', async () => {
    const response = await server.app.inject({ url: '/health' });
    expect(response.statusCode).toBe(200);
    expect(response.json()).toMatchObject({
      status: 'passing',
      version: '0.0.0-test',
      checks: [{ name: 'database' }, { name: 'config' }],
    });
    for (const url of ['/health/live', '/health/ready', '/healthz', '/healthz/db', '/healthz/config']) {
      expect((await server.app.inject({ url })).statusCode, url).toBe(200);
    }
  });

  it('names the failing check and not its secrets', async () => {
    const failing = async () => {
      throw new Error('postgres://user:secret@host');
    };
    const other = await startTestServer({ deps: { checks: [{ name: 'config', check: failing }] } });
    const response = await other.app.inject({ url: '/health/ready' });
    const health = await other.app.inject({ url: '/health' });
    const database = await other.app.inject({ url: '/healthz/db' });
    await other.close();
    expect(response.statusCode).toBe(503);
    expect(health.json()).toMatchObject({
      status: 'failing',
      checks: [{ status: 'passing' }, { name: 'config', status: 'failing', code: 'config.failed' }],
    });
    expect(health.body).not.toContain('secret');
    expect(database.statusCode).toBe(200);
  });

  it('counts requests by route, not by address', async () => {
    await server.app.inject({ url: '/api/v1/no-such-thing-1' });
    const { body } = await server.app.inject({ url: '/metrics' });
    expect(body).toMatch(
      /^http_requests_total\{method="GET",endpoint="unmatched",status="404",version="0.0.0-test"\} \d+$/m,
    );
    expect(body).toMatch(/^holdfast_http_request_duration_seconds_bucket/m);
    expect(body).toMatch(/^process_open_fds \d+$/m);
    expect(body).toMatch(/^holdfast_db_connections_total\{connection_state="idle"\} \d+$/m);
    expect(body).not.toContain('no-such-thing');
  });

  it('asks for a viewer key where others reach the server', async () => {
    const other = await startTestServer({ config: { listenHost: '0.0.0.0' } });
    const viewer = await other.keyFor('viewer');
    const without = await other.app.inject({ url: '/metrics' });
    const withKey = await other.app.inject({ url: '/metrics', headers: viewer.headers });
    const byService = await other.app.inject({ url: '/health', headers: { host: 'holdfast.prod.example' } });
    const byName = await other.app.inject({ url: '/openapi.json', headers: { host: 'holdfast.prod.example' } });
    await other.close();
    expect([without.statusCode, withKey.statusCode, byService.statusCode, byName.statusCode]).toEqual([
      401, 200, 200, 421,
    ]);
  });
});

describe('limits', () => {
  it('refuses what exceeds a client’s rate and says when to come back, but never health', async () => {
    const slow = { perSecond: 0.5, burst: 2 };
    const other = await startTestServer({ config: { rateLimits: () => ({ global: slow, client: slow }) } });
    const codes: number[] = [];
    for (let i = 0; i < 3; i += 1) codes.push((await other.app.inject({ url: '/openapi.json' })).statusCode);
    const limited = await other.app.inject({ url: '/openapi.json' });
    const health = await other.app.inject({ url: '/health/live' });
    await other.close();
    expect(codes).toEqual([200, 200, 429]);
    expect(problemOf(limited)).toMatchObject({ code: 'rate.limited' });
    expect(Number(limited.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect(health.statusCode).toBe(200);
  });
});

describe('the web UI', () => {
  it('says plainly when it is not there', async () => {
    const response = await server.app.inject({ url: '/incidents/inc_1' });
    expect(response.statusCode).toBe(404);
    expect(response.body).toContain('The web UI is not installed');
  });
});
