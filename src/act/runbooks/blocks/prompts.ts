import type { ConsoleLanguage } from '../consoles/console-language.ts';

/** A line as it was typed: at which prompt, and where the typed text begins. `undefined` prompt: no prompt on it. */
export type PromptLine = {
  /** What the prompt belongs to; `continued` is a second line of what was typed before (`> `, `... `, `    -> `). */
  at: 'shell' | ConsoleLanguage | 'bare' | 'continued' | undefined;
  /** Offset of the typed text in the line. */
  from: number;
};

/** A prompt is short; looking for one in a long line takes long. */
const MAX_PROMPT_CHARS = 300;

const SHELL_PROMPTS: readonly RegExp[] = [
  // [root@host ~]# , (venv) [me@host]$
  /^\s*(?:\(\S+\)\s*)?\[[^\]\n]{1,120}\]\s*[$#%>]\s+(?=\S)/,
  // user@host:path$ , root@pod:/# , (venv) me@host:~/dir %
  /^\s*(?:\(\S+\)\s*)?[\w.+-]+@[\w.-]+(?:[:\s][^\s$#%>]*)?\s?[$#%>]\s+(?=\S)/,
  // user@host:path#command, glued
  /^\s*[\w.+-]+@[\w.-]+:[^\s$#%>]*[$#](?=[A-Za-z./])/,
  // $ command , (venv) $ command
  /^\s*(?:\(\S+\)\s*)?\$\s+(?=\S)/,
  // sh-4.4# , bash-5.1$
  /^\s*(?:sh|bash|zsh|ksh)-\d[\d.]*[$#]\s*(?=\S)/,
  // / # , ~ $ , ~/dir $ , /app #
  /^\s*(?:~|\/)\S*\s[$#]\s+(?=\S)/,
  // host:~ # , host:/etc #
  /^\s*[\w.-]+:[~/]\S*\s?[$#>]\s+(?=\S)/,
  // db-01 $ command , workstation   $ command
  /^\s*[A-Za-z][\w.-]{1,80}\s+\$\s+(?=[A-Za-z./])/,
  // db-01-prod # command
  /^\s*[a-z][\w]*(?:[-.][\w]+)*-?\d[\w.-]*\s#\s+(?=[a-z./_]+[\s=])/,
  // % command, as zsh shows it
  /^\s*%\s+(?=[a-z./])/,
  // [15:43] me | ~ -> command
  /^\s*\[\d[\d:]*\]\s[^\n]{0,60}?\s->\s+(?=[a-z./])/,
  // web-1$ command
  /^\s*[A-Za-z][\w.-]{0,40}[$]\s+(?=[a-z./])/,
  // └─$ command: the second line of a prompt of two
  /^\s*(?:└─+|╰─+)\s*[$#%❯>λ➤]\s+(?=\S)/u,
  // ➜  dir , ❯
  /^\s*(?:➜\s+\S+(?:\s+git:\(\S+\))?(?:\s+✗)?|❯|λ)\s+(?=\S)/u,
];
const CONSOLE_PROMPTS: readonly { at: ConsoleLanguage | 'continued'; prompt: RegExp }[] = [
  {
    at: 'powershell',
    prompt: /^\s*PS(?:\s*\[[^\]\n]{0,80}\])?(?:\s+(?:[A-Za-z]:|\/|~|Microsoft)[^>\n]{0,160})?>\s*(?=\S)/,
  },
  { at: 'cmd', prompt: /^\s*[A-Z]:\\[^>\n]{0,160}>\s*(?=\S)/ },
  {
    at: 'ruby',
    prompt:
      /^\s*(?:irb\([^)\n]{0,60}\)[:\d*]{0,20}(?:>|\*)|(?:irb|pry|rails)[:\d]{0,12}>|(?:\[\d+\]\s*)?pry\([^)\n]{0,60}\)>|\S{1,40}\((?:prod|production|staging|dev|main|development)\)[:\d]{0,12}>|(?:\[\s?[\w -]{1,30}\s?\]\s+)?(?:production|staging|development|console|main)>)\s*(?=\S)/,
  },
  { at: 'python', prompt: /^\s*(?:>>>|In\s\[\d+\]:)\s*(?=\S)/ },
  { at: 'continued', prompt: /^\s*(?:\.{3}|\.{3}:)\s(?=\s*\S)/ },
  {
    at: 'mysql',
    prompt:
      /^\s*(?:(?:mysql|MariaDB)(?:\s*\[[^\]\n]{0,60}\])?|MySQL\b[^>\n]{0,60}|sqlite|cqlsh(?::\w+)?|\w+@cqlsh(?::\w+)?|SQL|DGMGRL|RMAN|clickhouse|trino(?::\w+)?|presto(?::\w+)?|hive|spark-sql|\d: jdbc:[^>\n]{1,120})>\s*(?=\S)/,
  },
  { at: 'continued', prompt: /^\s{0,12}(?:->|'>|">)\s+(?=\S)/ },
  {
    at: 'redis',
    prompt:
      /^\s*(?:redis|valkey|keydb)?\s*(?:\/\S+|[\w.-]{1,60}:\d{2,5}|redis|redis-cli|valkey|valkey-cli|not connected)(?:\[\d+\])?(?:\([^)\n]{1,20}\))?>\s*(?=\S)/,
  },
  {
    at: 'mongo',
    prompt:
      /^\s*(?:(?:Enterprise |Atlas )?(?:[\w-]{1,60}\s*(?::(?:PRIMARY|SECONDARY|ARBITER|STARTUP2?|RECOVERING|OTHER)|\[(?:direct: )?\w+\])(?:\s+\w[\w-]*)?|\[(?:direct: )?\w+\]\s+\w+|mongos?|test|admin|local))>\s*(?=\S)/,
  },
  { at: 'cypher', prompt: /^\s*(?:neo4j|[\w.-]+@(?:neo4j|system|[\w.-]+))(?:\(\w+\))?>\s*(?=\S)/ },
  // `2>/dev/null rm x` begins like Erlang's prompt, but its statements end in a mark.
  {
    at: 'erlang',
    prompt: /^\s*(?:(?:iex\(\d+\)>|\([\w.@-]+\)\d+>)\s*(?=\S)|\d+>\s+(?=[^\s/&][^\n]*(?:[.,;]|->|\bof|\bfun)\s*$))/,
  },
  { at: 'sql', prompt: /^\s*\w[\w.-]{0,60}=[*!^]?[>#]\s+(?=\S)/ },
  { at: 'continued', prompt: /^\s*\w[\w.-]{0,60}[-('"*^][>#]\s+(?=\S)/ },
];
/** `> `: a console, or the second line of a shell's command; `>> ` is irb's. */
const BARE = /^\s*>{1,2}\s+(?=\S)/;

/** Looks for a prompt at the head of one line. */
export function promptOf(line: string): PromptLine {
  const head = line.slice(0, MAX_PROMPT_CHARS);
  for (const { at, prompt } of CONSOLE_PROMPTS) {
    const match = prompt.exec(head);
    if (match !== null) return { at, from: match[0].length };
  }
  for (const prompt of SHELL_PROMPTS) {
    const match = prompt.exec(head);
    if (match !== null) return { at: 'shell', from: match[0].length };
  }
  const bare = BARE.exec(head);
  if (bare !== null) return { at: 'bare', from: bare[0].length };
  return { at: undefined, from: 0 };
}
