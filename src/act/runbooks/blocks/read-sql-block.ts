import type { BlockClass } from '../../../contract/runbook.ts';
import { type InputMark, markPlaceholders, marksIn, unmark } from '../parameters/mark-inputs.ts';
import { markVariables } from '../parameters/mark-variables.ts';
import { rewriteShell } from '../parameters/rewrite-shell.ts';
import { bindSql, markSql } from '../parameters/rewrite-sql.ts';
import { classifySql, type JudgedStatement, judgeStatements } from '../risk/classify-sql.ts';
import { type RunClass, riskiest } from '../risk/verdict.ts';
import { MAX_SQL_CHARS } from '../syntax/parse-syntax.ts';
import { type BlockContext, type BlockReading, type FoundInput, manualSeed, type StepSeed } from './block-reading.ts';

/** Statements PostgreSQL refuses to run inside a transaction. */
const OUTSIDE_TRANSACTIONS =
  /^(?:VacuumStmt|CreatedbStmt|DropdbStmt|AlterSystemStmt|CreateTableSpaceStmt|DropTableSpaceStmt|CreateSubscriptionStmt|DropSubscriptionStmt)$/;
const CONCURRENTLY = /\bCONCURRENTLY\b/i;
/** A psql that waits at its prompt: given no statement, and no input by `<<SQL`, `< file` or a pipe. */
const CLIENT_LINE = /^(?:sudo\s+(?:-u\s+\S+\s+)?)?psql(?:\s+(?!-c\b|--command\b|-f\b|--file\b)[^\s<>|;&]+)*\s*$/;

/** A text of SQL without psql lines; statements separated by blank lines are steps of their own. */
export async function readSqlBlock(text: string, context: BlockContext): Promise<BlockReading> {
  const sql = dashComments(text);
  if (sql.length > MAX_SQL_CHARS) return unreadable(text, `it is longer than ${MAX_SQL_CHARS} characters`, 'opaque');
  const marked = markSql(sql, context.known);
  if (marked.full) return unreadable(text, 'it has too many places for values', 'opaque');
  const judged = await judgeStatements(bindableText(marked.text, marked.marks));
  if (!judged.ok) {
    const verdict = await classifySql(sql);
    return unreadable(text, judged.reason, verdict.class === 'read' ? 'opaque' : verdict.class);
  }
  const worst = riskiest(judged.statements.map((statement) => statement.verdict));
  const groups = groupStatements(sql, judged.statements, Object.keys(context.attributes).length > 0);
  return {
    class: worst.class as BlockClass,
    reason: worst.reason,
    seeds: seedsOf(sql, marked.text, marked.marks, groups),
  };
}

function unreadable(text: string, why: string, found: RunClass): BlockReading {
  const reason = `PostgreSQL cannot read it: ${why}`;
  const about = {
    found,
    reason: `only a person can do this: ${reason}`,
    action: { kind: 'manual' as const, text: `Run by hand: ${text}` },
  };
  return {
    class: found as BlockClass,
    reason,
    seeds: [manualSeed(text, { start: 0, end: text.trimEnd().length }, about)],
  };
}

/** `# like bash` becomes `--like bash`, character for character, so that every position stays. */
function dashComments(text: string): string {
  return text.replace(/^([ \t]*)#(.*)$/gm, (_, indent: string, rest: string) =>
    /^\s/.test(rest) ? `${indent}--${rest.slice(1)}` : indent + ' '.repeat(rest.length + 1),
  );
}

/** The marked text as PostgreSQL will see it, with every mark still as long as it was. */
function bindableText(marked: string, marks: readonly InputMark[]): string {
  let text = marked;
  for (const mark of marks)
    text = text.replace(new RegExp(`${mark.char}+`, 'g'), (run) => `$1${' '.repeat(Math.max(0, run.length - 2))}`);
  return text;
}

function groupStatements(sql: string, statements: readonly JudgedStatement[], keepWhole: boolean): JudgedStatement[][] {
  const groups: JudgedStatement[][] = [];
  let before: JudgedStatement | undefined;
  const inTransaction = statements.some(
    (statement) => statement.kind === 'TransactionStmt' || statement.kind === 'VariableSetStmt',
  );
  for (const statement of statements) {
    const gap =
      before === undefined
        ? ''
        : sql.slice(before.start + before.text.length, statement.start + leading(statement.text));
    const alone = isOutside(statement) || (before !== undefined && isOutside(before) && !isOutside(statement));
    const splits = before === undefined || alone || (!keepWhole && !inTransaction && /\n[ \t]*\r?\n/.test(gap));
    if (splits && !(keepWhole && before !== undefined && !alone)) groups.push([statement]);
    else groups.at(-1)!.push(statement);
    before = statement;
  }
  return groups;
}

const isOutside = (statement: JudgedStatement) =>
  OUTSIDE_TRANSACTIONS.test(statement.kind) ||
  (CONCURRENTLY.test(statement.text) && /^(?:IndexStmt|DropStmt|ReindexStmt)$/.test(statement.kind));

