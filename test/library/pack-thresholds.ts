/** A series as it is while the threshold is crossed and while it is just not. Counters are given by what they gain a second. */
export type PackSeries = { series: string; kind: 'counter' | 'gauge'; over: number; under: number };

/** What a shipped rule must say, and series on both sides of its threshold. */
export type PackThreshold = {
  pack: string;
  alert: string;
  /** The end of its expression: the comparison with the number. */
  limit: string;
  /** What its rates and averages look at; null where it looks at a level. */
  window: string | null;
  for: string;
  severity: 'critical' | 'high' | 'warning' | 'info';
  runbook: string | null;
  series: readonly PackSeries[];
};

const SERVICE = 'job="shop",instance="a:80"';
const NODE = 'job="node",instance="a:9100"';
const DISK = `${NODE},device="/dev/sda1",fstype="ext4",mountpoint="/"`;
const CONTAINER = 'job="kubelet",namespace="shop",pod="shop-0",container="app"';
const HOLDFAST = 'job="holdfast-api",instance="a:9090"';
const DATABASE = 'job="postgres",instance="db:9187"';
const REQUESTS_PER_SECOND = 1_000;
/** How far beside a threshold the series are: a rule with another number fails on one of the sides. */
const BESIDE = 0.05;

const gauge = (series: string, over: number, under = over): PackSeries => ({ series, kind: 'gauge', over, under });
const counter = (series: string, over: number, under = over): PackSeries => ({ series, kind: 'counter', over, under });
const above = (limit: number) => limit * (1 + BESIDE);
const below = (limit: number) => limit * (1 - BESIDE);

/** Requests of which the limit fails; more than all of them cannot. */
function failing(limit: number, metric = 'http_requests_total'): PackSeries[] {
  const failed = [Math.min(1, above(limit)), below(limit)] as const;
  return [
    counter(`${metric}{${SERVICE},status="500"}`, ...times(failed, REQUESTS_PER_SECOND)),
    counter(`${metric}{${SERVICE},status="200"}`, ...times([1 - failed[0], 1 - failed[1]], REQUESTS_PER_SECOND)),
  ];
}

/** Requests of which a few more, or a few less, than the quantile leaves over take longer than the limit. */
function slow(quantile: number, limitSeconds: number, metric = 'http_request_duration_seconds'): PackSeries[] {
  const bucket = (bound: string | number) => `${metric}_bucket{${SERVICE},le="${bound}"}`;
  const inTime = [1 - above(1 - quantile), 1 - below(1 - quantile)] as const;
  return [
    counter(bucket(limitSeconds), ...times(inTime, REQUESTS_PER_SECOND)),
    counter(bucket(2 * limitSeconds), REQUESTS_PER_SECOND),
    counter(bucket('+Inf'), REQUESTS_PER_SECOND),
  ];
}

const times = ([over, under]: readonly [number, number], factor: number): [number, number] => [
  over * factor,
  under * factor,
];

