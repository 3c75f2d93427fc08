import { parseDocument } from 'yaml';
import { SPECIAL_COMMANDS } from '../risk/special-commands.ts';
import { TOOLS } from '../risk-table/index.ts';

/** How the text of a fence is read, whatever its author called it. */
export type Reading =
  | 'shell'
  | 'transcript'
  | 'sql-session'
  | 'sql'
  | 'query'
  | 'config'
  | 'template'
  | 'chat'
  | 'diagram'
  | 'sample'
  | 'code'
  | 'unknown';

const BY_LANGUAGE: readonly { languages: string; reading: Reading }[] = [
  { languages: 'sh bash shell zsh ksh dash ash shellscript', reading: 'shell' },
  { languages: 'console shell-session shellsession terminal sh-session bash-session', reading: 'transcript' },
  { languages: 'sql pgsql postgres postgresql psql plsql', reading: 'sql' },
  { languages: 'promql logql traceql metricsql kql spl jmespath jsonpath', reading: 'query' },
  {
    languages:
      'yaml yml json json5 jsonc toml ini conf cfg config xml hcl tf terraform properties env dotenv nginx apache dockerfile docker csv tsv html css systemd service unit crontab cron make makefile gitignore editorconfig proto graphql logrotate haproxy',
    reading: 'config',
  },
  { languages: 'markdown md mdx rst asciidoc email', reading: 'template' },
  { languages: 'mermaid plantuml dot graphviz ditaa ascii d2', reading: 'diagram' },
  { languages: 'diff patch log output logs', reading: 'sample' },
  {
    languages:
      'python py python3 ruby rb js javascript ts typescript node perl php groovy java go golang rust c cpp c++ csharp cs kotlin scala lua r elixir erlang clojure powershell ps1 pwsh cmd bat batch fish redis mongo mongodb mongosh mysql cypher cql irb pycon awk jq expect tcl',
    reading: 'code',
  },
];
const LANGUAGES = new Map(
  BY_LANGUAGE.flatMap(({ languages, reading }) => languages.split(' ').map((language) => [language, reading] as const)),
);

