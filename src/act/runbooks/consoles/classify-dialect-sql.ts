import { type RunClass, riskiest, type Verdict } from '../risk/verdict.ts';
import { SQL_FUNCTIONS } from '../risk-table/sql.ts';
import { ORACLE_RULES } from './oracle-rules.ts';

/**
 * SQL that PostgreSQL's grammar does not know (MySQL, CQL, ClickHouse, SQLite, Oracle), by the words each statement
 * begins with and the ones that change its meaning.
 */
export type DialectRule = { begins: RegExp; also?: RegExp; risk: RunClass; reason: string };

export const DIALECT_RULES: readonly DialectRule[] = [
  ...ORACLE_RULES,
  {
    begins: /^restore\s+(?:verifyonly|headeronly|filelistonly|labelonly)\b/,
    risk: 'check',
    reason: 'it looks whether a backup can be read',
  },
  {
    begins: /^select\b/,
    also: /\binto\s+(?:outfile|dumpfile)\b/,
    risk: 'change',
    reason: 'it writes a file on the server',
  },
  {
    begins: /^(?:select|with|values|table)\b/,
    also: /\bfor\s+update\b|\block\s+in\s+share\s+mode\b/,
    risk: 'change',
    reason: 'it holds row locks',
  },
  {
    begins: /^(?:select|with|values|table|call)\b/,
    also: /\b(?:dolt_reset|kill_query|rds_kill|rds_kill_query|rds_skip_repl_error|mysql\.rds_\w*(?:kill|reset|stop|skip)\w*)\b/,
    risk: 'destroy',
    reason: 'it ends sessions or replication',
  },
  { begins: /^with\b/, also: /\bdelete\s+from\b/, risk: 'destroy', reason: 'it deletes rows' },
  { begins: /^with\b/, also: /\b(?:update|insert)\b/, risk: 'change', reason: 'it writes rows' },
  {
    begins:
      /^(?:select|with|values|table|show|describe|desc|use|help|expand|list|status|tracing|consistency|capture|paging|info|connect|pragma\s+(?:table_info|index_list|integrity_check|quick_check|user_version)|dbcc\s+(?:sqlperf|opentran|showcontig|inputbuffer)|exec(?:ute)?\s+sp_(?:who\w*|help\w*|spaceused|lock|columns|tables)|delimiter|prompt|timing|pager|nopager|tee|notee|print)\b/,
    risk: 'read',
    reason: 'it only looks',
  },
  { begins: /^explain\b(?!\s+analyze\s+(?:delete|update|insert))/, risk: 'read', reason: 'it only explains' },
  {
    begins:
      /^(?:start(?!\s+(?:slave|replica|group_replication))|begin|commit|savepoint|set\s+(?:session|local|names|character|@|transaction|autocommit|statement|sql_|search_path|lines|pages|timing|echo)|declare|if|end|go)\b/,
    risk: 'read',
    reason: 'it only concerns its own session',
  },
  {
    begins:
      /^set\s+(?:global|persist|@@global\.|@@persist\.)\s*(?:(?:super_)?read_only|offline_mode)\s*:?=\s*(?:1|on|true)\b|^alter\s+table\s+[^;]*\bdefault_time_to_live\s*=\s*[1-9]/,
    risk: 'destroy',
    reason: 'it keeps writers out, or lets rows expire',
  },
  {
    begins: /^set\s+(?:global|persist|password|@@global)\b/,
    risk: 'change',
    reason: "it changes the server's settings",
  },
  { begins: /^set\b/, risk: 'read', reason: 'it only concerns its own session' },
  { begins: /^rollback\b/, risk: 'read', reason: 'it ends its own transaction' },
  {
    begins:
      /^(?:drop|delete|truncate|purge|kill|reset|shutdown|revoke|detach|forget|system\s+(?:drop|stop|shutdown|kill|restart(?!\s+replicas?\b))|flush\s+tables?\s+with|lock|restore|dbcc|alter\s+table\s+[^;]*\bdrop|alter\s+(?:database|system)\s+[^;]*(?:kill|offline|set\s+(?:single_user|restricted_user|emergency|read_only)|flush)|alter\s+table\s+[^;]*\b(?:discard|truncate|exchange|detach|delete|clear)|stop\s+(?:slave|replica|group_replication)|handler|optimize\s+table\s+[^;]*final)\b/,
    risk: 'destroy',
    reason: 'it takes data, a session or replication away',
  },
  { begins: /^update\b(?![\s\S]*\bwhere\b)/, risk: 'destroy', reason: 'UPDATE without WHERE overwrites every row' },
  {
    begins:
      /^(?:insert|update|replace|merge|upsert|create|alter|grant|rename|load|copy|start\s+(?:slave|replica|group_replication)|change\s+(?:master|replication)|flush|optimize|analyze|repair|check|checksum|install|import|attach|batch|apply|system|refresh|comment|vacuum|reindex|unlock|cache|backup|exchange|export|cluster|put|install|clone)\b/,
    risk: 'change',
    reason: 'it changes data or the server',
  },
];

