import { AWS_TOOLS } from './aws.ts';
import { BIG_DATA_TOOLS } from './big-data.ts';
import { BUILD_TOOLS } from './build-tools.ts';
import { CLOUD_TOOLS } from './clouds.ts';
import { CLUSTER_TOOLS } from './cluster-tools.ts';
import { CONTAINER_TOOLS } from './containers.ts';
import { DATA_STORE_TOOLS } from './data-stores.ts';
import { DATABASE_SUITE_TOOLS } from './database-suites.ts';
import { DATABASE_TOOLS } from './database-tools.ts';
import { DIRECTORY_TOOLS } from './directories.ts';
import { DISK_TOOLS } from './disks.ts';
import { FILE_TOOLS } from './files.ts';
import { FLEET_TOOLS } from './fleet-tools.ts';
import { FRAMEWORK_TOOLS } from './frameworks.ts';
import { KEY_TOOLS } from './keys.ts';
import { KUBERNETES_TOOLS } from './kubernetes.ts';
import { MORE_PLATFORM_TOOLS } from './more-platforms.ts';
import { NETWORK_TOOLS } from './networks.ts';
import { OBSERVABILITY_TOOLS } from './observability.ts';
import { PACKAGE_TOOLS } from './packages.ts';
import { PLATFORM_TOOLS } from './platforms.ts';
import { QUEUE_TOOLS } from './queues.ts';
import type { RiskTool } from './rule.ts';
import { SERVER_TOOLS } from './servers.ts';
import { SHELL_BUILTINS } from './shell-builtins.ts';
import { STORAGE_TOOLS } from './storage-tools.ts';
import { SYSTEM_TOOLS } from './system.ts';
import { TEXT_TOOLS } from './text-tools.ts';
import { VERB_TOOLS } from './verb-tools.ts';

/** Tools whose names no script of a site goes by, so that `./kubectl` and `bin/kafka-topics.sh` are still the tool. */
const DISTINCT: readonly RiskTool[] = [
  ...KUBERNETES_TOOLS,
  ...CLUSTER_TOOLS,
  ...CONTAINER_TOOLS,
  ...AWS_TOOLS,
  ...CLOUD_TOOLS,
  ...DATA_STORE_TOOLS,
  ...DATABASE_TOOLS,
  ...QUEUE_TOOLS,
  ...FLEET_TOOLS,
  ...FRAMEWORK_TOOLS,
  ...STORAGE_TOOLS,
  ...BIG_DATA_TOOLS,
  ...OBSERVABILITY_TOOLS,
  ...DATABASE_SUITE_TOOLS,
  ...DIRECTORY_TOOLS,
  ...VERB_TOOLS,
];

/** Every tool whose calls can be judged by rules alone. A tool that is not here is opaque. */
export const RISK_TABLE: readonly RiskTool[] = [
  ...SHELL_BUILTINS,
  ...TEXT_TOOLS,
  ...FILE_TOOLS,
  ...DISTINCT,
  ...DISK_TOOLS,
  ...NETWORK_TOOLS,
  ...SERVER_TOOLS,
  ...SYSTEM_TOOLS,
  ...KEY_TOOLS,
  ...PLATFORM_TOOLS,
  ...MORE_PLATFORM_TOOLS,
  ...PACKAGE_TOOLS,
  ...BUILD_TOOLS,
];

/** The same by name. */
export const TOOLS: ReadonlyMap<string, RiskTool> = new Map(
  RISK_TABLE.flatMap((tool) => tool.names.map((name) => [name, tool] as const)),
);

const ALSO_DISTINCT =
  'psql mysql mariadb mongosh mongo cqlsh sqlite3 sqlcmd sqlplus clickhouse-client beeline impala-shell trino snowsql ysqlsh vsql cockroach mysqlsh gradlew mvnw composer grpcurl gitlab-psql git';
export const DISTINCT_TOOLS: ReadonlySet<string> = new Set([
  ...DISTINCT.flatMap((tool) => tool.names),
  ...ALSO_DISTINCT.split(' '),
]);
