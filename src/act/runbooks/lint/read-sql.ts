import { statementsOfSession } from '../blocks/detect-language.ts';
import { markPlaceholders } from '../parameters/mark-inputs.ts';
import { DYNAMIC } from '../risk/shell-words.ts';
import { parseSql } from '../syntax/parse-syntax.ts';
import type { LintBlock, LintSql } from './lint-document.ts';
import type { LintCommand } from './lint-script.ts';

const CLIENT_LINE = /^[ \t]*(?:sudo\s+(?:-u\s+\S+\s+)?)?psql(?:[ \t]+(?!-c\b|--command\b|-f\b|--file\b|<)\S+)*[ \t]*$/m;
const SHELL_LANGUAGE = /^(?:sh|bash|shell|zsh|console)?$/;

/** Every piece of SQL: fences, what is typed after `psql`, and `psql -c '…'`. */
export async function findSql(blocks: readonly LintBlock[], commands: readonly LintCommand[]): Promise<LintSql[]> {
  const found: LintSql[] = [];
  for (const block of blocks) {
    const text = sqlOf(block);
    if (text === null) continue;
    if (block.reading === 'shell') block.script = null;
    const at = { start: block.offsetOf(0), end: block.offsetOf(block.text.length) };
    found.push({ text: block.text, at, block, ...(await read(text)), offsetOf: (offset) => block.offsetOf(offset) });
  }
  for (const command of commands) {
    if (command.name !== 'psql') continue;
    for (const [place, arg] of command.args.entries()) {
      const value = /^(?:-[a-zA-Z]*c|--command)$/.test(arg.value) ? command.args[place + 1] : undefined;
      if (value === undefined || /^\s*\\/.test(value.value)) continue;
      // A value put in by the shell could be anything; a name is what it most often is.
      const text = value.value.replace(new RegExp(DYNAMIC, 'g'), '1');
      const exact = value.raw.length === value.value.length + 2 && !command.quoted;
      const offsetOf = (offset: number) => (exact ? value.start + 1 + offset : value.start);
      found.push({ text, at: value, block: null, ...(await read(text)), offsetOf });
    }
  }
  return found;
}

/** The block's SQL with everything else blanked, or null where it holds none. */
function sqlOf(block: LintBlock): string | null {
  if (block.reading === 'sql-session') return statementsOfSession(block.text);
  const client = CLIENT_LINE.exec(block.text);
  const isSql = block.reading === 'sql';
  if (!isSql && !(client !== null && SHELL_LANGUAGE.test(block.language) && isMostlySql(block.text))) return null;
  return client === null ? block.text : block.text.replace(CLIENT_LINE, (line) => ' '.repeat(line.length));
}

const isMostlySql = (text: string) =>
  /^\s*(?:SELECT|UPDATE|DELETE\s+FROM|INSERT\s+INTO|VACUUM|ALTER|CREATE|SHOW|DROP|WITH)\b[\s\S]*;\s*$/im.test(text);

async function read(text: string): Promise<Pick<LintSql, 'statements' | 'problem'>> {
  const masked = mask(text);
  const parsed = await parseSql(masked);
  if (parsed.ok) return { statements: parsed.statements, problem: null };
  return { statements: null, problem: { reason: parsed.reason, offset: Math.max(0, parsed.position ?? 0) } };
}

/** Placeholders, `$VARIABLES`, psql's `:variables` and meta commands as something PostgreSQL can read; offsets stay. */
function mask(text: string): string {
  const pad = (run: string) => `$1${' '.repeat(Math.max(0, run.length - 2))}`;
  const commented = text.replace(
    /^([ \t]*)#(.*)$/gm,
    (_, indent: string, rest: string) => indent + ' '.repeat(rest.length + 1),
  );
  return markPlaceholders(commented)
    .text.replace(/[\uE000-\uF8FF]+/g, pad)
    .replace(/\$\{?[A-Za-z_]\w*\}?(?!\$)/g, pad)
    .replace(/(?<![:\w]):(?:'\w+'|"\w+"|[a-z_]\w*)/gi, pad)
    .replace(/^[ \t]*\\[a-z?!][^\n]*$/gim, (line) => ' '.repeat(line.length));
}