const hostCpu = (limit: number) => [
  counter(`node_cpu_seconds_total{${NODE},cpu="0",mode="idle"}`, 1 - above(limit), 1 - below(limit)),
];
const hostMemory = (limit: number) => [
  gauge(`node_memory_MemAvailable_bytes{${NODE}}`, ...times([1 - above(limit), 1 - below(limit)], 8e9)),
  gauge(`node_memory_MemTotal_bytes{${NODE}}`, 8e9),
];
const disk = (limit: number) => [
  gauge(`node_filesystem_avail_bytes{${DISK}}`, ...times([1 - above(limit), 1 - below(limit)], 5e11)),
  gauge(`node_filesystem_size_bytes{${DISK}}`, 5e11),
];
const containerCpu = (limit: number) => [
  counter(`container_cpu_usage_seconds_total{${CONTAINER}}`, 2 * above(limit), 2 * below(limit)),
  gauge(`container_spec_cpu_quota{${CONTAINER}}`, 200_000),
  gauge(`container_spec_cpu_period{${CONTAINER}}`, 100_000),
];
const containerMemory = (limit: number) => [
  gauge(`container_memory_working_set_bytes{${CONTAINER}}`, ...times([above(limit), below(limit)], 1e9)),
  gauge(`container_spec_memory_limit_bytes{${CONTAINER}}`, 1e9),
];
const openFiles = (limit: number) => [
  gauge(`process_open_fds{${SERVICE}}`, ...times([above(limit), below(limit)], 1_000)),
  gauge(`process_max_fds{${SERVICE}}`, 1_000),
];
const connections = (limit: number) => [
  gauge(`pg_stat_activity_count{${DATABASE},datname="shop",state="active"}`, 20),
  gauge(`pg_stat_activity_count{${DATABASE},datname="shop",state="idle"}`, ...times([above(limit), below(limit)], 100)),
  gauge(`pg_settings_max_connections{${DATABASE}}`, 125),
];
const isDown = (labels: string) => [gauge(`up{${labels}}`, 0, 1)];
const heap = (limitGib: number) => [
  gauge(`holdfast_memory_heap_bytes{${HOLDFAST}}`, ...times([above(limitGib), below(limitGib)], 1024 ** 3)),
];
const pool = (state: string) => [
  gauge(`holdfast_db_connections_total{${HOLDFAST},connection_state="${state}"}`, 1, 0),
  gauge(`holdfast_db_connections_total{${HOLDFAST},connection_state="active"}`, 20),
];
const holdfastCpu = (limit: number) => [counter(`process_cpu_seconds_total{${HOLDFAST}}`, above(limit), below(limit))];
const requests = (limit: number) => [
  counter(`http_requests_total{${SERVICE},status="200"}`, above(limit), below(limit)),
];
const lag = (limitSeconds: number) => [
  gauge(`pg_replication_lag_seconds{${DATABASE}}`, above(limitSeconds), below(limitSeconds)),
];
const callsLeft = (over: number, under: number) => [gauge(`gitlab_api_rate_limit_remaining{${SERVICE}}`, over, under)];
const anomalies = (limit: number) => [
  counter(`holdfast_anomalies_detected_total{${HOLDFAST},stream_type="log",severity="2"}`, above(limit), below(limit)),
];
const judged = (over: number, under: number) => [gauge(`holdfast_cbad_events_per_second{${HOLDFAST}}`, over, under)];
/** Changed all the time, then never again. */
const threshold = () => [counter(`holdfast_anomaly_ncd_threshold{${HOLDFAST}}`, 1, 0)];
const HTTP = 'holdfast_http_requests_total';
const HTTP_SECONDS = 'holdfast_http_request_duration_seconds';

type Row = [
  alert: string,
  limit: string,
  window: string | null,
  wait: string,
  severity: PackThreshold['severity'],
  runbook: string | null,
  series: readonly PackSeries[],
];

