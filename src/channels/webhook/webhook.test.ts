import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  SIGNATURE_TOLERANCE_SECONDS,
  signWebhook,
  verifyWebhook,
} from '../../platform/resilience/webhook-signature.ts';
import type { OutgoingPage } from '../../respond/oncall/channel.ts';
import { createWebhookChannel } from './webhook-channel.ts';

const SECRET = 'a secret shared with the receiver';
const NOW = 1_772_359_200;

const received: { headers: IncomingMessage['headers']; body: string; url: string }[] = [];
let answer: (response: ServerResponse, request: IncomingMessage) => void;
const server = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => {
    body += chunk.toString();
  });
  request.on('end', () => {
    received.push({ headers: request.headers, body, url: request.url ?? '' });
    answer(response, request);
  });
});
let url = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/pages`;
});
beforeEach(() => {
  received.length = 0;
  answer = (response) => void response.writeHead(202).end();
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const page = (attempt = 1): OutgoingPage => ({
  id: 'pag_1',
  dedupKey: 'pag_1',
  attempt,
  recipient: 'on-call',
  message: {
    incidentId: 'inc_1',
    number: 'INC-1',
    title: 'Down',
    severity: 'P1',
    text: 'x',
    link: 'https://h/incidents/inc_1',
  },
  queuedAt: new Date('2026-03-01T10:00:00.000Z'),
});
const channelTo = (target: string) =>
  createWebhookChannel({ name: 'pager', url: target, secret: SECRET, nowSeconds: () => NOW });
const send = (attempt?: number, target = url) => channelTo(target).send(page(attempt), AbortSignal.timeout(5_000));

describe('a webhook', () => {
  it('is signed, says what is the matter, and keeps its dedup key over retries', async () => {
    expect(await send(1)).toEqual({ kind: 'sent' });
    expect(await send(2)).toEqual({ kind: 'sent' });
    const [first, second] = received;
    expect(verifyWebhook(SECRET, first!.body, String(first!.headers['holdfast-signature']), NOW)).toBe(true);
    expect(JSON.parse(first!.body)).toMatchObject({
      kind: 'page',
      dedupKey: 'pag_1',
      attempt: 1,
      number: 'INC-1',
      severity: 'P1',
    });
    expect([first, second].map((request) => request!.headers['idempotency-key'])).toEqual(['pag_1', 'pag_1']);
  });

  it.each([
    [200, { kind: 'sent' }],
    [204, { kind: 'sent' }],
    [400, { kind: 'refused', reason: 'HTTP 400' }],
    [404, { kind: 'refused', reason: 'HTTP 404' }],
    [408, { kind: 'uncertain', reason: 'HTTP 408' }],
    [500, { kind: 'uncertain', reason: 'HTTP 500' }],
    [429, { kind: 'try-later', reason: 'HTTP 429', afterMs: null }],
    [503, { kind: 'try-later', reason: 'HTTP 503', afterMs: null }],
  ])('answered with %i is %j', async (status, result) => {
    answer = (response) => void response.writeHead(status).end();
    expect(await send()).toEqual(result);
  });

  it.each([
    ['7', 7_000],
    ['999999', 600_000],
    [new Date(Date.now() + 30_500).toUTCString(), expect.closeTo(30_000, -4)],
    ['soon', null],
    [new Date(0).toUTCString(), null],
  ])('that is to be tried again after %s waits so long', async (retryAfter, afterMs) => {
    answer = (response) => void response.writeHead(503, { 'retry-after': retryAfter }).end();
    expect(await send()).toEqual({ kind: 'try-later', reason: 'HTTP 503', afterMs });
  });

  it('that is redirected has told nobody', async () => {
    answer = (response, request) =>
      void (request.url === '/pages'
        ? response.writeHead(301, { location: '/elsewhere' }).end()
        : response.writeHead(200).end());
    expect(await send()).toEqual({ kind: 'refused', reason: 'HTTP 301' });
    expect(received.map((request) => request.url)).toEqual(['/pages']);
  });

  it('whose answer is lost is uncertain; one that reached nobody is not', async () => {
    answer = (_response, request) => void request.socket.destroy();
    expect(await send()).toMatchObject({ kind: 'uncertain' });
    expect(await send(1, 'http://127.0.0.1:1/')).toMatchObject({ kind: 'try-later', afterMs: null });
  });

  it('is not tried for a while after too many that reached nobody', async () => {
    const channel = channelTo('http://127.0.0.1:1/');
    for (let n = 0; n < 5; n += 1) await channel.send(page(), AbortSignal.timeout(5_000));
    expect(await channel.send(page(), AbortSignal.timeout(5_000))).toMatchObject({
      kind: 'try-later',
      reason: 'circuit breaker open: webhook pager',
    });
  });
});

describe('a signature', () => {
  it('holds for this body, this secret and this time only', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }),
        fc.string(),
        fc.nat(2_000_000_000),
        fc.integer({ min: -900, max: 900 }),
        (secret, body, at, skew) => {
          const signature = signWebhook(secret, body, at);
          expect(verifyWebhook(secret, body, signature, at + skew)).toBe(Math.abs(skew) <= SIGNATURE_TOLERANCE_SECONDS);
          expect(verifyWebhook(`${secret}x`, body, signature, at)).toBe(false);
          expect(verifyWebhook(secret, `${body}x`, signature, at)).toBe(false);
          expect(verifyWebhook(secret, body, signature.replace(`t=${at}`, `t=${at + 1}`), at)).toBe(false);
        },
      ),
    );
  });

  it.each([
    '',
    't=1',
    'v1=00',
    't=1,v1=zz',
    `t=1,v1=${'0'.repeat(63)}`,
    `t=-1,v1=${'0'.repeat(64)}`,
    `t=1,v1=${'0'.repeat(64)},v1=x`,
  ])('written as "%s" is none', (signature) => {
    expect(verifyWebhook(SECRET, 'body', signature, 1)).toBe(false);
  });
});
