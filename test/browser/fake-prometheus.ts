import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Looks that say no before the rest says yes: a gate must show both. */
const BROKEN_LOOKS = 2;

/** A server that answers PromQL as Prometheus does: twice that it does not hold, from then on that it does. */
export async function startPrometheus(): Promise<{ address: string; stop(): Promise<void> }> {
  let looks = 0;
  const server = createServer((request, response) => {
    request.resume();
    if (request.method !== 'POST' || request.url !== '/api/v1/query') {
      response.writeHead(404).end();
      return;
    }
    looks += 1;
    const result = looks <= BROKEN_LOOKS ? [] : [{ metric: { job: 'shop' }, value: [Date.now() / 1_000, '0.2'] }];
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
