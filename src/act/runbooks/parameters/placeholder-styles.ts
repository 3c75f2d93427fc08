import type { RunbookInput } from '../../../contract/runbook.ts';
import { isInProgram, isInTemplate } from './written-programs.ts';

type InputType = RunbookInput['type'];

/** A way people write "put your value here". */
export type PlaceholderStyle = {
  written: RegExp;
  /** Its name as an input; null keeps the name as written. */
  name: ((match: RegExpMatchArray) => string) | null;
  type: InputType | null;
  source: RunbookInput['source'];
  /** Set where brackets of this kind are everyday grammar of programming languages. */
  brackets?: true;
  /** Set for names that are kept for examples; only what is about to run asks for the real ones. */
  exampleHosts?: true;
  /** Where the same characters mean something else. */
  unless?: (text: string, match: RegExpMatchArray) => boolean;
};

const first = (match: RegExpMatchArray) => match[1]!.trim();

const AWS_KINDS: Readonly<Record<string, string>> = {
  i: 'instance-id',
  vol: 'volume-id',
  sg: 'security-group-id',
  ami: 'image-id',
  subnet: 'subnet-id',
  vpc: 'vpc-id',
  eni: 'network-interface-id',
  snap: 'snapshot-id',
  rtb: 'route-table-id',
  igw: 'internet-gateway-id',
  nat: 'nat-gateway-id',
  eipalloc: 'allocation-id',
  lt: 'launch-template-id',
};

/** `arn:aws:elasticloadbalancing:eu:1:targetgroup/x` → `targetgroup-arn`. */
function nameOfArn(arn: string): string {
  const [, , service = '', , , ...rest] = arn.split(':');
  const kind = /^([a-z][a-z-]*)(?=[/:])/.exec(rest.join(':'))?.[1] ?? service;
  return `${kind}-arn`;
}

/** Words that stand in brackets and are no questions: levels in a log, parts of a form. */
const LOG_LEVEL =
  /^(?:ERROR|ERR|WARN|WARNING|INFO|DEBUG|FATAL|TRACE|CRITICAL|NOTICE|OK|FAIL|FAILED|PASS|DONE|TODO|NOTE|YES|NO|OPTIONS|NAME|SKIP)$/;
/** Words of awk, of Kubernetes' JSONPath and of other small languages that stand alone in braces. */
const BRACE_WORD =
  /^(?:print|exit|next|getline|end|range|else|begin|pass|return|continue|break|nextfile|printf|abort|num|kb)$/i;

