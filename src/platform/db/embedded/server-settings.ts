import { totalmem } from 'node:os';

/** PostgreSQL settings by name, as `postgresql.conf` writes them. */
export type ServerSettings = Readonly<Record<string, string>>;

const MIB = 1024 * 1024;

/** Memory settings by what the machine or the container's cgroup allows; the first row that fits counts. */
const BY_MEMORY: readonly { upToBytes: number; settings: ServerSettings }[] = [
  {
    upToBytes: 512 * MIB,
    settings: {
      shared_buffers: '32MB',
      effective_cache_size: '128MB',
      maintenance_work_mem: '16MB',
      max_connections: '50',
    },
  },
  {
    upToBytes: 1024 * MIB,
    settings: {
      shared_buffers: '64MB',
      effective_cache_size: '256MB',
      maintenance_work_mem: '32MB',
      max_connections: '50',
    },
  },
  {
    upToBytes: 2048 * MIB,
    settings: {
      shared_buffers: '128MB',
      effective_cache_size: '512MB',
      maintenance_work_mem: '64MB',
      max_connections: '100',
    },
  },
  {
    upToBytes: Number.POSITIVE_INFINITY,
    settings: {
      shared_buffers: '256MB',
      effective_cache_size: '1GB',
      maintenance_work_mem: '64MB',
      max_connections: '100',
    },
  },
];

const ALWAYS: ServerSettings = {
  work_mem: '4MB',
  fsync: 'on',
  listen_addresses: '',
  // Parallel queries need /dev/shm, which is 64 MB in a container; our queries are short.
  max_parallel_workers_per_gather: '0',
  // Refused statements are our callers' errors and logged there; the log is bounded and must keep what killed a server.
  log_min_messages: 'log',
  log_checkpoints: 'off',
  log_timezone: 'UTC',
  timezone: 'UTC',
  log_line_prefix: '%m [%p] ',
};

/** The settings of an embedded server on a machine with this much memory; `overrides` win. */
export function settingsFor(memoryBytes: number, overrides: ServerSettings = {}): ServerSettings {
  const row = BY_MEMORY.find(({ upToBytes }) => memoryBytes <= upToBytes);
  return { ...ALWAYS, ...row?.settings, ...overrides };
}

/** What an operator set, by PostgreSQL's names; what is null stays as the memory has it. */
export function settingsFromConfig(config: {
  sharedBuffersBytes: number | null;
  maxConnections: number | null;
}): ServerSettings {
  return {
    ...(config.sharedBuffersBytes !== null && { shared_buffers: `${Math.floor(config.sharedBuffersBytes / 1024)}kB` }),
    ...(config.maxConnections !== null && { max_connections: String(config.maxConnections) }),
  };
}

/** What this process may use: the cgroup's limit where there is one, else the machine's memory. */
export function availableMemoryBytes(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}
