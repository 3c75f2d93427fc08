import type { RunbookInput } from '../../../contract/runbook.ts';

type InputType = RunbookInput['type'];

/** What an input's name says about its type; the first that fits. */
const TYPE_BY_NAME: readonly { name: RegExp; type: InputType }[] = [
  // Addresses of data stores carry a password more often than not.
  {
    name: /(?:database|db|postgres(?:ql)?|pg|mysql|mongo(?:db)?|redis|amqp|broker)[-_ ]?(?:url|uri)$|(?:^|[-_ ])dsn$|connection[-_ ]string$/i,
    type: 'secret',
  },
  {
    name: /(?:^|[-_. ])(?:token|secret|password|passwd|passphrase|credentials?|api[-_ ]?key|routing[-_ ]?key|private[-_ ]?key|webhook[-_ ]?url)$/i,
    type: 'secret',
  },
  { name: /(?:^|[-_. ])arn$/i, type: 'arn' },
  { name: /(?:^|[-_. ])port$/i, type: 'port' },
  { name: /(?:^|[-_. ])(?:host|hostname|ip|ip[-_ ]?address|server|fqdn|endpoint[-_ ]?host)$/i, type: 'host' },
  { name: /(?:^|[-_. ])(?:url|uri)$/i, type: 'url' },
  { name: /(?:^|[-_. ])(?:percent|percentage|pct)$/i, type: 'percent' },
  { name: /(?:^|[-_. ])(?:replicas|count|seconds|minutes|hours|days|pid|revision|limit|number)$/i, type: 'integer' },
];

export function inputTypeOf(name: string): InputType {
  return TYPE_BY_NAME.find((each) => each.name.test(name))?.type ?? 'string';
}

/** Variables every shell has; they are no questions to the operator. */
export const SHELL_OWN_VARIABLES: ReadonlySet<string> = new Set(
  'HOME PATH PWD OLDPWD USER LOGNAME SHELL HOSTNAME HOSTTYPE OSTYPE MACHTYPE TERM LANG LC_ALL TMPDIR IFS RANDOM SECONDS EPOCHSECONDS EPOCHREALTIME LINENO UID EUID PPID BASHPID BASH BASH_VERSION BASH_SOURCE FUNCNAME PIPESTATUS OPTARG OPTIND REPLY EDITOR PAGER SHLVL DISPLAY COLUMNS LINES PS1 PS4 SSH_CLIENT SSH_CONNECTION KUBECONFIG GROUPS DIRSTACK'.split(
    ' ',
  ),
);

/** Text that only stands for a value: what it is called as an input. `null` keeps the name as written. */
export const STAND_INS: readonly {
  written: RegExp;
  name: string | null;
  type: InputType | null;
  source: RunbookInput['source'];
}[] = [
  { written: /\bYOUR_[A-Z0-9_]+\b/g, name: null, type: null, source: 'placeholder' },
  { written: /\bLATEST_[A-Z]+\b/g, name: null, type: null, source: 'placeholder' },
  { written: /\b(?:REPLACE|CHANGE)_?ME\b/gi, name: null, type: null, source: 'placeholder' },
  { written: /\bAKIA\.{3}/g, name: 'access-key-id', type: 'string', source: 'literal' },
  {
    written: /\bYYYY-?MM-?DD(?:[-_T]?HH-?MM-?(?:SS)?)?(?![A-Za-z])/g,
    name: 'timestamp',
    type: 'string',
    source: 'literal',
  },
  { written: /\b(?:new|your|my)-(?:token|password|secret|api-key)\b/g, name: null, type: 'secret', source: 'literal' },
];

/** `<pod-name>` as people write it: words that start with letters, no blank inside the brackets' edges. */
export const BRACKETED = /<([A-Za-z][\w.-]*(?: [A-Za-z][\w.-]*){0,5})>/g;
