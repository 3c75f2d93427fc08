import { parseDocument } from 'yaml';
import { beginsLikeSql } from '../consoles/classify-dialect-sql.ts';
import { detectConsole, looksLikeQuery } from '../consoles/detect-console.ts';
import { destroysAlone, isKnownCommand } from './known-command.ts';
import { isProse, keepLines, type Place, readSessionLines } from './session-lines.ts';

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
  | 'console'
  | 'code'
  | 'unknown';

const BY_LANGUAGE: readonly { languages: string; reading: Reading }[] = [
  {
    languages:
      'sh bash shell zsh ksh dash ash fish shellscript shell-script console shell-session shellsession terminal sh-session bash-session bash-script commandline cli cmdline text-console',
    reading: 'shell',
  },
  { languages: 'sql pgsql postgres postgresql psql', reading: 'sql' },
  { languages: 'promql logql traceql metricsql kql spl jmespath jsonpath lucene flux influxql eql', reading: 'query' },
  {
    languages:
      'yaml yml json json5 jsonc jsonnet toml ini conf cfg config xml hcl tf terraform properties env dotenv nginx apache apacheconf dockerfile docker docker-compose csv tsv html css scss systemd service unit crontab cron make makefile gitignore editorconfig proto protobuf graphql logrotate haproxy vcl rego cue helm gotemplate go-template jinja jinja2 erb sshconfig ssh-config desktop plist nix pp puppet bicep caddyfile caddy',
    reading: 'config',
  },
  { languages: 'markdown md mdx rst asciidoc email mail eml txt-template', reading: 'template' },
  { languages: 'mermaid plantuml puml dot graphviz ditaa ascii d2 svgbob flow sequence wavedrom', reading: 'diagram' },
  { languages: 'diff patch log output logs stacktrace traceback result out stdout', reading: 'sample' },
  // Programs that are built somewhere else are shown, not run from a runbook.
  {
    languages:
      'java go golang rust rs jsx tsx c cpp c++ h csharp cs kotlin kt scala swift dart objc vue svelte haskell hs ocaml fsharp zig solidity asm',
    reading: 'sample',
  },
  {
    languages:
      'ruby rb irb rails pry python py python3 pycon ipython django js javascript node nodejs ts typescript mjs mongo mongodb mongosh mongoshell php tinker erlang erl redis redis-cli rediscli mysql mariadb cql cqlsh sqlite sqlite3 tsql mssql plsql oracle clickhouse hive presto trino snowflake bigquery cypher neo4j http rest elasticsearch es kibana opensearch powershell ps1 pwsh posh cmd bat batch dos',
    reading: 'console',
  },
  {
    languages: 'perl groovy lua r elixir ex exs iex clojure clj awk expect tcl jq applescript vb vbscript vbs',
    reading: 'code',
  },
];
const LANGUAGES = new Map(
  BY_LANGUAGE.flatMap(({ languages, reading }) => languages.split(' ').map((language) => [language, reading] as const)),
);

