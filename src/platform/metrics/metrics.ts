import type pg from 'pg';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** A broken connection is worth an alert this long, so that the alert ends by itself. */
const FAILED_FOR_MS = 300_000;

/** Seconds; from a cache hit to a request that should have been a job. */
const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** `seconds` is null for streams, whose length says nothing about how fast the server is. */
export type RequestFigures = { method: string; endpoint: string; status: number; seconds: number | null };

export type Metrics = {
  /** Where other parts register their own; names begin with `holdfast_`. */
  registry: Registry;
  observeRequest(figures: RequestFigures): void;
};

/**
 * The process's own registry, with the connections of its database pool by state. Request figures are exported twice, plain and with `holdfast_`: the plain names are what
 * existing dashboards and rules ask for.
 */
export function createMetrics(options: {
  version: string;
  pool: Pick<pg.Pool, 'totalCount' | 'idleCount' | 'waitingCount' | 'on'>;
}): Metrics {
  const { pool } = options;
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const labelNames = ['method', 'endpoint', 'status', 'version'] as const;
  const twins = ['', 'holdfast_'].map((prefix) => ({
    requests: new Counter({
      name: `${prefix}http_requests_total`,
      help: 'HTTP requests answered',
      labelNames,
      registers,
    }),
    durations: new Histogram({
      name: `${prefix}http_request_duration_seconds`,
      help: 'Time from the request to the end of its answer',
      labelNames,
      buckets: DURATION_BUCKETS,
      registers,
    }),
  }));
  new Gauge({
    name: 'holdfast_build_info',
    help: 'Always 1; the running version is a label',
    labelNames: ['version'],
    registers,
  }).set({ version: options.version }, 1);
  new Gauge({
    name: 'holdfast_goroutines',
    help: 'Active handles and requests of the event loop (the name is kept for existing dashboards)',
    registers,
    collect() {
      this.set(process.getActiveResourcesInfo().length);
    },
  });
  new Gauge({
    name: 'holdfast_memory_allocated_bytes',
    help: 'Resident memory of the process',
    registers,
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  new Gauge({
    name: 'holdfast_memory_heap_bytes',
    help: 'JavaScript heap in use',
    registers,
    collect() {
      this.set(process.memoryUsage().heapUsed);
    },
  });
  const broken: number[] = [];
  pool.on('error', () => broken.push(performance.now()));
  new Gauge({
    name: 'holdfast_db_connections_total',
    help: 'Connections of the database pool now, by state; waiting are requests for one, max those of a pool that has none left, failed those that broke in the last 5 minutes',
    labelNames: ['connection_state'],
    registers,
    collect() {
      this.set({ connection_state: 'active' }, pool.totalCount - pool.idleCount);
      this.set({ connection_state: 'idle' }, pool.idleCount);
      this.set({ connection_state: 'waiting' }, pool.waitingCount);
      this.set({ connection_state: 'max' }, pool.waitingCount > 0 ? pool.totalCount : 0);
      while (broken[0] !== undefined && performance.now() - broken[0] > FAILED_FOR_MS) broken.shift();
      this.set({ connection_state: 'failed' }, broken.length);
    },
  });
  return {
    registry,
    observeRequest({ method, endpoint, status, seconds }) {
      const labels = { method, endpoint, status, version: options.version };
      for (const twin of twins) {
        twin.requests.inc(labels);
        if (seconds !== null) twin.durations.observe(labels, seconds);
      }
    },
  };
}
