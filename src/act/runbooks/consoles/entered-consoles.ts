import { DYNAMIC } from '../risk/shell-words.ts';
import type { ConsoleLanguage } from './console-language.ts';

/** What a command opens for typing: another shell, a console, or nothing (it runs and ends). */
export type Opened = 'shell' | ConsoleLanguage;

/** Options (of whatever tool) whose value is the next word, so that it is not taken for a command. */
const TAKES_VALUE =
  /^-(?:u|iu|Hu|nu|su|g|n|c|i|p|l|h|U|d|H|P|D|e|E|o|F|J|S|t|f|w|x|a|r|s|v|m)$|^--(?:user|namespace|container|context|host|port|dbname|username|index|cluster|region|profile|zone|project|target|env|workdir|kubeconfig|image|url|uri|file|environment|app|remote|instance|database|tunnel|resource-group|name|task|command|as|size|node)$/;
const WRAPPERS =
  /^(?:sudo|doas|env|time|nohup|exec|command|nice|winpty|script|bundle|poetry|pipenv|uv|rlwrap|chroot|nsenter|foreman|dotenv|direnv|envchain|aws-vault|op)$/;
const SHELLS = /^(?:bash|sh|zsh|dash|ash|ksh|fish|csh|tcsh)$/;

type Opener = {
  command: RegExp;
  /** The first word after it that is no option. */
  verb?: RegExp;
  opens: Opened;
  /** None of these among its words: they make it run and end. */
  unless?: RegExp;
  /** How many words that are no options it may have (`psql shop`). More are a command of its own. */
  words?: number;
};