/** ClickHouse itself puts these in: `clusterAllReplicas('{cluster}', …)`. */
const isMacro = (text: string, name: string): boolean =>
  /^(?:cluster|shard|replica|layer|uuid|database|table)$/.test(name) &&
  /\bclusterAllReplicas\b|\bON\s+CLUSTER\b|\bReplicated\w*MergeTree\b|\bcluster\('/i.test(text);

/** Tried in order; what an earlier style took is not looked at again. `<x>` comes before all of them. */
export const PLACEHOLDER_STYLES: readonly PlaceholderStyle[] = [
  {
    written: /<<([A-Za-z][\w-]*(?: [\w-]+){0,4})>>/g,
    name: first,
    type: null,
    source: 'placeholder',
  },
  {
    written: /\{\{[-~]?\s*\.?(?:Values\.)?([$A-Za-z][\w.-]*(?: [\w-]+){0,4})\s*[-~]?\}\}/g,
    name: (match) => first(match).replace(/^\$/, ''),
    type: null,
    source: 'placeholder',
    unless: isInTemplate,
  },
  {
    written: /(?<![$%@{#\\&]|\w[a-z0-9]=)\{([A-Za-z][\w-]{1,60}(?: [\w-]+){0,4})\}(?!\})/g,
    brackets: true,
    name: first,
    type: null,
    source: 'placeholder',
    unless: (text, match) =>
      BRACE_WORD.test(match[1]!) ||
      isMacro(text, match[1]!) ||
      isInProgram(text, match.index!) ||
      (/[\w)\]]$/.test(text.slice(0, match.index)) && /^\d/.test(match[1]!)),
  },
  {
    brackets: true,
    written: /\[\[([A-Za-z][\w-]*(?:[ -][\w-]+){0,4})\]\]/g,
    name: first,
    type: null,
    source: 'placeholder',
  },
  {
    written:
      /(?<=^|[\s=/:"',@])\[([A-Za-z][A-Za-z0-9]+(?:[-_ ][A-Za-z0-9]+){1,5}|[A-Z][A-Z0-9_]{2,40})\](?![\w[({*+?])/gm,
    brackets: true,
    name: first,
    type: null,
    source: 'placeholder',
    unless: (text, match) =>
      LOG_LEVEL.test(match[1]!) || isInProgram(text, match.index!) || /^[a-zA-Z0-9]-/.test(match[1]!),
  },
  // A single word in brackets is a set of characters, but for words that name what everybody has a value of.
  {
    brackets: true,
    written:
      /(?<=^|[\s=/:"',@_-])\[(timestamp|date|version|user|username|database|db|dbname|host|hostname|namespace|pod|node|service|region|bucket|table|email|ip|port|token|password|filename|cluster|project|branch|tag|commit|environment)\](?![\w[({*+?])/gm,
    name: first,
    type: null,
    source: 'placeholder',
    unless: (text, match) => isInProgram(text, match.index!),
  },
  // `systemctl [start|stop] x`: choose one.
  {
    brackets: true,
    written:
      /(?<=[\s=~/:-])(?:\[([\w.@-]{2,40}(?:\|[\w.@-]{2,40}){1,7})\]|\{([\w.@-]{2,40}(?:\|[\w.@-]{2,40}){1,7})\}|\(([\w.@-]{2,40}(?:\|[\w.@-]{2,40}){1,7})\))(?![*+?{])/g,
    name: (match) => (match[1] ?? match[2] ?? match[3])!,
    type: null,
    source: 'placeholder',
    unless: isQuoted,
  },
  // `SECRET=<32 random characters>`: what stands in brackets behind an equals sign is never a file to read.
  {
    written: /(?<=\w=["']?)<([^<>\n$`|&;"']{2,80})>/g,
    name: first,
    type: null,
    source: 'placeholder',
    unless: (text, match) => isInProgram(text, match.index!),
  },
  // Hosts and pieces that stand for one's own: names kept for examples, and `…/v1/...`.
  {
    written: /(?<![\w.@-])((?:[a-z0-9][a-z0-9-]*\.)*)example\.(?:com|org|net)\b(?!\.?\w)/gi,
    name: (match) => (match[1] === '' ? 'domain' : `${match[1]!.slice(0, -1).replaceAll('.', '-')}-host`),
    type: 'host',
    source: 'literal',
    exampleHosts: true,
  },
  {
    written: /(?<=[\w"']=|Bearer |Basic |\w\/)\.{3}(?=$|[\s"'&/)])/gm,
    name: () => 'elided',
    type: null,
    source: 'placeholder',
    unless: (text, match) => isInProgram(text, match.index!) || /\bgo\s+\S+.*$/.test(lineBefore(text, match)),
  },
  { written: /(?<!%)%([A-Z][A-Z0-9_]{2,40})%/g, name: first, type: null, source: 'placeholder' },
  {
    written:
      /\barn:aws[a-z-]*:[a-z0-9-]*:[a-z0-9-]*:(?:123456789012|111122223333|111111111111|000000000000|012345678901|999999999999|[xX]{3,12}|ACCOUNT(?:[_-]?ID)?)?:[\w/:.*+=,@-]+/g,
    name: (match) => nameOfArn(match[0]),
    type: 'arn',
    source: 'literal',
    unless: (_, match) =>
      !/:(?:123456789012|111122223333|111111111111|000000000000|012345678901|999999999999|[xX]{3,12}|ACCOUNT(?:[_-]?ID)?):/.test(
        match[0],
      ),
  },
  { written: /\barn:\.{3}/g, name: () => 'arn', type: 'arn', source: 'literal' },
  {
    written: /\b(?:123456789012|111122223333|012345678901)\b/g,
    name: () => 'account-id',
    type: 'string',
    source: 'literal',
  },
  {
    written:
      /\b(i|vol|sg|ami|subnet|vpc|eni|snap|rtb|igw|nat|eipalloc|lt)-(?:0?123456789(?:0?abcdef\d?|0)?|0?12345678|0?abcdef\w*|abcd1234\w*|1a2b3c4d\w*|0a1b2c3d\w*)\b/g,
    name: (match) => AWS_KINDS[match[1]!]!,
    type: 'string',
    source: 'literal',
  },
  {
    written: /\bAKIA(?:\.{3}|[xX]{3,}|IOSFODNN7EXAMPLE)/g,
    name: () => 'access-key-id',
    type: 'string',
    source: 'literal',
  },
  {
    written:
      /\b(?:sk|pk|rk)_(?:live|test)_(?:\.{3}|[xX]{3,})|\b(?:ghp|glpat|xox[abp]|hvs|sk)[-_.](?:\.{3}|[xX]{3,})|\beyJ\.{3}/g,
    name: () => 'token',
    type: 'secret',
    source: 'literal',
  },
  {
    written: /\bYYYY-?MM-?DD(?:[-_T]?HH[-:]?MM(?:[-:]?SS)?)?(?![A-Za-z])/g,
    name: () => 'timestamp',
    type: 'string',
    source: 'literal',
  },
  {
    written: /(?<![$\w{-])(?:YOUR|MY)_[A-Z0-9_]+\b/g,
    name: null,
    type: null,
    source: 'placeholder',
    unless: (text, match) =>
      isAssignedHere(text, match) || (match[0].startsWith('MY_') && !/=\s*$/.test(text.slice(0, match.index))),
  },
  { written: /(?<![$\w{./-])[yY]our[-_][a-z][\w-]*\w/g, name: null, type: null, source: 'placeholder' },
  { written: /(?<![$\w{])LATEST_[A-Z]+\b/g, name: null, type: null, source: 'placeholder', unless: isAssignedHere },
  {
    written:
      /(?<![$\w{-])(?:REPLACE|CHANGE|FILL)[-_]?(?:ME|THIS|IN|WITH[-_][A-Z0-9_]+)\b|(?<![$\w{-])(?:changeme|change-me|replace-me|replaceme)\b|(?<![$\w{-])(?:REPLACE|INSERT|ENTER|PUT|SPECIFY|PASTE)_[A-Z0-9_]+\b|(?<![$\w{-])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*_HERE\b/g,
    name: null,
    type: null,
    source: 'placeholder',
    unless: isAssignedHere,
  },
  {
    written:
      /(?<![$\w{./-])(?:[a-z][a-z0-9]{0,12}-)?(?:[xX]{3,}(?:-[xX]{3,})*|[xX]{2,}-[xX]{2,}(?:-[xX]{2,})*)(?![\w.]*\w)/g,
    name: (match) => match[0],
    type: null,
    source: 'placeholder',
    unless: (text, match) => isInProgram(text, match.index!) || /^(?:xxx+d|xXx)$/.test(match[0]),
  },
  {
    written: /(?<![$\w{-])(?:new|your|my)-(?:token|password|secret|api-key)\b/g,
    name: null,
    type: 'secret',
    source: 'literal',
  },
  // `evacuate VM_ID HOST_B`, `--host=NODE_NEW`: one of several of a kind.
  {
    written:
      /(?<=^|[\s=/:@])(?:HOST|NODE|SERVER|POD|DB|DATABASE|REGION|ZONE|CLUSTER|BUCKET|QUEUE|TOPIC|VOLUME|DISK|INSTANCE|SERVICE|TABLE|REPLICA|SHARD)_(?:[A-Z]|\d{1,2}|SOURCE|TARGET|SRC|DST|OLD|NEW|FROM|TO|PRIMARY|STANDBY|REPLICA|MASTER|SLAVE|LEADER)(?=$|[\s/:,@'")])/gm,
    brackets: true,
    name: null,
    type: null,
    source: 'placeholder',
    unless: (text, match) => isNameOfVariable(text, match) || isInProgram(text, match.index!),
  },
  // `--days=X`, `--replicas=N`: a letter where a number belongs.
  {
    written: /(?<=\s--[a-z][a-z-]{1,30}=)(?:[NX]|NN|XX)(?=$|[\s'")])/gm,
    brackets: true,
    name: null,
    type: null,
    source: 'placeholder',
    unless: (text, match) => isInProgram(text, match.index!),
  },
  // `KILL ID`, `pg_terminate_backend(PID)`: of whom is said nowhere, so a person says it.
  {
    written:
      /(?<=\bpg_(?:terminate|cancel)_backend\s*\(\s*)(?:PID|BACKEND_PID|PROCESS_ID)(?=\s*\)(?![\s\S]{0,400}\bFROM\b[^;]*;?))|(?<=^\s*KILL\s+(?:QUERY\s+|CONNECTION\s+)?)(?:ID|PID|PROCESS_ID|THREAD_ID)(?=\s*;?\s*$)/gm,
    name: null,
    type: 'integer',
    source: 'placeholder',
  },
  // `failover CLUSTER_NAME`: a bare word in capitals where a value belongs.
  {
    written:
      /(?<=^|[\s=/:@])(?:[A-Z][A-Z0-9]*_)+(?:NAME|ID|IP|ADDRESS|HOST|HOSTNAME|PORT|URL|ARN|TOKEN|KEY|SECRET|PASSWORD|NAMESPACE|POD|NODE|CLUSTER|PROJECT|REGION|ZONE|BUCKET|USER|USERNAME|PATH|FILE|FILENAME|DATE|TIMESTAMP|VERSION|TAG|NUMBER|INSTANCE|SERVICE|DEPLOYMENT|CONTAINER|DB|DATABASE|TABLE|QUEUE|TOPIC|GROUP|PID|DOMAIN|EMAIL|COUNT|DIR|DIRECTORY|SHA|BRANCH|HASH)(?=$|[\s/:,@'")])/gm,
    brackets: true,
    name: null,
    type: null,
    source: 'placeholder',
    unless: (text, match) => isNameOfVariable(text, match) || isInProgram(text, match.index!),
  },
];

/** `YOUR_X=…`: a variable that is set here is no question. */
function isAssignedHere(text: string, match: RegExpMatchArray): boolean {
  return new RegExp(`(?:^|[\\s;])(?:export\\s+)?${match[0].replace(/\W/g, '.')}=`, 'm').test(text);
}

const lineBefore = (text: string, match: RegExpMatchArray) =>
  text.slice(text.lastIndexOf('\n', match.index! - 1) + 1, match.index);

/** Inside quotes `[a|b]` is a pattern as likely as a choice. */
function isQuoted(text: string, match: RegExpMatchArray): boolean {
  const before = lineBefore(text, match).replace(/\\./g, '');
  const plain = before.replace(/'[^']*'|"[^"]*"/g, '');
  return /['"]/.test(plain) || /\[\[?[^\]]*=~\s*$/.test(plain);
}

/** A word in capitals that names a variable instead of standing for a value: it is set, read or handed on somewhere. */
function isNameOfVariable(text: string, match: RegExpMatchArray): boolean {
  const word = match[0];
  if (new RegExp(`\\$\\{?${word}\\b|\\b${word}=`).test(text)) return true;
  const before = text.slice(Math.max(0, match.index! - 200), match.index!);
  const line = before.slice(before.lastIndexOf('\n') + 1);
  if (
    /\b(?:secret|variable|env|config|vars?)(?::\w+)?\s+(?:set|add|rm|remove|delete|get|unset|list|pull)\s+$/.test(line)
  )
    return true;
  return /(?:^|\s)(?:-e|--env|--build-arg|-v|printenv|unset|export|declare|readonly|read|local|env|set|grep|egrep|getenv|-k|--key|envsubst|typeset)\s+(?:-\w+\s+)*["']?$|^\s*#|["'][^"']*$|^\s*(?:-\s)?[\w.-]+:\s*$/.test(
    line,
  );
}
