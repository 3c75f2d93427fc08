import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A service that can be broken and is repaired by a request, and counts how often it was asked to repair itself. */
export type BreakableService = {
  address: string;
  break(): void;
  /** Well again, as if by itself; forgets who repaired it. */
  repair(): void;
  isHealthy(): boolean;
  /** The run-step tokens of repair requests, in order. */
  repairs: string[];
  close(): Promise<void>;
};

/** GET /health, POST /repair?by=TOKEN. */
export async function startBreakableService(): Promise<BreakableService> {
  let healthy = true;
  const repairs: string[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (request.method === 'POST' && url.pathname === '/repair') {
      repairs.push(url.searchParams.get('by') ?? '');
      healthy = true;
      response.writeHead(200).end('repaired\n');
      return;
    }
    response.writeHead(healthy ? 200 : 503).end(healthy ? 'ok\n' : 'broken\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    break: () => {
      healthy = false;
    },
    repair: () => {
      healthy = true;
      repairs.length = 0;
    },
    isHealthy: () => healthy,
    repairs,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