const OPENERS: readonly Opener[] = [
  {
    command: /^(?:psql|gitlab-psql|pgcli|cockroach)$/,
    opens: 'sql',
    unless: /^(?:-[A-Za-z]*[cfl].*|--command.*|--file.*|--list|--version|-V|--help|-e.*|--execute.*|start|node|init)$/,
    words: 3,
  },
  {
    command:
      /^(?:mysql|mariadb|cqlsh|sqlite3?|sqlplus|dgmgrl|rman|clickhouse-client|mycli|tsql|sqlcmd|isql|snowsql|bq|beeline|hive|presto|trino)$/,
    opens: 'mysql',
    unless: /^(?:-e.*|--execute.*|-f|--file.*|-[qQ].*|--query.*|--version|-V|--help|query|ls|show|mk|rm)$/,
    words: 2,
  },
  {
    command: /^(?:redis-cli|gitlab-redis-cli|valkey-cli|keydb-cli|iredis)$/,
    opens: 'redis',
    unless: /^(?:--(?:scan|bigkeys|memkeys|hotkeys|latency.*|stat|eval|pipe|cluster|rdb|version|help|intrinsic.*)|-x)$/,
    words: 0,
  },
  {
    command: /^(?:mongo|mongosh)$/,
    opens: 'mongo',
    unless: /^(?:--eval.*|.*\.js|--version|--help|--file|-f)$/,
    words: 1,
  },
  {
    command: /^(?:rails|gitlab-rails|\S*\/rails|heroku|rake|hanami|padrino|racksh|discourse)$/,
    verb: /^(?:console|c)$/,
    opens: 'ruby',
  },
  { command: /^(?:rails|gitlab-rails|\S*\/rails)$/, verb: /^(?:dbconsole|db)$/, opens: 'sql' },
  { command: /^(?:irb|pry)$/, opens: 'ruby', words: 0, unless: /^-e$/ },
  { command: /^(?:i?python[\d.]*|bpython|ptpython)$/, verb: /^(?:.*manage\.py)$/, opens: 'python' },
  { command: /^(?:i?python[\d.]*|bpython|ptpython)$/, opens: 'python', words: 0, unless: /^(?:-c|-m|-V|--version)$/ },
  {
    command: /^(?:\S*manage\.py|django-admin|flask|sentry|superset|airflow|scrapy|odoo(?:-bin)?)$/,
    verb: /^(?:shell|shell_plus)$/,
    opens: 'python',
    unless: /^(?:-c|--command.*)$/,
  },
  { command: /^(?:\S*manage\.py|django-admin)$/, verb: /^dbshell$/, opens: 'sql' },
  { command: /^(?:node|nodejs|deno|bun)$/, opens: 'js', words: 0, unless: /^(?:-e|-p|-v|--version|--eval|--print)$/ },
  { command: /^(?:geth|erigon)$/, verb: /^(?:attach|console)$/, opens: 'js', unless: /^--exec/ },
  { command: /^php$/, verb: /^artisan$/, opens: 'php' },
  { command: /^(?:\S*artisan)$/, verb: /^tinker$/, opens: 'php' },
  { command: /^(?:wp)$/, verb: /^shell$/, opens: 'php' },
  { command: /^cypher-shell$/, opens: 'cypher', words: 0, unless: /^(?:-f|--file.*)$/ },
  { command: /^(?:erl|iex)$/, opens: 'erlang', unless: /^-eval$/ },
  { command: /^(?:pwsh|powershell(?:\.exe)?)$/, opens: 'powershell', words: 0 },
  { command: SHELLS, opens: 'shell', words: 0, unless: /^-[a-z]*c$/ },
  { command: /^su$/, opens: 'shell', unless: /^(?:-c|--command.*)$/, words: 1 },
  {
    command: /^(?:ssh|mosh|telnet|autossh)$/,
    opens: 'shell',
    words: 1,
    unless: /^-(?:[NVGQO]|fN|fNT|NT|fNL|NfL|nNT|Nf|fnNT)$/,
  },
  { command: /^vagrant$/, verb: /^ssh$/, opens: 'shell', unless: /^-c$/ },
  { command: /^(?:oc|kubectl)$/, verb: /^(?:rsh|debug)$/, opens: 'shell', words: 2, unless: /^(?:--)$/ },
  {
    command: /^(?:gcloud)$/,
    verb: /^compute$/,
    opens: 'shell',
    unless:
      /^(?:--command.*|list|describe|scp|create|delete|start|stop|reset|instances|disks|snapshots|addresses|firewall-rules|networks|start-iap-tunnel|config-ssh|instance-groups|forwarding-rules|backend-services|project-info|regions|zones|routers|routes|ssl-certificates|target-pools|url-maps|health-checks|images|machine-types|operations)$/,
  },
  { command: /^aws$/, verb: /^ssm$/, opens: 'shell', unless: /^(?!ssm$|start-session$|-)[a-z][a-z-]*$/ },
  { command: /^(?:docker|podman|nerdctl)$/, verb: /^attach$/, opens: 'shell' },
  { command: /^machinectl$/, verb: /^(?:shell|login)$/, opens: 'shell', words: 2 },
];

/** Verbs of tools that hand the rest of their words to a container or another machine. */
const REMOTES: readonly { command: RegExp; verb: RegExp }[] = [
  {
    command: /^(?:kubectl|oc|k|docker|podman|nerdctl|docker-compose|crictl|lxc|nomad|fly|flyctl|ecs)$/,
    verb: /^(?:exec|rsh|run|alloc|container|compose|debug|ssh|console)$/,
  },
];

/**
 * What a command line leaves open, judged by its words (quotes off); undefined where it runs and ends by itself. Looks
 * through `sudo`, `kubectl exec -it … --` and their like.
 */
