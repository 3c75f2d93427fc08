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
    name: /(?:^|[-_. ])(?:token|secret|password|passwd|passphrase|pwd|credentials?|api[-_ ]?key|secret[-_ ]?(?:access[-_ ]?)?key|access[-_ ]?token|auth[-_ ]?key|routing[-_ ]?key|private[-_ ]?key|unseal[-_ ]?key|recovery[-_ ]?key|webhook[-_ ]?url)$/i,
    type: 'secret',
  },
  { name: /(?:unseal[-_ ]?)?key[-_ ]?(?:share|shard|part)(?:[-_ ]?\d+)?$|unseal[-_ ]?key[-_ ]?\d+$/i, type: 'secret' },
  { name: /(?:^|[-_. ])arn$/i, type: 'arn' },
  { name: /(?:^|[-_. ])port$/i, type: 'port' },
  {
    name: /(?:^|[-_. ])(?:host|hostname|host[-_ ]?name|ip|ip[-_ ]?addr(?:ess)?|server|fqdn|endpoint[-_ ]?host)$/i,
    type: 'host',
  },
  { name: /(?:^|[-_. ])(?:url|uri)$/i, type: 'url' },
  { name: /(?:^|[-_. ])(?:percent|percentage|pct)$/i, type: 'percent' },
  { name: /(?:^|[-_. ])(?:start|end|restore|recovery|target|cutoff)[-_ ]?time$/i, type: 'timestamp' },
  { name: /(?:^|[-_. ])(?:duration|retention[-_ ]?period)$/i, type: 'duration' },
  {
    name: /(?:^|[-_. ])(?:replicas|count|seconds|minutes|hours|days|pid|uid|gid|revision|limit|number|num|percentile|shards|retries|replica[-_ ]?count)$/i,
    type: 'integer',
  },
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

/** `<pod-name>` as people write it: words of any language, no blank inside the brackets' edges. */
export const BRACKETED = /<([\p{L}_][\p{L}\p{N}\p{M}_.'-]*(?:(?:[ /:,|]|, |-> ?)[\p{L}\p{N}\p{M}_.'()-]+){0,9})>/gu;

/** What programs print in such brackets, and what keys are called: no questions. */
export const NO_QUESTION =
  /^(?:none|unknown|nil|null|pending|unset|no value|stdin|stdout|stderr|eof|cr|lf|enter|return|tab|esc|escape|space|del|delete|backspace|ctrl[-+].|c-.|invalid|anonymous|default|empty|missing|not set|br|hr|em|strong|code|pre|div|span|details|summary|table|tr|td|th|ul|ol|li|img|sup|sub|kbd|html|body|head|script|style)$/i;

/** What the text before and behind a placeholder says about its type; the first that fits. */
const TYPE_BY_PLACE: readonly { before: RegExp; behind?: RegExp; type: InputType }[] = [
  { before: /:\/\/$/, type: 'host' },
  { before: /:\/\/[\w.%-]*:$/, behind: /^@/, type: 'secret' },
  { before: /--(?:\w+-)?port[= ]["']?$|(?:^|\s)(?:PORT|\w+_PORT)=["']?$/, type: 'port' },
  {
    before:
      /--(?:\w+-)?(?:password|passwd|token|secret|api-key|secret-key|auth-token)[= ]["']?$|(?:PASSWORD|PASSWD|TOKEN|SECRET|API_KEY|PGPASSWORD|REDISCLI_AUTH)=["']?$|(?:Bearer|PRIVATE-TOKEN:|Private-Token:|X-Api-Key:|apikey:)\s*$|\bredis-cli\b.*\s-a\s+["']?$|--(?:user|u)[= ]\S+:$/i,
    type: 'secret',
  },
  { before: /--[\w-]*arn[= ]["']?$/, type: 'arn' },
  { before: /--(?:endpoint-url|url|uri|repo-url|server-url|webhook-url)[= ]["']?$/, type: 'url' },
  {
    behind: /^(?!@)/,
    before:
      /--(?:host|hostname)[= ]["']?$|\b(?:psql|pg_dump|pg_restore|pg_isready|redis-cli|mysql|mysqldump|mongo|mongosh)\b.*\s-h\s*["']?$|\b(?:ping|ping6|dig|nslookup|traceroute|mtr|host|telnet)\s+(?:-\S+\s+)*["']?$|\bssh\s+(?:-\S+\s+)*(?:[\w.-]+@)?["']?$/,
    type: 'host',
  },
  {
    before:
      /--(?:replicas|parallelism|max-parallel|num-nodes|desired-capacity|min-size|max-size|desired-count|to-revision|limit|lines|tail|count|concurrency|pid)[= ]["']?$|\b(?:head|tail)\s+-n\s*["']?$|\bkill\s+(?:-\w+\s+)?["']?$/,
    type: 'integer',
  },
  { before: /--(?:since|timeout|grace-period-seconds|duration|interval)[= ]["']?$|\btimeout\s+["']?$/, type: 'string' },
  {
    before:
      /--(?:start-time|end-time|since-time|restore-time|restore-to-time|recovery-target-time|start-date|end-date)[= ]["']?$/,
    type: 'timestamp',
  },
  { before: /--(?:weight|percent|percentage|canary-weight|max-unavailable-percent)[= ]["']?$/, type: 'percent' },
];

/** The type of a placeholder: what its name says, else what its place says. */
export function inputTypeAt(name: string, before: string, behind: string): InputType {
  const line = before.slice(Math.max(0, before.lastIndexOf('\n') + 1, before.length - 200));
  if (line.endsWith('://')) return 'host';
  const byName = inputTypeOf(name);
  if (byName !== 'string') return byName;
  return (
    TYPE_BY_PLACE.find((each) => each.before.test(line) && (each.behind === undefined || each.behind.test(behind)))
      ?.type ?? 'string'
  );
}
