import { SQL_FUNCTIONS, SQL_STATEMENTS } from '../risk-table/sql.ts';
import { parseSql, type SqlStatementSyntax } from '../syntax/parse-syntax.ts';
import { isRiskier, riskiest, type Verdict } from './verdict.ts';

/** One statement, judged by its kind and by every function it calls, however deep. */
export type JudgedStatement = { text: string; start: number; kind: string; verdict: Verdict };

/** psql's own commands, by what they do. */
const META: readonly { command: RegExp; verdict: Verdict }[] = [
  {
    command:
      /^\\(?:d\S*|l\+?|conninfo|x|timing|pset|q|echo|qecho|warn|encoding|z|s[fv]\S*|c|connect|set|unset|prompt|if|elif|else|endif|a|t|f|h|\?|C|H|watch|errverbose|p|r|copyright|getenv|setenv|g|gx|gset|crosstabview|gdesc)(?:\s|$)/,
    verdict: { class: 'read', reason: 'psql shows, or sets how it shows' },
  },
  {
    command: /^\\copy\b[\s\S]*\bfrom\b(?![\s\S]*\bto\b)/i,
    verdict: { class: 'change', reason: '\\copy … from adds rows' },
  },
  { command: /^\\copy\b/i, verdict: { class: 'change', reason: '\\copy … to writes a file' } },
  { command: /^\\(?:o|out|w|write|lo_export)\b/, verdict: { class: 'change', reason: 'psql writes a file' } },
  { command: /^\\lo_unlink\b/, verdict: { class: 'destroy', reason: '\\lo_unlink removes a large object' } },
  { command: /^\\password\b/, verdict: { class: 'destroy', reason: '\\password replaces a password' } },
  {
    command: /^\\(?:i|ir|include|include_relative)\b/,
    verdict: { class: 'destroy', reason: 'psql runs a file of SQL that is not shown here' },
  },
];

/** What a text of SQL (with psql's backslash commands, if any) would do. A text PostgreSQL cannot read is opaque. */
export async function classifySql(text: string): Promise<Verdict> {
  const verdicts: Verdict[] = [];
  const lines = text.split('\n');
  for (const line of lines.map((each) => each.trim()).filter((each) => each.startsWith('\\'))) {
    verdicts.push(
      META.find(({ command }) => command.test(line))?.verdict ?? {
        class: 'opaque',
        reason: `\`${line.split(/\s/)[0]}\` is psql's own command, not SQL`,
      },
    );
  }
  const sql = lines
    .filter((line) => !line.trim().startsWith('\\'))
    .join('\n')
    // `… \gx`, `… \watch 5` say how the statement before them is sent.
    .replace(/\\(?:g|gx|gset|gdesc|crosstabview|watch)(?:[ \t]+[\d.]+)?[ \t]*$/gm, ';')
    // psql's own variables: `:id`, `:'name'`, `:"table"`.
    .replace(/(?<![:\w])::?(?=['"]?[A-Za-z_])/g, (colon) => (colon === ':' ? '' : colon));
  if (sql.trim() !== '') verdicts.push(riskiest(verdictsOf(await judgeStatements(sql))));
  return riskiest(verdicts);
}

const verdictsOf = (judged: JudgedStatements): Verdict[] =>
  judged.ok
    ? judged.statements.map((statement) => statement.verdict)
    : [{ class: 'opaque', reason: `PostgreSQL cannot read it: ${judged.reason}` }];

type JudgedStatements = { ok: true; statements: JudgedStatement[] } | { ok: false; reason: string };

/** The statements of a text, each with its kind (`SelectStmt`, …) and verdict. */
export async function judgeStatements(text: string): Promise<JudgedStatements> {
  const parsed = await parseSql(text);
  if (!parsed.ok) return { ok: false, reason: parsed.reason };
  return {
    ok: true,
    statements: parsed.statements.map((statement) => ({
      text: statement.text,
      start: statement.start,
      kind: Object.keys(statement.node)[0] ?? 'Nothing',
      verdict: judgeStatement(statement),
    })),
  };
}

function judgeStatement(statement: SqlStatementSyntax): Verdict {
  const [kind = 'Nothing', body] = Object.entries(statement.node)[0] ?? [];
  let worst = judgeKind(kind, body);
  const consider = (verdict: Verdict) => {
    if (isRiskier(verdict.class, worst.class)) worst = verdict;
  };
  // EXPLAIN without ANALYZE plans its statement but does not run it.
  const runs = kind !== 'ExplainStmt' || explainRuns(body);
  // Functions in a plain EXPLAIN are not called either, save for constants folded while planning; those stay read.
  if (!runs) return worst;
  const stack: unknown[] = [body];
  while (stack.length > 0) {
    const node = stack.pop();
    if (Array.isArray(node)) stack.push(...node);
    if (node === null || typeof node !== 'object' || Array.isArray(node)) continue;
    for (const [key, value] of Object.entries(node)) {
      if (/^[A-Z]\w*Stmt$/.test(key)) consider(judgeKind(key, value));
      else if (key === 'FuncCall') consider(judgeFunction(value));
      else if (key === 'intoClause') consider({ class: 'change', reason: 'SELECT INTO creates a table' });
      else if (key === 'lockingClause') consider({ class: 'change', reason: 'SELECT … FOR UPDATE holds row locks' });
      stack.push(value);
    }
  }
  return worst;
}

function explainRuns(body: unknown): boolean {
  const options = (body as { options?: { DefElem?: { defname?: string; arg?: unknown } }[] }).options ?? [];
  return options.some((option) => {
    if (option.DefElem?.defname !== 'analyze') return false;
    return !/"(?:sval|boolval)":"?(?:false|off|0)"?/i.test(JSON.stringify(option.DefElem.arg ?? ''));
  });
}

function judgeKind(kind: string, body: unknown): Verdict {
  const rules = SQL_STATEMENTS.filter((rule) => rule.statement === kind);
  const said = JSON.stringify(body ?? null);
  const rule = rules.find((each) => each.when === undefined || each.when.test(said));
  return rule === undefined
    ? { class: 'opaque', reason: `nothing is known about the statement ${kind}` }
    : { class: rule.risk, reason: rule.reason };
}

function judgeFunction(call: unknown): Verdict {
  const names = (call as { funcname?: { String?: { sval?: string } }[] }).funcname ?? [];
  const schema = names.length > 1 ? (names.at(-2)?.String?.sval ?? '') : '';
  const name = (names.at(-1)?.String?.sval ?? '').toLowerCase();
  const known = SQL_FUNCTIONS.find((rule) => rule.functions.test(name));
  if (known !== undefined) return { class: known.risk, reason: known.reason.replace('NAME', name) };
  if (schema !== '' && schema !== 'pg_catalog') {
    return { class: 'opaque', reason: `the function ${schema}.${name} is not PostgreSQL's own` };
  }
  return { class: 'opaque', reason: `nothing is known about the function ${name}` };
}
