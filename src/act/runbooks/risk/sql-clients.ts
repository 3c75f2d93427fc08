import { classifyDialectSql } from '../consoles/classify-dialect-sql.ts';
import { classifySql } from './classify-sql.ts';
import { DYNAMIC } from './shell-words.ts';
import { ENTERED, type Judge, optionValue, valuesOf } from './special-call.ts';
import { HARMLESS, riskiest, type Verdict } from './verdict.ts';

/** How a client of a database other than PostgreSQL is told its statements. */
type SqlClient = {
  /** Options that hold statements. */
  says: readonly string[];
  /** Options that name a file of statements. */
  files: readonly string[];
  /** Options with a value, so that words that stand alone can be counted. */
  values: readonly string[];
  /** The statements are the word at this place (0 is the first after the name), where the client takes them so. */
  place?: number;
  /** Words that name a file of statements without an option before them (`@patch.sql`). */
  script?: RegExp;
};
const options = (list: string) => list.split(' ');

const MYSQL: SqlClient = {
  says: ['-e', '--execute', '--init-command'],
  files: [],
  values: options('-h --host -u --user -P --port -S --socket -D --database --login-path --defaults-file --protocol'),
};
const SQLITE: SqlClient = {
  says: ['-cmd', '-c'],
  files: ['-init', '-f'],
  values: options('-separator -newline -nullvalue -cmd -init -vfs -mmap'),
  place: 1,
};
const QUERY = (says: string, files = ''): SqlClient => ({
  says: options(says),
  files: files === '' ? [] : options(files),
  values: options(
    '-h --host --port -u --user -U -p -d --database -S --server --password -P --catalog --schema --config-file',
  ),
});

/** Oracle's consoles log in by a word of their own (`sys/x@db as sysdba`). */
const ORACLE: SqlClient = { says: [], files: [], values: ['-restrict', '-C'], script: /^@|^cmdfile\b/i };

const CLIENTS: Readonly<Record<string, SqlClient>> = {
  mysql: MYSQL,
  mariadb: MYSQL,
  mycli: MYSQL,
  mysqlsh: QUERY('-e --execute', '-f --file'),
  proxysql: MYSQL,
  sqlite3: SQLITE,
  sqlite: SQLITE,
  duckdb: SQLITE,
  cqlsh: QUERY('-e --execute', '-f --file'),
  'clickhouse-client': QUERY('-q --query', '--queries-file'),
  clickhouse: QUERY('-q --query', '--queries-file'),
  cockroach: QUERY('-e --execute', '-f --file'),
  sqlcmd: QUERY('-Q -q', '-i'),
  sqlplus: ORACLE,
  sqlcl: ORACLE,
  rman: ORACLE,
  dgmgrl: { ...ORACLE, place: 1 },
  trino: QUERY('--execute', '-f --file'),
  presto: QUERY('--execute', '-f --file'),
  beeline: QUERY('-e', '-f'),
  hive: QUERY('-e', '-f'),
  'impala-shell': QUERY('-q --query', '-f'),
  snowsql: QUERY('-q --query', '-f --filename'),
  influx: QUERY('-execute --execute', ''),
  ysqlsh: QUERY('-c --command', '-f --file'),
  vsql: QUERY('-c', '-f'),
  usql: QUERY('-c --command', '-f --file'),
  isql: QUERY('-q', '-i'),
  pgcli: QUERY('-e -c', ''),
};
export const SQL_CLIENT_NAMES: readonly string[] = Object.keys(CLIENTS);

/** SQL of a dialect nobody said: as PostgreSQL reads it and by its words; where both can tell, the riskier counts. */
export async function classifyAnySql(text: string): Promise<Verdict> {
  const byGrammar = await classifySql(text);
  const byWords = classifyDialectSql(text);
  if (byWords === null) return byGrammar;
  return byGrammar.class === 'opaque' ? byWords : riskiest([byGrammar, byWords]);
}

export const judgeSqlClient: Judge = async ({ name, args, input }) => {
  const client = CLIENTS[name]!;
  const given = valuesOf(args);
  const verdicts: Verdict[] = [];
  for (const [at, arg] of given.entries()) {
    const long = client.says.find((option) => option.startsWith('--') && arg.startsWith(`${option}=`));
    const bundled =
      /^-[A-Za-z]{2,}$/.test(arg) && client.says.includes(`-${arg.at(-1)}`) && !client.values.includes(arg.slice(0, 2));
    if (client.says.includes(arg) || bundled) verdicts.push(await classifySaid(given[at + 1] ?? ''));
    else if (long !== undefined) verdicts.push(await classifySaid(arg.slice(long.length + 1)));
    else if (client.says.some((option) => /^-[a-zA-Z]$/.test(option) && arg.startsWith(option) && /\s/.test(arg)))
      verdicts.push(await classifySaid(arg.slice(2)));
  }
  if (client.files.length > 0 && optionValue(given, client.files) !== undefined)
    verdicts.push({ class: 'destroy', reason: `${name} runs a file of statements that is not shown here` });
  if (client.script !== undefined && given.some((arg) => client.script!.test(arg)))
    verdicts.push({ class: 'destroy', reason: `${name} runs a file of statements that is not shown here` });
  if (client.place !== undefined) {
    const said = wordsAlone(client, given)[client.place];
    if (said !== undefined) verdicts.push(await classifySaid(said));
  }
  if (verdicts.length > 0) return riskiest(verdicts);
  if (given.some((arg) => /^(?:--version|-V|--help|-\?|-version)$/.test(arg))) return HARMLESS;
  if (name === 'cockroach' && !given.includes('sql')) return judgeCockroach(given);
  if (input.text !== null) return classifySaid(input.text);
  if (input.from === 'nothing') return { ...ENTERED };
  return { class: 'destroy', reason: `${name} runs whatever statements are fed to it` };
};

function wordsAlone(client: SqlClient, given: readonly string[]): string[] {
  return given.filter((arg, at) => !arg.startsWith('-') && !client.values.includes(given[at - 1] ?? ''));
}

async function classifySaid(text: string): Promise<Verdict> {
  if (!/\w/.test(text.replaceAll(DYNAMIC, '')))
    return { class: 'opaque', reason: 'which statements run is only known when it runs' };
  const verdict = await classifyAnySql(text);
  // SQLite's own commands.
  const dot = /^\s*\.(\w+)/.exec(text)?.[1];
  if (verdict.class !== 'opaque' || dot === undefined) return verdict;
  if (/^(?:tables|schema|indexes|databases|dbinfo|dump|stats|show|mode|headers|fullschema|help|quit|exit)$/.test(dot))
    return { class: 'read', reason: `.${dot} shows` };
  if (/^(?:backup|save|output|once|export|import|open)$/.test(dot))
    return { class: 'change', reason: `.${dot} writes` };
  return dot === 'restore' ? { class: 'destroy', reason: '.restore overwrites the database' } : verdict;
}

function judgeCockroach(given: readonly string[]): Verdict {
  const said = given.filter((arg) => !arg.startsWith('-')).join(' ');
  if (/^(?:node (?:status|ls)|version|debug|cert list|workload)/.test(said))
    return { class: 'read', reason: 'cockroach looks' };
  if (/^(?:node (?:drain|decommission)|quit)/.test(said))
    return { class: 'destroy', reason: 'cockroach takes a node out of use' };
  if (/^(?:init|start|node recommission|cert create)/.test(said))
    return { class: 'change', reason: 'cockroach starts or configures a node' };
  return { class: 'opaque', reason: `nothing is known about \`cockroach ${said.split(' ')[0] ?? ''}\`` };
}
