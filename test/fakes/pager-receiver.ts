import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { verifyWebhook } from '../../src/platform/resilience/webhook-signature.ts';

export type ReceivedPage = { dedupKey: string; incidentId: string; attempt: number; at: number };

/**
 * A paging service as teams have it: checks the signature, remembers dedup keys and tells a person once per key. May be
 * told to fail the way real ones do.
 */
export type PagerReceiver = {
  url: string;
  /** Every request that was well signed, in order. */
  requests: ReceivedPage[];
  /** What reached a person: the first request of each key. */
  told(): ReceivedPage[];
  badSignatures(): number;
  /** Requests of any kind and end. */
  asked(): number;
  /** How the next requests end: after taking the page in, the answer is lost, or the service says 503. */
  misbehave(kinds: ('lose-answer' | 'busy')[], options?: { forget: boolean }): void;
  close(): Promise<void>;
};

/** @param secret the key of the signature */
export async function startPagerReceiver(secret: string): Promise<PagerReceiver> {
  const requests: ReceivedPage[] = [];
  const toCome: ('lose-answer' | 'busy')[] = [];
  let bad = 0;
  let asked = 0;
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    asked += 1;
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const signature = String(request.headers['holdfast-signature'] ?? '');
      if (!verifyWebhook(secret, body, signature, Math.floor(Date.now() / 1_000))) {
        bad += 1;
        response.writeHead(401).end();
        return;
      }
      const page = JSON.parse(body) as ReceivedPage;
      const kind = toCome.shift();
      if (kind === 'busy') {
        response.writeHead(503, { 'retry-after': '1' }).end();
        return;
      }
      requests.push({ ...page, at: Date.now() });
      if (kind === 'lose-answer') request.socket.destroy();
      else response.writeHead(202).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/pages`,
    requests,
    told: () =>
      requests.filter((page, index) => requests.findIndex((other) => other.dedupKey === page.dedupKey) === index),
    badSignatures: () => bad,
    asked: () => asked,
    misbehave(kinds, options) {
      if (options?.forget) toCome.length = 0;
      toCome.push(...kinds);
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
