import { createServer } from 'node:http';

/** What a fleet tells Prometheus about itself, as the test says: counters that grow with every scrape, and gauges. */
export type TrafficExporter = {
  /** host:port, as a scrape target. */
  address: string;
  /**
   * From now on: requests of a track with such a share of errors and such a response time; null ends its traffic, and
   * its series are gone.
   */
  serve(track: string, traffic: { errorShare?: number; seconds?: number } | null): void;
  /** From now on; null takes the gauge away. `series` is its name with labels. */
  gauge(series: string, value: number | null): void;
  /** From now on a counter grows by so much with every scrape. */
  grow(series: string, perScrape: number): void;
  close(): Promise<void>;
};

const REQUESTS_PER_SCRAPE = 100;
const BUCKETS_S = [0.1, 0.5, 1, 2, 5];

type Track = { errorShare: number; seconds: number; good: number; bad: number; within: Map<number, number> };

export async function startTrafficExporter(): Promise<TrafficExporter> {
  const tracks = new Map<string, Track>();
  const gauges = new Map<string, number>();
  const counters = new Map<string, { value: number; perScrape: number }>();
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    const lines = [...tracks].flatMap(([name, track]) => scrape(name, track));
    for (const [series, value] of gauges) lines.push(`${series} ${value}`);
    for (const [series, counter] of counters) {
      counter.value += counter.perScrape;
      lines.push(`${series} ${counter.value}`);
    }
    response.end(`${lines.join('\n')}\n`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    address: `127.0.0.1:${port}`,
    serve(name, traffic) {
      if (traffic === null) return void tracks.delete(name);
      const track = tracks.get(name) ?? { errorShare: 0, seconds: 0.05, good: 0, bad: 0, within: new Map() };
      tracks.set(name, Object.assign(track, traffic));
    },
    gauge: (series, value) => void (value === null ? gauges.delete(series) : gauges.set(series, value)),
    grow: (series, perScrape) => void counters.set(series, { value: counters.get(series)?.value ?? 0, perScrape }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** One scrape later, in the text format; a status nobody got has no series, as with a real client library. */
function scrape(name: string, track: Track): string[] {
  track.bad += REQUESTS_PER_SCRAPE * track.errorShare;
  track.good += REQUESTS_PER_SCRAPE * (1 - track.errorShare);
  for (const bound of BUCKETS_S)
    if (track.seconds <= bound) track.within.set(bound, (track.within.get(bound) ?? 0) + REQUESTS_PER_SCRAPE);
  const labels = `endpoint="/orders",track="${name}"`;
  const histogram = 'http_request_duration_seconds';
  return [
    `http_requests_total{${labels},status="200"} ${track.good}`,
    ...(track.bad > 0 ? [`http_requests_total{${labels},status="500"} ${track.bad}`] : []),
    ...BUCKETS_S.map((bound) => `${histogram}_bucket{${labels},le="${bound}"} ${track.within.get(bound) ?? 0}`),
    `${histogram}_bucket{${labels},le="+Inf"} ${track.good + track.bad}`,
    `${histogram}_count{${labels}} ${track.good + track.bad}`,
  ];
}
