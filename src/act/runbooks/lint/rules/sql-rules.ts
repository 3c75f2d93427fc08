import type { LintDocument, LintSql } from '../lint-document.ts';
import { type Found, type LintRule, type Span, sh } from '../lint-rule.ts';

const sql = (text: string) => `\`\`\`sql\n${text}\n\`\`\`\n`;

const RENAMED: readonly { where: RegExp; word: RegExp; now: (name: string) => string }[] = [
  {
    where: /\bpg_stat_statements\b/i,
    word: /\b(?:total|min|max|mean|stddev)_time\b/gi,
    now: (name) => name.replace(/_time$/i, '_exec_time'),
  },
  { where: /\bpg_stat_activity\b/i, word: /\bprocpid\b/gi, now: () => 'pid' },
  { where: /\bpg_stat_activity\b/i, word: /\bcurrent_query\b(?!\s*\()/gi, now: () => 'query' },
  { where: /\bpg_stat_activity\b/i, word: /(?<=\bWHERE\s+(?:\w+\.)?)waiting\b/gi, now: () => 'wait_event IS NOT NULL' },
  {
    where: /\bpg_stat_replication\b/i,
    word: /\b(?:sent|write|flush|replay)_location\b/gi,
    now: (name) => name.replace(/location$/i, 'lsn'),
  },
  {
    where: /\bpg_\w*xlog/i,
    word: /\bpg_(?:current_xlog|last_xlog|xlog|switch_xlog|is_xlog)\w*(?=\s*\()/gi,
    now: (name) =>
      name
        .replace(/xlog/g, 'wal')
        .replace(/location/g, 'lsn')
        .replace('pg_wal_lsn_diff', 'pg_wal_lsn_diff'),
  },
];

/** SQL, read with the grammar of PostgreSQL. */
export const SQL_RULES: readonly LintRule[] = [
  {
    id: 'sql-syntax',
    severity: 'error',
    title: 'SQL that PostgreSQL cannot parse',
    why: 'The statement is refused as a whole; nothing of it was done.',
    fix: 'Correct it where the message points.',
    bad: "```postgresql\nSELECT pid, query FROM pg_stat_activity WHERE state = 'idle' ORDER BY;\n```\n",
    good: "```postgresql\nSELECT pid, query FROM pg_stat_activity WHERE state = 'idle' ORDER BY pid;\n```\n",
    silent: [
      sql('SHOW FULL PROCESSLIST;\nSELECT * FROM x LIMIT 5, 10;'),
      "```postgresql\n\\x on\nSELECT * FROM t WHERE id = :id AND host = '<db-host>' AND n = $COUNT;\n```\n",
    ],
    *check(document) {
      const postgres = isPostgres(document);
      for (const { problem, statements, block, at, offsetOf, text } of document.sql) {
        if (statements !== null || problem === null || block === null) continue;
        const declared = /^(?:pgsql|postgres|postgresql|psql)$/.test(block.language);
        if (!declared && !(postgres && block.language === 'sql')) continue;
        if (
          /^it is longer|\.\.\.|…|<[^>\n]+>|\{\{|^\s*[\w-]+=[#>]|^ ?-[-+]{3,}|\(\d+ rows?\)/m.test(
            `${problem.reason}\n${text}`,
          )
        )
          continue;
        const start = offsetOf(problem.offset);
        yield {
          at: start >= at.start && start < at.end ? { start, end: start + 1 } : at,
          message: `PostgreSQL: ${problem.reason}`,
        };
      }
    },
  },
  {
    id: 'sql-without-where',
    severity: 'error',
    title: 'DELETE or UPDATE of every row',
    why: 'Without WHERE the statement is about the whole table.',
    fix: 'Add the condition, or TRUNCATE where all rows are meant.',
    bad: sql('DELETE FROM sessions;'),
    good: sql("DELETE FROM sessions WHERE expires_at < now() - interval '30 days';"),
    loud: [sh('psql shop -c "UPDATE orders SET state = \'open\'"')],
    silent: [sql('UPDATE settings SET maintenance = true;'), sql('DELETE FROM a USING b WHERE a.id = b.id;')],
    *check(document) {
      for (const piece of document.sql) {
        for (const { at, node, text } of statementsOf(piece)) {
          const statement = (node['DeleteStmt'] ?? node['UpdateStmt']) as
            | { whereClause?: unknown; fromClause?: unknown; relation?: { relname?: string } }
            | undefined;
          if (statement === undefined || statement.whereClause !== undefined || statement.fromClause !== undefined)
            continue;
          const table = statement.relation?.relname ?? 'the table';
          // Tables that hold one row of settings are changed as a whole.
          if (node['UpdateStmt'] !== undefined && /setting|config|flag|feature|maintenance|state$|system/i.test(table))
            continue;
          yield {
            at,
            message: `${/^\s*delete/i.test(text) ? 'DELETE' : 'UPDATE'} without WHERE: every row of ${table}`,
          };
        }
      }
    },
  },
  {
    id: 'index-blocks-writes',
    severity: 'warning',
    title: 'CREATE INDEX that blocks writes',
    why: 'While the index is built nothing can be written to the table; on a large one that is an outage.',
    fix: 'Write CREATE INDEX CONCURRENTLY, outside a transaction.',
    bad: sql('CREATE INDEX idx_orders_created ON orders (created_at);'),
    good: sql('CREATE INDEX CONCURRENTLY idx_orders_created ON orders (created_at);'),
    silent: [sql('CREATE TABLE t (id int);\nCREATE INDEX i ON t (id);')],
    *check(document) {
      for (const piece of document.sql) {
        const made = new Set<string>();
        for (const { at, node, text } of statementsOf(piece)) {
          const created = node['CreateStmt'] as { relation?: { relname?: string } } | undefined;
          if (created?.relation?.relname !== undefined) made.add(created.relation.relname);
          const index = node['IndexStmt'] as { concurrent?: boolean; relation?: { relname?: string } } | undefined;
          if (index === undefined || index.concurrent === true || made.has(index.relation?.relname ?? '')) continue;
          const word = /\bINDEX\b/i.exec(text)!;
          const exact = at.end - at.start === text.trim().length;
          const end = at.start + word.index + word[0].length - (text.length - text.trimStart().length);
          yield {
            at,
            message: `writes to ${index.relation?.relname ?? 'the table'} wait until the index is built`,
            ...(exact &&
              piece.block !== null && {
                fix: { title: 'Build it concurrently', edits: [{ start: end, end, text: ' CONCURRENTLY' }] },
              }),
          };
        }
      }
    },
  },
  {
    id: 'explain-executes',
    severity: 'error',
    title: 'EXPLAIN ANALYZE of a statement that changes data',
    why: 'ANALYZE really runs the statement: the rows are gone afterwards.',
    fix: 'Use EXPLAIN without ANALYZE, or wrap it in BEGIN … ROLLBACK.',
    bad: sql('EXPLAIN ANALYZE DELETE FROM sessions WHERE expires_at < now();'),
    good: sql('EXPLAIN DELETE FROM sessions WHERE expires_at < now();'),
    silent: [sql('EXPLAIN ANALYZE SELECT 1;'), sql('BEGIN;\nEXPLAIN ANALYZE DELETE FROM a WHERE b = 1;\nROLLBACK;')],
    *check(document) {
      for (const piece of document.sql) {
        if (/\bROLLBACK\b/i.test(piece.text)) continue;
        for (const { at, node } of statementsOf(piece)) {
          const explain = node['ExplainStmt'] as
            | { query?: Record<string, unknown>; options?: { DefElem?: { defname?: string } }[] }
            | undefined;
          const analyze = explain?.options?.some((option) => option.DefElem?.defname === 'analyze');
          if (
            analyze &&
            Object.keys(explain?.query ?? {}).some((kind) => /^(?:Delete|Update|Insert|Merge)Stmt$/.test(kind))
          )
            yield { at, message: 'EXPLAIN ANALYZE carries the statement out' };
        }
      }
    },
  },
  {
    id: 'removed-statistics-column',
    severity: 'error',
    title: 'A column or function that PostgreSQL has renamed',
    why: 'The query fails with "column does not exist" on every release in support.',
    fix: 'Use the new name; the message says which.',
    bad: sql('SELECT query, mean_time, calls FROM pg_stat_statements ORDER BY mean_time DESC LIMIT 10;'),
    good: sql('SELECT query, mean_exec_time, calls FROM pg_stat_statements ORDER BY mean_exec_time DESC LIMIT 10;'),
    loud: [
      sql('SELECT procpid, current_query FROM pg_stat_activity;'),
      sh('psql -c "select pg_last_xlog_replay_location()"'),
    ],
    silent: [sql('SELECT total_time FROM jobs;'), sql('SELECT pid, query FROM pg_stat_activity;')],
    *check(document) {
      for (const piece of document.sql) yield* renamed(piece);
    },
  },
  {
    id: 'alter-system-not-applied',
    severity: 'warning',
    title: 'ALTER SYSTEM whose settings never take effect',
    why: 'It only writes a file. Without a reload nothing changes, and some settings (shared_buffers, max_connections) need a restart; who measures afterwards measures the old settings.',
    fix: 'Follow with `SELECT pg_reload_conf();`, or a restart where the setting needs one.',
    bad: sql("ALTER SYSTEM SET work_mem = '64MB';"),
    good: sql("ALTER SYSTEM SET work_mem = '64MB';\nSELECT pg_reload_conf();"),
    silent: [`${sql("ALTER SYSTEM SET max_connections = '300';")}\nThen restart PostgreSQL.\n`],
    *check(document) {
      if (
        /pg_reload_conf|pg_ctl\b.*\b(?:reload|restart)|systemctl (?:restart|reload) postgres|restart (?:the )?(?:postgres|database|server|instance)|service postgresql/i.test(
          document.text,
        )
      )
        return;
      for (const piece of document.sql) {
        const first = statementsOf(piece).find(({ node }) => node['AlterSystemStmt'] !== undefined);
        if (first === undefined) continue;
        const restart =
          /\b(?:shared_buffers|max_connections|wal_level|max_wal_senders|max_worker_processes|huge_pages|shared_preload_libraries|max_prepared_transactions)\b/.exec(
            piece.text,
          )?.[0];
        yield {
          at: first.at,
          message: `written to postgresql.auto.conf and never applied${restart === undefined ? ': nothing reloads it' : `: ${restart} even needs a restart`}`,
        };
      }
    },
  },
  {
    id: 'terminate-everyone',
    severity: 'warning',
    title: 'Sessions ended without saying whose',
    why: 'It ends the sessions of every database and every application on that server, those of other teams and of the pool that works too.',
    fix: 'Add datname, usename or application_name to the condition.',
    bad: sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle';"),
    good: sql(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle' AND application_name = 'shop';",
    ),
    silent: [
      sql('SELECT pg_terminate_backend(4711);'),
      sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'x';"),
    ],
    *check(document) {
      for (const piece of document.sql) {
        for (const { at, text } of statementsOf(piece)) {
          if (!/pg_terminate_backend\s*\(/i.test(text) || !/\bFROM\b[\s\S]*pg_stat_activity/i.test(text)) continue;
          if (
            /\b(?:datname|datid|usename|usesysid|application_name|client_addr|backend_type|pid\s*(?:=|in\b))/i.test(
              text.slice(text.search(/\bWHERE\b/i) < 0 ? text.length : text.search(/\bWHERE\b/i)),
            )
          )
            continue;
          yield { at, message: 'this ends sessions of every database and application on the server' };
        }
      }
    },
  },
];

function isPostgres(document: LintDocument): boolean {
  const other =
    /\b(?:mysql|mariadb|oracle|sqlplus|mssql|sqlcmd|sql server|sqlite|snowflake|bigquery|clickhouse|cassandra|cql|redshift|db2|vitess|spark|presto|trino|hive)\b/i;
  return /\b(?:psql|postgres(?:ql)?|pg_\w+)\b/i.test(document.text) && !other.test(document.text);
}

/** Statements with the span of their text, without leading blanks and comments. */
function statementsOf(piece: LintSql): { at: Span; text: string; node: Record<string, unknown> }[] {
  return (piece.statements ?? []).map((statement) => {
    const lead = /^(?:\s|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*/.exec(statement.text)![0].length;
    const text = statement.text.slice(lead);
    const start = statement.start + lead;
    return {
      at: { start: piece.offsetOf(start), end: piece.offsetOf(start + text.trimEnd().length) },
      text,
      node: statement.node,
    };
  });
}

function* renamed(piece: LintSql): Iterable<Found> {
  for (const { where, word, now } of RENAMED) {
    if (!where.test(piece.text)) continue;
    const first = [...piece.text.matchAll(word)][0];
    if (first === undefined) continue;
    const start = piece.offsetOf(first.index);
    const edits =
      piece.block === null
        ? []
        : [...piece.text.matchAll(word)].map((match) => ({
            start: piece.offsetOf(match.index),
            end: piece.offsetOf(match.index + match[0].length),
            text: now(match[0]),
          }));
    yield {
      at: piece.block === null ? piece.at : { start, end: piece.offsetOf(first.index + first[0].length) },
      message: `${first[0]} is now called ${now(first[0])}`,
      ...(edits.length > 0 && { fix: { title: `Write ${now(first[0])}`, edits } }),
    };
  }
}
