import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { stepExecution } from '../../../test/harness/step-execution.ts';
import type { StepExecution } from '../../act/runs/index.ts';
import type { StepAction } from '../../contract/runbook.ts';
import { httpExecutor } from './http-executor.ts';

type HttpAction = Extract<StepAction, { kind: 'http' }>;
type Asked = { method: string; url: string; headers: IncomingMessage['headers']; body: string };

const asked: Asked[] = [];
let answer: (request: IncomingMessage, response: ServerResponse) => void;
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    asked.push({
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
    });
    answer(request, response);
  });
});
let base = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  asked.length = 0;
  answer = (_request, response) => void response.end('ok');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function send(action: Partial<HttpAction>, rest: Partial<Omit<StepExecution, 'action'>> = {}) {
  const { execution, output } = stepExecution(
    { kind: 'http' as const, method: 'GET', url: base, headers: {}, body: null, expectStatus: [], ...action },
    rest as never,
  );
  const result = await httpExecutor.execute(execution);
  return { ...result, output: output() };
}

describe('a request', () => {
  it('succeeds by its status, and shows the answer', async () => {
    expect(await send({})).toMatchObject({ outcome: 'succeeded', reason: 'HTTP 200', output: 'HTTP 200\nok\n' });
    answer = (_request, response) => void response.writeHead(418).end();
    expect(await send({})).toMatchObject({ outcome: 'failed', reason: 'HTTP 418' });
    expect(await send({ expectStatus: [418] })).toMatchObject({ outcome: 'succeeded' });
  });

  it('carries inputs as one value each wherever they stand', async () => {
    const value = fc.string({ unit: 'binary', maxLength: 20 }).map((text) => text.toWellFormed());
    await fc.assert(
      fc.asyncProperty(fc.array(value, { minLength: 15, maxLength: 15 }), async (values) => {
        asked.length = 0;
        const inputs = Object.fromEntries(values.map((each, index) => [`v${index}`, each]));
        const names = Object.keys(inputs);
        await send(
          {
            method: 'POST',
            url: `${base}/${names.map((name) => `a{{${name}}}`).join('/')}?${names.map((name) => `${name}={{${name}}}`).join('&')}`,
            headers: { 'Content-Type': 'application/json', 'x-value': '{{plain}}' },
            body: `{${names.map((name) => `"${name}": "{{${name}}}"`).join(', ')}, "role": "viewer"}`,
          },
          { inputs: { ...inputs, plain: 'a\r\nx-evil: 1' } },
        );
        const [request] = asked;
        const url = new URL(request?.url ?? '', base);
        expect(url.pathname.split('/').slice(1).map(decodeURIComponent)).toEqual(values.map((each) => `a${each}`));
        expect([...url.searchParams.values()]).toEqual(values);
        expect(JSON.parse(request?.body ?? '')).toEqual({ ...inputs, role: 'viewer' });
        expect(request?.headers['x-value']).toBe('a x-evil: 1');
        expect(request?.headers['x-evil']).toBeUndefined();
      }),
      { numRuns: 4 },
    );
  });

  it('carries an input in a form as one field', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    await send({ method: 'POST', headers, body: 'name={{v}}&role=viewer' }, { inputs: { v: 'a&role=admin' } });
    expect(new URLSearchParams(asked[0]?.body).getAll('role')).toEqual(['viewer']);
  });

  it('with a mark that has no value is not sent', async () => {
    expect(await send({ url: `${base}/{{nowhere}}` })).toMatchObject({
      outcome: 'failed',
      reason: 'input nowhere has no value',
    });
    expect(asked).toEqual([]);
  });

  it('may begin with an input that is its address', async () => {
    expect(await send({ url: '{{base}}/x' }, { inputs: { base } })).toMatchObject({ outcome: 'succeeded' });
    expect(asked[0]?.url).toBe('/x');
  });

  it('leaves its credentials behind when it is led to another origin', async () => {
    const other = base.replace('127.0.0.1', 'localhost');
    answer = (request, response) =>
      void (request.url === '/'
        ? response.writeHead(302, { location: `${other}/there` }).end()
        : response.end('there'));
    expect(await send({ headers: { Authorization: 'Bearer x' } })).toMatchObject({ outcome: 'succeeded' });
    expect(asked.map((request) => [request.url, request.headers.authorization])).toEqual([
      ['/', 'Bearer x'],
      ['/there', undefined],
    ]);
  });

  it('is not led in circles', async () => {
    answer = (_request, response) => void response.writeHead(302, { location: '/' }).end();
    await send({});
    expect(asked).toHaveLength(6);
  });
});

describe('a request without an answer', () => {
  it.each([
    ['GET', false],
    ['HEAD', false],
    ['POST', true],
    ['DELETE', true],
  ])('by %s is uncertain: %s', async (method, uncertain) => {
    answer = (request) => void request.socket.destroy();
    expect(await send({ method })).toMatchObject({ outcome: 'failed', uncertain });
  });

  it('in time is uncertain too', async () => {
    answer = () => {};
    expect(await send({ method: 'POST' }, { timeoutMs: 50 })).toMatchObject({ outcome: 'timed-out', uncertain: true });
  });

  it.each([
    ['nobody listens there', 'http://127.0.0.1:1/'],
    ['the name does not exist', 'http://nowhere.invalid/'],
    ['it is refused here', 'http://169.254.169.254/latest'],
    ['it is no address', 'ftp://example.org/'],
  ])('because %s has certainly done nothing', async (_why, url) => {
    expect(await send({ method: 'POST', url })).toMatchObject({ outcome: 'failed', uncertain: false });
  });

  it('that was cancelled says so', async () => {
    answer = () => {};
    const stop = new AbortController();
    const result = send({ method: 'POST' }, { signal: stop.signal });
    await expect.poll(() => asked.length).toBe(1);
    stop.abort('cancel');
    expect(await result).toMatchObject({ outcome: 'cancelled' });
  });

  it('to a metadata address is refused, also by a redirect', async () => {
    answer = (_request, response) => void response.writeHead(302, { location: 'http://169.254.169.254/x' }).end();
    expect(await send({})).toMatchObject({
      outcome: 'failed',
      reason: '169.254.169.254 is 169.254.169.254, a link-local or metadata address',
    });
  });
});
