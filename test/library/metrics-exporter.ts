import { createServer } from 'node:http';

/** A service as Prometheus sees it: counts requests, as many a second and with such a share of errors as the test says. */
export type MetricsExporter = {
  /** host:port, as a scrape target. */
  address: string;
  /** From now on. */
  set(traffic: { errorShare?: number; seconds?: number }): void;
  close(): Promise<void>;
};

const REQUESTS_PER_SCRAPE = 100;
const BUCKETS_S = [0.1, 0.5, 1, 2, 5];

export async function startMetricsExporter(): Promise<MetricsExporter> {
  const traffic = { errorShare: 0, seconds: 0.05 };
  const requests = { good: 0, bad: 0 };
  const buckets = new Map<number, number>(BUCKETS_S.map((bound) => [bound, 0]));
  let sumSeconds = 0;
  const server = createServer((_, response) => {
    const bad = REQUESTS_PER_SCRAPE * traffic.errorShare;
    requests.bad += bad;
    requests.good += REQUESTS_PER_SCRAPE - bad;
    sumSeconds += REQUESTS_PER_SCRAPE * traffic.seconds;
    for (const bound of BUCKETS_S)
      if (traffic.seconds <= bound) buckets.set(bound, buckets.get(bound)! + REQUESTS_PER_SCRAPE);
    const all = requests.good + requests.bad;
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    response.end(
      [
        '# TYPE http_requests_total counter',
        `http_requests_total{endpoint="/orders",status="200"} ${requests.good}`,
        `http_requests_total{endpoint="/orders",status="500"} ${requests.bad}`,
        '# TYPE http_request_duration_seconds histogram',
        ...BUCKETS_S.map(
          (bound) => `http_request_duration_seconds_bucket{endpoint="/orders",le="${bound}"} ${buckets.get(bound)}`,
        ),
        `http_request_duration_seconds_bucket{endpoint="/orders",le="+Inf"} ${all}`,
        `http_request_duration_seconds_sum{endpoint="/orders"} ${sumSeconds}`,
        `http_request_duration_seconds_count{endpoint="/orders"} ${all}`,
        '',
      ].join('\n'),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    address: `127.0.0.1:${port}`,
    set: (wanted) => void Object.assign(traffic, wanted),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