export function openedBy(words: readonly string[], depth = 0): Opened | undefined {
  if (depth > 6 || words.length === 0) return undefined;
  const name = words[0]!.replace(/^\/.*\//, '');
  const rest = words.slice(1);
  if (WRAPPERS.test(name)) {
    const inner = withoutOptions(rest, true);
    if (name === 'sudo' && inner.length === 0 && rest.some((word) => /^-(?:i|s|su|iu)$|^--(?:login|shell)$/.test(word)))
      return 'shell';
    if ((name === 'chroot' || name === 'nsenter') && inner.length <= 1) return 'shell';
    const next =
      /^(?:bundle|poetry|pipenv|uv|op|foreman|dotenv)$/.test(name) && /^(?:exec|run)$/.test(inner[0] ?? '')
        ? inner.slice(1)
        : inner;
    return openedBy(name === 'chroot' ? next.slice(1) : next, depth + 1);
  }
  const remote = REMOTES.find((each) => each.command.test(name));
  const plain = withoutOptions(rest, false);
  if (remote !== undefined && plain.some((word) => remote.verb.test(word))) {
    const isTerminal =
      rest.some((word) => /^-(?:[a-z]*[it][a-z]*)$|^--(?:tty|stdin|interactive)(?:=true)?$/.test(word)) ||
      /rsh|debug|ssh|console/.test(plain.join(' '));
    const dashes = rest.indexOf('--');
    const own = dashes >= 0 ? rest.slice(dashes + 1) : afterTarget(rest);
    if (own.length > 0) {
      const opened = openedBy(own, depth + 1);
      if (opened !== undefined) return opened === 'shell' && !isTerminal ? undefined : opened;
      return undefined;
    }
    const enters = plain.some((word) => /^(?:rsh|debug|ssh|console)$/.test(word));
    return enters && isTerminal ? 'shell' : undefined;
  }
  // ssh host COMMAND: the command may itself be a console.
  if (/^(?:ssh|mosh)$/.test(name) && plain.length > 1)
    return openedBy(
      plain.slice(1).flatMap((word) => word.split(/\s+/)),
      depth + 1,
    );
  if (name === 'heroku' && plain[0] === 'run') return openedBy(plain.slice(1), depth + 1);
  const opener = OPENERS.find(
    (each) =>
      each.command.test(words[0]!.replace(/^\/.*\//, '')) &&
      (each.verb === undefined || (plain[0] !== undefined && each.verb.test(plain[0]))) &&
      (each.words === undefined || plain.length <= each.words) &&
      !(each.unless !== undefined && rest.some((word) => each.unless!.test(word))),
  );
  if (opener === undefined) return undefined;
  if (opener.verb?.test('artisan') === true)
    return plain[1] === 'tinker' && !rest.some((word) => word.startsWith('--execute')) ? 'php' : undefined;
  if (opener.verb?.test('manage.py') === true)
    return /^shell/.test(plain[1] ?? '') && !rest.includes('-c')
      ? 'python'
      : plain[1] === 'dbshell'
        ? 'sql'
        : undefined;
  if (/^(?:gcloud|aws)$/.test(name) && !plain.some((word) => /^(?:ssh|start-session)$/.test(word))) return undefined;
  return opener.opens;
}

/** The words without options and their values; `command` stops at the first word that is none. */
function withoutOptions(words: readonly string[], command: boolean): string[] {
  const plain: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    if (word === '--') return [...plain, ...words.slice(at + 1)];
    if (word.startsWith('-') && word !== '-') {
      if (TAKES_VALUE.test(word)) at++;
      continue;
    }
    if (word === '-') continue;
    if (command && /^[A-Za-z_]\w*=/.test(word)) continue;
    plain.push(word);
    if (command) return [...plain, ...words.slice(at + 1)];
  }
  return plain;
}

/** `docker exec -it NAME psql -U x` → `psql -U x`: what follows the verb, its options and its target. */
function afterTarget(words: readonly string[]): string[] {
  let at = words.findIndex((word) => /^(?:exec|rsh|run|debug|ssh|console)$/.test(word)) + 1;
  let isTargetSeen = false;
  for (; at < words.length; at++) {
    const word = words[at]!;
    if (word.startsWith('-')) {
      if (TAKES_VALUE.test(word) && !/^-i$|^-t$/.test(word)) at++;
      continue;
    }
    if (!isTargetSeen) {
      isTargetSeen = true;
      continue;
    }
    return words.slice(at).filter((each) => each !== DYNAMIC);
  }
  return [];
}
