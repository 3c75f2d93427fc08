import { SQL_FUNCTIONS, SQL_STATEMENTS } from '../risk-table/sql.ts';
import { parseSql, type SqlStatementSyntax } from '../syntax/parse-syntax.ts';
import { isRiskier, riskiest, type Verdict } from './verdict.ts';

/** One statement, judged by its kind and by every function it calls, however deep. */
export type JudgedStatement = { text: string; start: number; kind: string; verdict: Verdict };

/** psql's own commands that only show things. */
const SHOWING_META = /^\\(?:d\S*|l\+?|dt\S*|conninfo|x|timing|pset|q|echo|encoding|z|sf\S*|c|connect)(?:\s|$)/;

/** What a text of SQL (with psql's backslash commands, if any) would do. A text PostgreSQL cannot read is opaque. */
export async function classifySql(text: string): Promise<Verdict> {
  const verdicts: Verdict[] = [];
  const lines = text.split('\n');
  for (const line of lines.map((each) => each.trim()).filter((each) => each.startsWith('\\'))) {
    verdicts.push(
      SHOWING_META.test(line)
        ? { class: 'read', reason: `psql shows: \`${line}\`` }
        : { class: 'opaque', reason: `\`${line.split(/\s/)[0]}\` is psql's own command, not SQL` },
    );
  }
  const sql = lines.filter((line) => !line.trim().startsWith('\\')).join('\n');
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