const PACKS: Readonly<Record<string, readonly Row[]>> = {
  driftmgr: [
    ['SlowResponses', '> 2', '5m', '0s', 'warning', 'high-latency', slow(0.95, 2)],
    ['VerySlowResponses', '> 5', '5m', '0s', 'critical', 'high-latency', slow(0.99, 5)],
    ['ErrorsAboveOnePercent', '> 0.01', '5m', '0s', 'warning', 'high-error-rate', failing(0.01)],
    ['ErrorsAboveFivePercent', '> 0.05', '5m', '0s', 'critical', 'high-error-rate', failing(0.05)],
    ['HostCPUHigh', '> 0.8', '5m', '0s', 'warning', 'high-cpu', hostCpu(0.8)],
    ['HostMemoryHigh', '> 0.85', null, '0s', 'high', 'high-memory', hostMemory(0.85)],
    ['HighDiskUsage', '> 0.9', null, '0s', 'critical', 'disk-full', disk(0.9)],
    ['ManyOpenFiles', '> 0.8', null, '0s', 'warning', null, openFiles(0.8)],
  ],
  holdfast: [
    ['HoldfastDown', '== 0', null, '0s', 'high', 'service-down', isDown(HOLDFAST)],
    ['HoldfastHighErrorRate', '> 0.05', '5m', '0s', 'high', 'high-error-rate', failing(0.05, HTTP)],
    ['HoldfastHighLatency', '> 1', '5m', '0s', 'high', 'high-latency', slow(0.95, 1, HTTP_SECONDS)],
    ['HoldfastMemoryPressure', '> 0.8', null, '0s', 'warning', 'high-memory', heap(0.8)],
    ['HoldfastConnectionPoolExhausted', '> 0', null, '0s', 'warning', null, pool('waiting')],
    ['HoldfastHighCPU', '> 0.8', '5m', '0s', 'warning', 'high-cpu', holdfastCpu(0.8)],
  ],
  driftlock: [
    ['DriftlockAPIServerDown', '== 0', null, '0s', 'high', 'service-down', isDown(HOLDFAST)],
    ['DriftlockHighErrorRate', '> 0.05', '5m', '0s', 'high', 'high-error-rate', failing(0.05, HTTP)],
    ['DriftlockHighLatency', '> 1', '5m', '0s', 'high', 'high-latency', slow(0.95, 1, HTTP_SECONDS)],
    ['DriftlockDatabaseConnectivity', '> 0', null, '0s', 'high', null, pool('failed')],
    ['DriftlockHighAnomalyRate', '> 100', '5m', '0s', 'warning', null, anomalies(100)],
    ['DriftlockMemoryPressure', '> 0.8', null, '0s', 'warning', 'high-memory', heap(0.8)],
    ['DriftlockConnectionPoolExhaustion', '> 0', null, '0s', 'warning', null, pool('max')],
    ['DriftlockLowProcessingRate', '< 10', null, '0s', 'info', null, judged(9, 10)],
    ['DriftlockConfigurationChange', '> 0', '5m', '0s', 'info', null, threshold()],
  ],
  idp: [
    ['ApiLatencyP99', '> 1', '5m', '0s', 'warning', 'high-latency', slow(0.99, 1)],
    ['ErrorRate', '> 0.01', '5m', '5m', 'critical', 'high-error-rate', failing(0.01)],
    ['RequestRate', '> 10000', '1m', '0s', 'info', null, requests(10_000)],
    ['CpuUtilization', '> 0.8', '5m', '0s', 'warning', 'high-cpu', hostCpu(0.8)],
    ['MemoryUtilization', '> 0.9', null, '5m', 'critical', 'high-memory', hostMemory(0.9)],
    ['DiskUtilization', '> 0.85', null, '10m', 'warning', 'disk-full', disk(0.85)],
    ['ConnectionCount', '> 0.8', null, '5m', 'warning', 'database-connections', connections(0.8)],
    ['ReplicationLag', '> 1', null, '1m', 'critical', null, lag(1)],
  ],
  'discovery-agent': [
    ['ServiceDown', '== 0', null, '2m', 'critical', 'service-down', isDown(SERVICE)],
    ['HighErrorRate', '> 0.1', '5m', '5m', 'high', 'high-error-rate', failing(0.1)],
    ['CriticalErrorRate', '> 0.5', '2m', '2m', 'high', 'high-error-rate', failing(0.5)],
    ['HighAPILatency', '> 2', '5m', '5m', 'warning', 'high-latency', slow(0.95, 2)],
    ['APIRateLimitApproaching', '< 100', null, '0s', 'high', 'rate-limit-exhausted', callsLeft(99, 100)],
    ['APIRateLimitExhausted', '== 0', null, '0s', 'high', 'rate-limit-exhausted', callsLeft(0, 1)],
    ['HighMemoryUsage', '> 0.9', null, '5m', 'high', 'high-memory', containerMemory(0.9)],
    ['HighCPUUsage', '> 0.8', '5m', '5m', 'warning', 'high-cpu', containerCpu(0.8)],
  ],
  architect: [
    ['APIDown', '>= 1', '5m', '0s', 'critical', 'service-down', failing(1)],
    ['APIErrorRateHigh', '> 0.001', '5m', '0s', 'high', 'high-error-rate', failing(0.001)],
    ['APILatencyHigh', '> 0.3', '5m', '0s', 'warning', 'high-latency', slow(0.95, 0.3)],
    ['APICPUHigh', '> 0.8', '5m', '0s', 'warning', 'high-cpu', containerCpu(0.8)],
  ],
};

/** Every threshold the shipped rules are there for. */
export const PACK_THRESHOLDS: readonly PackThreshold[] = Object.entries(PACKS).flatMap(([pack, rows]) =>
  rows.map(([alert, limit, window, wait, severity, runbook, series]) => ({
    pack,
    alert,
    limit,
    window,
    for: wait,
    severity,
    runbook,
    series,
  })),
);