/** Length of the blanks and comments a statement's text begins with. */
function leading(text: string): number {
  return /^(?:\s|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*/.exec(text)![0].length;
}

function seedsOf(
  sql: string,
  marked: string,
  marks: readonly InputMark[],
  groups: readonly JudgedStatement[][],
): StepSeed[] {
  let end = 0;
  return groups.map((group) => {
    const before = end;
    const last = group.at(-1)!;
    end = last.start + last.text.length;
    return seedOf(sql, marked, marks, group, before);
  });
}

/** `before` is where the statement above ended; comments between there and here are about this one. */
function seedOf(
  sql: string,
  marked: string,
  marks: readonly InputMark[],
  group: readonly JudgedStatement[],
  before: number,
): StepSeed {
  const first = group[0]!;
  const last = group.at(-1)!;
  const start = first.start + leading(first.text);
  const end = last.start + last.text.trimEnd().length;
  const verdict = riskiest(group.map((statement) => statement.verdict));
  const comments = [...sql.slice(before, start).matchAll(/--\s*(.*)/g)]
    .map((match) => match[1]!.trim())
    .filter((comment) => comment !== '');
  const text = marked.slice(start, end);
  const inputs: FoundInput[] = marksIn(text, marks).map((mark) => ({
    name: mark.name,
    source: mark.source,
    type: mark.type,
    offset: mark.start,
  }));
  const body = unmark(text, marks, sql);
  const about = { title: comments.join(' ') || null, found: verdict.class, reason: verdict.reason, inputs };
  const statements: { text: string; binds: string[] }[] = [];
  for (const statement of group) {
    const from = statement.start + leading(statement.text);
    const bound = bindSql(marked.slice(from, statement.start + statement.text.length).trim(), marks);
    if (!bound.ok) {
      return manualSeed(
        body,
        { start, end },
        {
          ...about,
          reason: `only a person can do this: ${bound.reason}`,
          problem: { rule: 'no-safe-form', message: bound.reason },
          action: { kind: 'manual', text: `Run by hand: ${body}` },
        },
      );
    }
    statements.push({ text: bound.text, binds: bound.binds });
  }
  const transaction = !group.some(isOutside) && !group.some((statement) => statement.kind === 'TransactionStmt');
  const readOnly = verdict.class === 'read' || verdict.class === 'check';
  return {
    kind: 'sql',
    body,
    start,
    end,
    ...about,
    action: { kind: 'sql', statements, transaction, readOnly },
    bound: null,
    choice: null,
  };
}

/** True for text that is SQL although its fence says something else. */
export async function looksLikeSql(text: string): Promise<boolean> {
  const sql = text.replace(/^\s*(?:#|--).*$/gm, '').trim();
  if (
    !/^(?:select|insert|update|delete|create|alter|drop|with|explain|vacuum|analyze|show|truncate|grant|revoke|reindex|begin)\b/i.test(
      sql,
    )
  )
    return false;
  return (await judgeStatements(sql)).ok;
}

/**
 * `psql $URL` on a line of its own, followed by what is typed there. Nobody types in a run: the statements are fed to
 * psql, which stops at the first error. Null where the text is not such a session.
 */
export async function readPsqlSession(text: string, context: BlockContext): Promise<BlockReading | null> {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => line.trim() !== '' && !/^\s*(?:#|--)/.test(line));
  const client = lines[at]?.trim() ?? '';
  if (!CLIENT_LINE.test(client)) return null;
  const typed = dashComments(lines.slice(at + 1).join('\n')).trim();
  if (typed.replace(/^\s*--.*$/gm, '').trim() === '') return null;
  const verdict = await classifySql(typed);
  const start = lines.slice(0, at).join('\n').length + (at > 0 ? 1 : 0);
  const whole = { start, end: text.trimEnd().length };
  const body = text.slice(whole.start, whole.end);
  const marked = markPlaceholders(client);
  await markVariables(marked, context.known);
  const inputs: FoundInput[] = marked.marks.map((mark) => ({
    name: mark.name,
    source: mark.source,
    type: mark.type,
    offset: start + (lines[at]!.length - lines[at]!.trimStart().length) + mark.start,
  }));
  const questions = markSql(typed, context.known).marks;
  const rewritten = await rewriteShell(marked.text, marked.marks);
  const end = 'HOLDFAST_SQL';
  if (!rewritten.ok || questions.length > 0 || typed.includes(end)) {
    const reason = rewritten.ok
      ? 'values cannot be put safely into what is typed at a prompt; use a sql fence'
      : rewritten.reason;
    const seed = manualSeed(body, whole, {
      found: verdict.class,
      reason: `only a person can do this: ${reason}`,
      problem: { rule: 'no-safe-form', message: reason },
      inputs,
      action: { kind: 'manual', text: `Run by hand: ${body}` },
    });
    return { class: verdict.class as BlockClass, reason: verdict.reason, seeds: [seed] };
  }
  const script = `${rewritten.script.replace(/\bpsql\b/, 'psql -X -v ON_ERROR_STOP=1')} <<'${end}'\n${typed}\n${end}\n`;
  const seed: StepSeed = {
    kind: 'shell',
    title: null,
    body,
    ...whole,
    found: verdict.class,
    reason: verdict.reason,
    action: { kind: 'shell', script, parameters: rewritten.parameters },
    inputs,
    bound: null,
    choice: null,
  };
  return { class: verdict.class as BlockClass, reason: verdict.reason, seeds: [seed] };
}