/** Words a text of SQL, in whatever dialect, begins with. */
const BEGINS_SQL =
  /^(?:select|insert|update|delete|create|alter|drop|with|explain|vacuum|analyze|show|truncate|grant|revoke|reindex|begin|start\s+(?:transaction|slave|replica|group_replication)|commit|rollback|set\s+(?:global|session|persist|@|names|password|local|\w+\s*(?:=|to\b))|use\s+[`\w]+\s*;?$|describe\s+\w|desc\s+\w|kill\s+(?:query\s+|connection\s+)?\d|flush\s+(?:tables|privileges|logs|status|hosts|binary|relay)|reset\s+(?:master|slave|replica|query)|stop\s+(?:slave|replica|group_replication)|change\s+(?:master|replication)|purge\s+binary|optimize\s+table|repair\s+table|check\s+table|lock\s+tables?|unlock\s+tables|load\s+data|call\s+\w+[.(]|replace\s+into|merge\s+into|rename\s+table|shutdown(?:\s+(?:abort|immediate|normal|transactional))?\s*;|startup(?:\s+\w+)*\s*;|flashback\s+(?:database|table)\b|system\s+(?:drop|flush|stop|start|reload|restart)\b|pragma\s+\w)/i;

/** True where a text begins like SQL of some dialect. */
export function beginsLikeSql(text: string): boolean {
  return BEGINS_SQL.test(withoutComments(text).trim());
}

/** The class of a text of SQL in any dialect; null where one of its statements is unknown. */
export function classifyDialectSql(text: string): Verdict | null {
  const verdicts: Verdict[] = [];
  for (const statement of statementsOf(text)) {
    // Half a statement says nothing about the other half.
    if (statement.split('(').length !== statement.split(')').length) return null;
    const said = statement.toLowerCase();
    if (/^[\\.]/.test(said)) {
      if (
        !/^(?:\\[a-zA-Z?]\S*|\.(?:tables|schema|databases|indexes|mode|headers|help|quit|exit|timer|stats|show))(?:\s|$)/.test(
          said,
        )
      )
        return null;
      verdicts.push({ class: 'read', reason: 'a command of the client that shows something' });
      continue;
    }
    const rule = DIALECT_RULES.find(
      (each) => each.begins.test(said) && (each.also === undefined || each.also.test(said)),
    );
    if (rule === undefined) return null;
    verdicts.push({ class: rule.risk, reason: `${firstWords(statement)}: ${rule.reason}` }, ...judgeFunctions(said));
  }
  return verdicts.length === 0 ? null : riskiest(verdicts);
}

/** A statement that only looks may call what does not: functions that are known to do harm count in every dialect. */
function judgeFunctions(statement: string): Verdict[] {
  return [...statement.matchAll(/\b([a-z_]\w*)\s*\(/g)].flatMap(([, name]) => {
    const rule = SQL_FUNCTIONS.find((each) => each.functions.test(name!));
    return rule?.risk === 'destroy' ? [{ class: rule.risk, reason: rule.reason.replace('NAME', name!) }] : [];
  });
}

const firstWords = (statement: string) => statement.split(/\s+/).slice(0, 2).join(' ');

/** Statements end at `;` or `\G`; strings are emptied so that nothing in them is taken for a word of SQL. */
function statementsOf(text: string): string[] {
  return withoutComments(text)
    .replace(/'(?:[^'\\]|''|\\.)*'|"(?:[^"\\]|\\.)*"/g, (text) =>
      /^'(?:log-)?transport-off'$|^'apply-off'$/i.test(text) ? text : "''",
    )
    .split(/;|\\[gG]\b|^\s*(?:GO|\/)\s*$|\n(?=\s*(?:\\|\.[a-z]))/m)
    .map((each) => each.trim())
    .filter((each) => each !== '');
}

const withoutComments = (text: string) => text.replace(/^[ \t]*(?:--|#).*$|\s--\s.*$|\/\*[\s\S]*?\*\//gm, '');
