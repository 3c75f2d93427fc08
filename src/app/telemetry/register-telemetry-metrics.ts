import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { listPartitions } from '../../detect/anomaly/partitions/index.ts';
import { countExports, type JudgedFigures } from '../../detect/anomaly/streams/index.ts';
import type { Database } from '../../platform/db/database.ts';
import type { TelemetryFigures } from './take-telemetry.ts';

const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
/** Over which the rate of judging is told. */
const RATE_WINDOW_MS = 10_000;

/** How telemetry is taken and judged. The names are those that dashboards for anomaly detection ask for. */
export function registerTelemetryMetrics(
  registry: Registry,
  database: Database,
): TelemetryFigures & {
  judged(figures: JudgedFigures): void;
  read(records: number): void;
} {
  const registers = [registry];
  const anomalies = new Counter({
    name: 'holdfast_anomalies_detected_total',
    help: 'Anomalies found, by the kind of stream and by severity rank',
    labelNames: ['stream_type', 'severity'],
    registers,
  });
  const durations = new Histogram({
    name: 'holdfast_anomaly_processing_duration_seconds',
    help: 'Time to judge the records that were handed to a model together',
    labelNames: ['stream_type'],
    buckets: SECONDS,
    registers,
  });
  const judgedEvents = new Counter({
    name: 'holdfast_cbad_events_total',
    help: 'Events judged',
    labelNames: ['stream_type'],
    registers,
  });
  const ratio = new Gauge({
    name: 'holdfast_cbad_compression_ratio',
    help: 'Bytes of the last records judged together, as they are stored over as they were sent',
    labelNames: ['data_type'],
    registers,
  });
  const taken = new Counter({
    name: 'holdfast_telemetry_records_total',
    help: 'Records stored, by how they were sent',
    labelNames: ['format'],
    registers,
  });
  const refused = new Counter({
    name: 'holdfast_telemetry_refused_requests_total',
    help: 'Requests that were asked to come again, or refused, by reason',
    labelNames: ['reason'],
    registers,
  });
  const duplicates = new Counter({
    name: 'holdfast_telemetry_duplicate_records_total',
    help: 'Records of requests that were sent again, and not stored again',
    registers,
  });
  const read = new Counter({
    name: 'holdfast_telemetry_partition_records_total',
    help: 'Records this process read from its partitions and stored',
    registers,
  });
  const recent: { atMs: number; events: number }[] = [];
  const forget = (nowMs: number) => {
    while (recent[0] && nowMs - recent[0].atMs > RATE_WINDOW_MS) recent.shift();
  };
  new Gauge({
    name: 'holdfast_cbad_events_per_second',
    help: 'Events judged a second, over the last ten seconds',
    registers,
    collect() {
      forget(performance.now());
      this.set(recent.reduce((sum, { events }) => sum + events, 0) / (RATE_WINDOW_MS / 1_000));
    },
  });
  registerStreamGauges(registry, database);
  return {
    read: (records) => read.inc(records),
    taken: (format, records) => taken.inc({ format }, records),
    refused: (reason) => refused.inc({ reason }),
    duplicate: (records) => duplicates.inc(records),
    packed: (kind, { sentBytes, storedBytes }) => {
      if (sentBytes > 0) ratio.set({ data_type: kind }, storedBytes / sentBytes);
    },
    judged({ stream, events, millis, anomalies: found }) {
      const nowMs = performance.now();
      forget(nowMs);
      recent.push({ atMs: nowMs, events });
      judgedEvents.inc({ stream_type: stream.kind }, events);
      durations.observe({ stream_type: stream.kind }, millis / 1_000);
      for (const { severity } of found) anomalies.inc({ stream_type: stream.kind, severity: String(severity) });
    },
  };
}

/** NCD is reported and decides nothing: 1, the largest there is, says so. */
const NCD_THRESHOLD = 1;

type StreamFigure = { state: string; streams: number; memory: number; backlog: number; alpha: number | null };

/** What stands in the rows, so that any replica tells the same. */
function registerStreamGauges(registry: Registry, database: Database): void {
  const read = async (): Promise<StreamFigure[]> =>
    database.pool
      .query<StreamFigure>({
        name: 'stream-figures',
        text: `select state, count(*)::float8 as streams, sum(memory_bytes)::float8 as memory,
                 sum(events - events_judged)::float8 as backlog, max((settings->>'alpha')::float8) as alpha
               from streams group by state`,
      })
      .then(
        ({ rows }) => rows,
        () => [],
      );
  const registers = [registry];
  new Gauge({
    name: 'holdfast_anomaly_ncd_threshold',
    help: 'The NCD from which something is an anomaly: 1, for none is by its NCD; see holdfast_anomaly_p_threshold',
    registers,
  }).set(NCD_THRESHOLD);
  new Gauge({
    name: 'holdfast_streams',
    help: 'Streams of telemetry by state',
    labelNames: ['state'],
    registers,
    async collect() {
      this.reset();
      for (const { state, streams } of await read()) this.set({ state }, streams);
    },
  });
  new Gauge({
    name: 'holdfast_stream_backlog_events',
    help: 'Events stored and not judged yet',
    registers,
    async collect() {
      this.set((await read()).reduce((sum, { backlog }) => sum + backlog, 0));
    },
  });
  new Gauge({
    name: 'holdfast_anomaly_exports',
    help: 'Anomalies that wait to be sent to an OTLP receiver, and those it refused for good',
    labelNames: ['state'],
    registers,
    async collect() {
      const { waiting, refused } = await countExports(database.db).catch(() => ({ waiting: 0, refused: 0 }));
      this.set({ state: 'waiting' }, waiting);
      this.set({ state: 'refused' }, refused);
    },
  });
  new Gauge({
    name: 'holdfast_telemetry_partition_waiting_messages',
    help: 'Messages that wait in JetStream, as their readers last saw it, by partition',
    labelNames: ['partition'],
    registers,
    async collect() {
      this.reset();
      for (const { partition, waiting } of await listPartitions(database.db).catch(() => []))
        this.set({ partition: String(partition) }, waiting);
    },
  });
  new Gauge({
    name: 'holdfast_stream_model_bytes',
    help: 'Memory of the models of all streams',
    registers,
    async collect() {
      this.set((await read()).reduce((sum, { memory }) => sum + memory, 0));
    },
  });
  new Gauge({
    name: 'holdfast_anomaly_p_threshold',
    help: 'The largest p-value that any stream calls an anomaly',
    registers,
    async collect() {
      this.set(Math.max(0, ...(await read()).map(({ alpha }) => alpha ?? 0)));
    },
  });
}
