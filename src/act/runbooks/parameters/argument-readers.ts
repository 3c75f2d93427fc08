import type { ShellWord } from '../risk/shell-words.ts';

/** Who reads a word once bash has passed it on: nobody but the program (argument), another shell, another language, a JSON reader, or one that takes an address apart. */
type ArgumentReader = 'argument' | 'shell' | 'program' | 'json' | 'url';

const SHELLS = /^(?:.*\/)?(?:ba|z|da|k|a)?sh$/;
/** Options whose value is a program or query in another language. */
const CODE_OPTIONS: Readonly<Record<string, RegExp>> = {
  psql: /^(?:-[a-zA-Z]*c|--command)$/,
  'gitlab-psql': /^(?:-[a-zA-Z]*c|--command)$/,
  mariadb: /^(?:-e|--execute)$/,
  rails: /^runner$/,
  'gitlab-rails': /^runner$/,
  rabbitmqctl: /^eval$/,
  sqlite3: /^-cmd$/,
  'cypher-shell': /^-q$/,
  bq: /^query$/,
  pwsh: /^-(?:c|Command)$/i,
  powershell: /^-(?:c|Command)$/i,
  mysql: /^(?:-e|--execute)$/,
  mongo: /^--eval$/,
  mongosh: /^--eval$/,
  'redis-cli': /^--eval$/,
  perl: /^-[a-z]*[eE]$/,
  python: /^-c$/,
  python3: /^-c$/,
  ruby: /^-e$/,
  node: /^(?:-e|-p|--eval|--print)$/,
  php: /^-r$/,
  awk: /^(?:-e|--source)$/,
  sed: /^(?:-e|--expression)$/,
  clickhouse: /^(?:-q|--query)$/,
  cqlsh: /^-e$/,
  sqlcmd: /^-Q$/,
};
/** Tools whose first word that is no option is a program. */
const CODE_FIRST = new Set([
  'awk',
  'gawk',
  'mawk',
  'nawk',
  'sed',
  'gsed',
  'jq',
  'yq',
  'perl',
  'bc',
  'expr',
  'ts-node',
  'osascript',
]);
/** Tools that read a program from their standard input when given none. */
const CODE_ON_INPUT =
  /^(?:psql|gitlab-psql|cqlsh|cypher-shell|clickhouse-client|irb|rails|gitlab-rails|mariadb|mysql|mongo|mongosh|redis-cli|python3?|perl|ruby|node|php|sqlite3|bc|sed|awk)$/;

/**
 * Who reads the word at `place` (its mark stands at `offset`, which tells the program of awk from its files).
 * A `place` past the last word asks about standard input.
 */
export function readerOf(words: readonly ShellWord[], place: number, offset: number): ArgumentReader {
  const names = words.map((word) => word.value.replace(/^.*\//, ''));
  if (place >= words.length) {
    if (names.some((name) => SHELLS.test(name)) || names[0] === 'ssh') return 'shell';
    return names.some((name) => CODE_ON_INPUT.test(name)) ? 'program' : 'argument';
  }
  if (names[0] === 'eval' || names[0] === 'trap') return 'shell';
  const value = words[place]!.value;
  const before = names.slice(0, place);
  // Everything ssh and watch are given after their host or interval is read again by a shell.
  const rereads = before.findIndex((name) => name === 'ssh' || name === 'watch' || name === 'su' || name === 'runuser');
  if (rereads >= 0 && isPastOwnWords(before, rereads)) return 'shell';
  const flagBefore = before.at(-1) ?? '';
  if (/^-[a-z]*c$/.test(flagBefore) && before.some((name) => SHELLS.test(name))) return 'shell';
  for (const [at, name] of before.entries()) {
    if (CODE_OPTIONS[name]?.test(flagBefore)) return 'program';
    if (CODE_FIRST.has(name) && at === place - 1 - countOptions(before.slice(at + 1))) return 'program';
  }
  if (
    /^(?:--command|--execute|--eval|--query|--source|--expression)=/.test(value) &&
    before.some((name) => name in CODE_OPTIONS)
  )
    return 'program';
  if (offset >= 0 && /(?:^|[=,])\s*[{[]/.test(value) && value.includes('"')) return 'json';
  return /[a-z][a-z0-9+.-]*:\/\//i.test(value) ? 'url' : 'argument';
}

/** True once the host of ssh (or the options of watch and su) are over. */
function isPastOwnWords(before: readonly string[], at: number): boolean {
  const own = before.slice(at + 1);
  if (before[at] === 'su' || before[at] === 'runuser') return /^(?:-c|--command)$/.test(own.at(-1) ?? '');
  const words = own.filter(
    (word, place) => !word.startsWith('-') && !/^-[pilonFJLRDbcEem]$/.test(own[place - 1] ?? ''),
  );
  return before[at] === 'ssh' ? words.length > 0 : !/^-n$|^--interval$/.test(own.at(-1) ?? '');
}

const countOptions = (words: readonly string[]) =>
  words.every((word) => word.startsWith('-')) ? words.length : Number.NaN;