const CHAT =
  /^\s*(?:slack|teams|chat|discord|pagerduty)\s*:\s*[@#/]?\S|@[\w-]+\s+(?:DECLARE|EMERGENCY)\b|^\s*\/[a-z][\w-]*\s+\S/im;

/** What a fence's language name says it is; undefined where it says nothing (`text`, none at all, a word nobody knows). */
export function readingByName(language: string): Reading | undefined {
  return LANGUAGES.get(language);
}

/** Languages that announce a transcript: their lines without a prompt are output. */
const IS_CONSOLE = /^(?:console|shell-?session|terminal|sh-session|bash-session)$/;
/** Readings whose language already says that nothing in them is typed anywhere. */
const NEVER_TYPED: ReadonlySet<Reading> = new Set(['config', 'diagram', 'template', 'query', 'code', 'sample']);
/** Longer texts are not searched for prompts. */
const MAX_SESSION_CHARS = 65_536;

export const announcesTranscript = (language: string): boolean => IS_CONSOLE.test(language);

/** True where a text of this language could be a transcript at all. */
export function mayBeSession(language: string, text: string): boolean {
  const named = readingByName(language);
  return text.length <= MAX_SESSION_CHARS && (named === undefined || !NEVER_TYPED.has(named));
}

/** How a fence is read, by its language and by what is in it. */
export function readingOf(language: string, text: string): Reading {
  const named = readingByName(language);
  if (mayBeSession(language, text)) {
    const session = readSessionLines(text, announcesTranscript(language), named === 'shell');
    const places = new Set(
      session?.prompted === true ? session.lines.flatMap((line) => (line.kind === 'typed' ? [line.place] : [])) : [],
    );
    if (places.has('shell')) return 'transcript';
    if (places.size === 1 && places.has('sql')) return 'sql-session';
    if (places.size > 0) return 'console';
  }
  return named ?? readingByContent(text);
}

/** What was typed at a shell's prompts and the comments beside it; everything else becomes blanks. */
export const commandsOfTranscript = (text: string, announced: boolean): string => typedAt(text, announced, 'shell');

/** What is typed into shells in a fence, prompts and output as blanks; the text itself where it has none. */
export function typedShell(language: string, text: string): string {
  if (!mayBeSession(language, text)) return text;
  const session = readSessionLines(text, announcesTranscript(language), readingByName(language) === 'shell');
  if (session === null) return text;
  const keep = session.lines.flatMap((line, at) =>
    line.kind === 'typed' && (line.place === 'shell' || line.place === 'remote') ? [at] : [],
  );
  return keepLines(session.lines, new Set(keep));
}

/** What was typed at psql's prompts; everything else becomes blanks. */
export const statementsOfSession = (text: string): string => typedAt(text, false, 'sql');

function typedAt(text: string, announced: boolean, place: Place): string {
  const lines = readSessionLines(text, announced, false)?.lines ?? [];
  const keep = lines.flatMap((line, at) =>
    line.place === place && (line.kind === 'typed' || line.kind === 'entry' || line.kind === 'comment') ? [at] : [],
  );
  return lines.length === 0 ? text : keepLines(lines, new Set(keep));
}

/** Decides by what is in a text that its author did not name. */
export function readingByContent(text: string): Reading {
  const hasTyped = text.split('\n').some(isTypedLine);
  if (CHAT.test(text) && !hasTyped) return 'chat';
  if (looksLikeForm(text) || looksLikeMessage(text)) return 'template';
  if (looksLikeOutput(text)) return 'sample';
  if (!hasTyped && looksLikeQuery(text)) return 'query';
  if (/[─-╿▀-▟←-⇿▲▶▼◀]|â†|-->|\+-{3,}\+/u.test(text) && (!looksLikeCommands(text) || isDrawing(text))) return 'diagram';
  if (looksLikeSettings(text) || looksLikeDirectives(text)) return 'config';
  if (beginsLikeSql(text)) return 'sql';
  if (detectConsole(text) !== undefined) return 'console';
  if (looksLikeCommands(text)) return 'shell';
  if (looksLikeConfig(text)) return 'config';
  if (!hasTyped && /\[[A-Z][^\]\n]*\]|\bHH:MM\b|\bYYYY\b|\{\{/.test(text)) return 'template';
  return 'unknown';
}

const MESSAGE_KEY =
  /^\s*(?:[-*•]\s*)?(?:incident(?: id| commander)?|status|severity|impact|service|affected\b[\w ]*|started|start time|duration|eta|root cause|resolution|resolved|cause|summary|next update|current actions?|actions? taken|initial assessment|post-?mortem|owner|lead|commander|time|detected|title|description)\s*:\s*\S/i;

/** A message to people about an incident: at least three of the lines such messages are made of. */
function looksLikeMessage(text: string): boolean {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const said = lines.filter((line) => MESSAGE_KEY.test(line)).length;
  return (
    said >= 3 &&
    said * 3 >= lines.length &&
    /\b(?:incident|outage|impact|severity|root cause|resolution|mitigat\w*|eta)\b/i.test(text) &&
    !looksLikeCommands(text)
  );
}

/** Lines drawn with boxes and arrows, in which commands only name what happens: each stands inside the drawing. */
function isDrawing(text: string): boolean {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const drawn = lines.filter((line) => /[─-╿▲▶▼◀]/u.test(line)).length;
  return (
    drawn * 5 >= lines.length * 2 &&
    drawn >= 3 &&
    lines.every((line) => /^\s{4}/.test(line) || !looksLikeCommands(line))
  );
}

/** Nothing but places to fill in: `[your command here]`. */
export function looksLikeForm(text: string): boolean {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !/^\s*#/.test(line));
  return (
    lines.length > 0 &&
    lines.every((line) => /^\s*(?:\[[\p{L}][^\]\n]*\s[^\]\n]*\]|<[\p{L}][^>\n]*\s[^>\n]*>|\.{3}|…)\s*$/u.test(line))
  );
}