const PROMPT = /^\s*(?:\(\S+\)\s*)?(?:\[[^\]\n]*\]\s*[$#%]|[\w.-]+@[\w.-]+[^\s$#%]*\s*[$#%]|\$|%)\s+(?=\S)/;
/** A prompt is short; looking for one in a long line takes long. */
const MAX_PROMPT_CHARS = 300;
/** psql's prompts (`shop=>`, `shop=#`, `shop->`), and those of shells whose language is not read here. */
const DATABASE_PROMPT = /^[ \t]*\w[\w.-]{0,60}=[>#][ \t]+\S/m;
const DATABASE_LINE = /^[ \t]*\w[\w.-]{0,60}[=\-('"*][>#][ \t]+/;
const OTHER_PROMPT =
  /^[ \t]*(?:mysql|mariadb(?: \[[^\]\n]{0,60}\])?|mongo\w*|redis|[\d.]{1,40}:\d{1,5}|irb\([^)\n]{0,60}\)\S{0,20}|>>|sqlite|cqlsh\S{0,40}|rs\d?:\w{1,20})>[ \t]+\S/im;
const CHAT =
  /^\s*(?:slack|teams|chat|discord|pagerduty)\s*:\s*[@#/]?\S|@[\w-]+\s+(?:DECLARE|EMERGENCY)\b|^\s*\/[a-z][\w-]*\s+\S/im;

/** Decides by the fence's language, and for texts without one by what is in them. */
export function readingOf(language: string, text: string): Reading {
  const named = LANGUAGES.get(language);
  if (DATABASE_PROMPT.test(text)) return 'sql-session';
  if (named !== 'sample' && OTHER_PROMPT.test(text)) return 'code';
  if (named === 'shell' || named === 'transcript') return hasPrompts(text) ? 'transcript' : 'shell';
  if (named !== undefined) return named;
  if (hasPrompts(text)) return 'transcript';
  if (CHAT.test(text)) return 'chat';
  if (/[─-╿▀-▟←-⇿▲▶▼◀]|â†|-->|\+-{3,}\+/u.test(text)) return 'diagram';
  if (looksLikeSettings(text)) return 'config';
  if (looksLikeCommands(text)) return 'shell';
  if (looksLikeConfig(text)) return 'config';
  if (/\[[A-Z][^\]\n]*\]|\bHH:MM\b|\bYYYY\b|\{\{/.test(text)) return 'template';
  return 'unknown';
}

function hasPrompts(text: string): boolean {
  return text.split('\n').some((line) => PROMPT.test(line.slice(0, MAX_PROMPT_CHARS)));
}

/** True when the first line that is no comment starts with a program the table knows, or reads like a call with options. */
function looksLikeCommands(text: string): boolean {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !/^\s*#/.test(line));
  return lines.some((line) => {
    const word = /^\s*(?:sudo\s+)?([\w./-]+)(?=\s|$)/.exec(line)?.[1];
    if (word === undefined) return false;
    if (/^(?:\.{1,2}\/|\/(?:usr|opt|bin|sbin)\/)/.test(word)) return true;
    if (isKnownCommand(word))
      return /\s\S/.test(line.trim()) || lines.length === 1
        ? !/^[\w-]+ (?:the|a|an|is|are|all|to|and|of)\b/i.test(line.trim())
        : false;
    return /^[a-z][a-z0-9_-]*\s.*(?:\s|^)--?[a-z][\w-]*/.test(line.trim());
  });
}

export function isKnownCommand(word: string): boolean {
  const name = word.replace(/^.*\//, '');
  return TOOLS.has(name) || Object.hasOwn(SPECIAL_COMMANDS, name);
}

/** `key = value` and `[section]` lines, with nothing in them a shell would carry out. */
function looksLikeSettings(text: string): boolean {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !/^\s*[#;]/.test(line));
  return (
    lines.length > 0 &&
    lines.every(
      (line) =>
        !/[`$]\(|`/.test(line) &&
        /^\s*(?:[\w.-]+ = .*|[\w.-]+=(?:\S*|"[^"]*"|'[^']*')\s*|\[[\w.: -]+\]\s*)$/.test(line),
    )
  );
}

function looksLikeConfig(text: string): boolean {
  const trimmed = text.trim();
  if (/^[{[]/.test(trimmed)) {
    try {
      JSON.parse(trimmed);
      return true;
    } catch {
      return false;
    }
  }
  const lines = trimmed.split('\n').filter((line) => line.trim() !== '' && !/^\s*#/.test(line));
  if (!lines.every((line) => /^\s*(?:- )?["']?[\w./-]+["']?\s*:(?:\s|$)|^\s*- \S/.test(line))) return false;
  // `Service: API` lines are a form to fill in as often as they are YAML; nesting or quotes tell.
  return (
    lines.some((line) => /^\s+\S/.test(line)) && parseDocument(trimmed, { prettyErrors: false }).errors.length === 0
  );
}

/** What was typed at psql's prompts; everything else becomes blanks. */
export function statementsOfSession(text: string): string {
  return text
    .split('\n')
    .map((line) => {
      const prompt = DATABASE_LINE.exec(line.slice(0, MAX_PROMPT_CHARS))?.[0];
      return prompt === undefined ? ' '.repeat(line.length) : ' '.repeat(prompt.length) + line.slice(prompt.length);
    })
    .join('\n');
}

/**
 * A transcript as the script it shows: prompts and output become blanks, so that every position stays. Lines without a
 * prompt that start with a known command are kept too: running less than what is written must not make it harmless.
 */
export function commandsOfTranscript(text: string, keepUnprompted: boolean, rootPrompts = false): string {
  let continues = false;
  return text
    .split('\n')
    .map((line) => {
      const prompt = PROMPT.exec(line.slice(0, MAX_PROMPT_CHARS))?.[0] ?? (rootPrompts ? rootPrompt(line) : undefined);
      const keeps =
        prompt !== undefined ||
        continues ||
        /^\s*#/.test(line) ||
        (keepUnprompted && isKnownCommand(/^\s*([\w.-]+)/.exec(line)?.[1] ?? ''));
      continues = keeps && /\\\s*$/.test(line);
      if (!keeps) return ' '.repeat(line.length);
      return prompt === undefined ? line : ' '.repeat(prompt.length) + line.slice(prompt.length);
    })
    .join('\n');
}

/** `# systemctl stop x` in a transcript: root's prompt where a command follows, a comment where words do. */
function rootPrompt(line: string): string | undefined {
  const match = /^(\s*#\s+)(\S+)(?:\s|$)/.exec(line);
  return match !== null && isKnownCommand(match[2]!) ? match[1] : undefined;
}
