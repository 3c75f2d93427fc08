/** Languages people type at the prompt of a console, each read by its own rules. */
export type ConsoleLanguage =
  | 'ruby'
  | 'python'
  | 'js'
  | 'mongo'
  | 'php'
  | 'erlang'
  | 'redis'
  | 'sql'
  | 'mysql'
  | 'cypher'
  | 'requests'
  | 'powershell'
  | 'cmd'
  | 'network'
  | 'query';

const NAMES: Readonly<Record<ConsoleLanguage, string>> = {
  ruby: 'ruby rb irb rails pry',
  python: 'python py python3 pycon ipython django',
  js: 'js javascript node nodejs ts typescript mjs',
  mongo: 'mongo mongodb mongosh mongoshell',
  php: 'php tinker',
  erlang: 'erlang erl',
  redis: 'redis redis-cli rediscli',
  sql: '',
  mysql:
    'mysql mariadb cql cqlsh sqlite sqlite3 tsql mssql plsql oracle clickhouse hive presto trino snowflake bigquery',
  cypher: 'cypher neo4j',
  requests: 'http rest elasticsearch es kibana opensearch',
  powershell: 'powershell ps1 pwsh ps posh',
  cmd: 'cmd bat batch dos winbatch',
  network: 'cisco ios iosxe iosxr nxos eos junos juniper vyos frr huawei vrp fortios panos routeros',
  query: 'promql logql traceql metricsql kql spl jmespath jsonpath lucene flux influxql eql',
};
const BY_NAME = new Map(
  Object.entries(NAMES).flatMap(([language, names]) =>
    names.split(' ').map((name) => [name, language as ConsoleLanguage] as const),
  ),
);

/** The console language a fence's language name means, if it means one. */
export function consoleLanguageOf(name: string): ConsoleLanguage | undefined {
  return name === '' ? undefined : BY_NAME.get(name.toLowerCase());
}