/** `tool [options] verb [--] [name ...]`: how a command is written, not a command. */
export function looksLikeUsage(text: string): boolean {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !/^\s*#/.test(line));
  return (
    lines.length > 0 &&
    lines.every(
      (line) => (line.match(/(?<=\s)\[+(?:-{1,2}|[a-z])[\w =|.<>-]*/gi) ?? []).length >= 2 && !/\[\[? -/.test(line),
    )
  );
}

const LOG_LINE =
  /^\s*(?:[A-Z][a-z]{2} +\d{1,2} \d\d:\d\d:\d\d|\[?\d{4}[-/]\d\d[-/]\d\d[T _]\d\d:\d\d|\[\d|\d\d:\d\d:\d\d\b|[IWEF]\d{4} \d\d:\d\d|(?:time|ts|level|msg)=|\{"(?:time|ts|level|msg|timestamp|@timestamp)"|(?:ERROR|WARN|WARNING|INFO|DEBUG|FATAL|Error|Warning|Traceback|panic|Caused by|Exception)\b[:\s[(])/;

/** Output alone: a log, or a table some program printed. */
export function looksLikeOutput(text: string): boolean {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (
    lines.length > 0 &&
    LOG_LINE.test(lines[0]!) &&
    lines.filter((line) => LOG_LINE.test(line)).length * 3 >= lines.length &&
    !lines.some((line) => !LOG_LINE.test(line) && isTypedLine(line))
  )
    return true;
  return looksLikeTable(text) || looksLikeReport(lines);
}

/** `✅ Done`, `📁 File: x`: a program telling people what it did, with nothing among it that could be typed. */
function looksLikeReport(lines: readonly string[]): boolean {
  return (
    lines.length >= 2 &&
    /^\s*[\p{Extended_Pictographic}●○◉×✓✔✗✘▶►■□◆]/u.test(lines[0]!) &&
    !lines.some(
      (line) =>
        (!/\S {2,}:?\s*\S|^\s*\w+ :\s/.test(line) &&
          isKnownCommand(/^\s*(?:[$#>]\s*)?(?:sudo\s+)?([\w./-]+)/.exec(line)?.[1] ?? '')) ||
        /^\s*(?:\.{0,2}\/|[$#]\s)/.test(line),
    )
  );
}

/** A command or a statement, and no row of a table that begins like one. */
const isTypedLine = (line: string): boolean =>
  destroysAlone(line) ||
  (!/\S(?: {2,}|\t)\S/.test(line.trim()) &&
    !/^\s*[+|]/.test(line) &&
    ((beginsLikeSql(line) && (/;\s*$/.test(line) || !line.includes('|'))) ||
      (isKnownCommand(/^\s*(?:sudo\s+)?([\w./-]+)(?:\s|$)/.exec(line)?.[1] ?? '') &&
        (!line.includes('|') || /\s--?[A-Za-z]/.test(line)) &&
        /\s\S/.test(line.trim()) &&
        !isProse(line.trim()))));

/** A table some program printed: rows of cells between bars, or columns under a line of capitals. */
function looksLikeTable(text: string): boolean {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  // What was typed above it, or below, would not be judged.
  if (lines.some(isTypedLine)) return false;
  if (lines.length >= 3 && lines.filter((line) => /^\s*[+|].*[+|]\s*$/.test(line)).length >= lines.length - 1)
    return true;
  if (
    lines.length >= 3 &&
    lines.some((line) => /^[\s-]*-{3,}\+-{3,}[\s+-]*$/.test(line)) &&
    lines.filter((line) => line.includes('|')).length >= 2
  )
    return true;
  return lines.length >= 2 && /^[A-Z][A-Z0-9()%/_-]*(?:\s{2,}[A-Z][A-Z0-9()%/_ -]*){1,}\s*$/.test(lines[0]!);
}

/** True when the first line that is no comment starts with a program the table knows, or reads like a call with options. */
export function looksLikeCommands(text: string): boolean {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !/^\s*#/.test(line));
  return lines.some((written) => {
    // `KEY=$(…) command`: what is set for a command says that one follows; what a command sets, too.
    // `< list xargs rm`: so does a redirection in front of it.
    const line = unopened(written)
      .replace(ASSIGNMENTS, '')
      .replace(/^\s*<\s*[\w./-]+\s+/, '');
    // `while true; do …; done`, `if …; then …; fi`: nobody else writes like that.
    if (/^\s*(?:while|until|for|if)\s.*;\s*(?:do|then)\s.*;\s*(?:done|fi)\b/.test(line)) return true;
    if (line === '' || line !== unopened(written))
      return /=\$\(|=`/.test(written) || (line !== '' && isKnownCommand(/^[\w./-]+/.exec(line)?.[0] ?? ''));
    const word = /^\s*(?:sudo\s+)?([\w./-]+)(?=\s|$|[;&|])/.exec(line)?.[1];
    if (word === undefined) return false;
    // `sync;reboot`: a command that another follows at once.
    if (/^\s*[\w./-]+\s*(?:;|&&|\|\|)\s*[a-z]/.test(line) && isKnownCommand(word)) return !isProse(line.trim());
    if (/^(?:\.{1,2}\/|\/(?:usr|opt|bin|sbin)\/)/.test(word)) return true;
    if (isKnownCommand(word)) return (/\s\S/.test(line.trim()) || lines.length === 1) && !isProse(line.trim());
    // `site-tool <env> service restart`: words and places for values, and no sentence.
    if (/^[a-z][\w-]*(?: +(?:<[\w -]{1,40}>|[\w./:=@-]+))+$/.test(line.trim()) && /<[\w -]+>/.test(line)) return true;
    return /^[a-z][a-z0-9_-]*\s.*(?:\s|^)--?[a-z][\w-]*/.test(line.trim()) || takesSystemPath(line.trim());
  });
}

/** `(cd x && rm -rf y)`, `{ rm x; }`, `! rm x`, `\\rm x`, `"rm" x`, `- rm -rf x`: the command without what opens it. */
function unopened(line: string): string {
  const inner = line
    .replace(/^[\s\u200b\ufeff]+/, '')
    .replace(/^\s*(?:[({!]\s*|\\(?=[a-z]))+/, '')
    .replace(/^\s*\$\((?:which|command -v|type -p)\s+([\w./-]+)\)/, '$1')
    .replace(/^\s*(["'])([\w./-]+)\1(?=\s)/, '$2');
  // A point of a list is prose more often than not: what only commands have must be in it.
  const point = /^\s*(?:[-*•]|\d{1,2}[.)])\s+(?=[a-z./])/.exec(inner);
  return point !== null && /\s-{1,2}[A-Za-z]|[|;&$]|\s\.{0,2}\//.test(inner) ? inner.slice(point[0].length) : inner;
}

/** `some-tool zap /dev/sdb`: a few words, the last of them a path of the system, and no sentence. */
const takesSystemPath = (line: string) =>
  /^[a-z][a-z0-9_-]*(?: +[\w:=.-]+){0,3} +\/(?:dev|etc|var|opt|srv|usr|mnt|home|data|tmp)\/[\w./-]*[\w/-]$/.test(
    line,
  ) && !isProse(line);

const ASSIGNMENTS =
  /^\s*(?:(?:export|local)\s+)?(?:[A-Za-z_]\w*=(?:\$\((?:[^()]|\([^()]*\))*\)|`[^`]*`|"[^"]*"|'[^']*'|[^\s'"`$]*|\$\{?\w+\}?)\s*)+/;

/** `key = value` and `[section]` lines, with nothing in them a shell would carry out. */
function looksLikeSettings(text: string): boolean {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !/^\s*[#;]/.test(line));
  return (
    lines.some((line) => line.includes('=')) &&
    lines.every(
      (line) =>
        !/[`$]\(|`/.test(line) &&
        /^\s*(?:[\w.-]+\s+=\s+.*|(?:export\s+)?[\w.-]+=(?:\S*|"[^"]*"|'[^']*'|<[^<>\n]*>)\s*(?:\s#.*)?|\[[\w.: -]+\]\s*)$/.test(
          line,
        ),
    )
  );
}

/** Lines of HAProxy and nginx, and Ruby's hashes of settings. */
const DIRECTIVE =
  /^\s*(?:acl|http-request|http-response|tcp-request|use_backend|default_backend|backend|frontend|listen|upstream|location|server_name|proxy_\w+|server|option|timeout|bind|balance|ssl_\w+|add_header|return|rewrite|log_format)\s+\S|^\s*[}\])]+[,;]?\s*$/;
const HASH_LINE = /^\s*(?:\w+\(?\s*\{?\(?|[:"'\w.-]+\s*=>\s*.+|[}\])]+,?|\{)\s*$/;

const CRON_LINE = /^\s*(?:(?:[\d*]+(?:[-/,][\d*]+)*\s+){5}|@(?:hourly|daily|weekly|monthly|yearly|reboot)\s+)\S/;

function looksLikeDirectives(text: string): boolean {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !/^\s*#/.test(line));
  if (lines.length < 2) return false;
  return (
    lines.every((line) => DIRECTIVE.test(line)) || (text.includes('=>') && lines.every((line) => HASH_LINE.test(line)))
  );
}

function looksLikeConfig(text: string): boolean {
  const trimmed = text.trim();
  if (looksLikeDirectives(text)) return true;
  const rows = trimmed.split('\n').filter((line) => line.trim() !== '' && !/^\s*#|^\s*[A-Z_]+=/.test(line));
  if (rows.length > 0 && rows.every((line) => CRON_LINE.test(line))) return true;
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

export { isKnownCommand };
