import { looksLikeNetwork } from './classify-network.ts';
import { looksLikeRedis } from './classify-redis.ts';
import { looksLikeRequests } from './classify-requests.ts';
import type { ConsoleLanguage } from './console-language.ts';

/** What gives a language away in a text nobody named, tried in order. */
const SIGNS: readonly { language: ConsoleLanguage; sign: RegExp }[] = [
  {
    language: 'mongo',
    sign: /^\s*(?:(?:var|let|const)\s+\w+\s*=\s*)?(?:db|rs|sh)\.(?:[A-Za-z_$][\w$-]*|\$cmd)(?:\.\w+)*\s*\(/m,
  },
  { language: 'mongo', sign: /^\s*(?:show (?:dbs|collections|databases)|use [\w-]+)\s*$[\s\S]*^\s*(?:db|rs|sh)\./m },
  {
    language: 'powershell',
    sign: /^\s*(?:\$[A-Za-z_]\w*\s*=\s*)?(?:Get|Set|New|Remove|Start|Stop|Restart|Test|Enable|Disable|Invoke|Add|Clear|Import|Export|Update|Install|Uninstall|Connect|Register|Resolve|Suspend|Resume|Write|Select|Where|ForEach|Measure)-[A-Z][A-Za-z]+\b/m,
  },
  {
    language: 'cypher',
    sign: /^\s*(?:MATCH\s*\(|OPTIONAL MATCH|MERGE\s*\(|CALL\s+(?:db|dbms|apoc)\.|DETACH DELETE|UNWIND\s)/m,
  },
  { language: 'php', sign: /^\s*<\?php|^\s*\$\w+\s*=\s*[A-Z][\w\\]*::|^\s*\\?[A-Z][\w\\]*::\w+\(.*\)\s*(?:->|;)/m },
  {
    language: 'ruby',
    sign: /^\s*(?:[a-z_]\w*\s*(?:\|\|)?=\s*)?(?:::)?[A-Z]\w*(?:::[A-Z]\w*)+\.(?:\w+[?!]?)|\bdo\s*\|[^|\n]+\||\{\s*\|[^|\n]+\|/m,
  },
  {
    language: 'ruby',
    sign: /^\s*(?:[a-z_]\w*\s*=\s*|puts\s+|p\s+|pp\s+)?[A-Z]\w+\.(?:find|find_by|where|all|first|last|count|new|enable|disable|pluck|joins|order|update|create|destroy|delete|cache|current|perform|logger)[\w!?]*\b(?!\s*\{?\s*$\n\s*return)/m,
  },
  {
    language: 'ruby',
    sign: /^\s*(?:puts|require|gem|unless|elsif)\s+['":]|^\s*def\s+\w+[?!]?(?:\(.*\))?\s*$|^\s*[a-z_]\w*\.(?:each|map|select|reject)(?:_\w+)?(?:\(&:\w+\)|\s*(?:do|\{))|^\s*(?:[a-z_]\w*\s*=\s*)?[a-z_]\w*\.(?:save|reload|destroy|update_columns?|update_attributes?|valid|errors|enabled|perform_async)[!?]?(?:\s*\(.*\))?\s*$/m,
  },
  {
    language: 'python',
    sign: /^\s*(?:from\s+[\w.]+\s+import\s+|import\s+[\w.]+(?:\s+as\s+\w+)?\s*$|def\s+\w+\(.*\)(?:\s*->.*)?:\s*$|for\s+\w+(?:,\s*\w+)*\s+in\s+.+:\s*$|if\s+.+:\s*$|with\s+.+:\s*$|print\(|[a-z_]\w*\s*=\s*\w+\.objects\.)/m,
  },
  { language: 'python', sign: /^\s*(?:\w+\s*=\s*)?[A-Z]\w*\.objects\.\w+\(/m },
  {
    language: 'js',
    sign: /^\s*(?:const|let|var)\s+[\w{}\s,[\]]+=\s*|^\s*console\.log\(|^\s*(?:await|async)\s+\w|^\s*(?:module\.exports|export\s+(?:default|const|function))/m,
  },
];

/** Which console a text of no known language was typed into, if it looks like any. */
export function detectConsole(text: string): ConsoleLanguage | undefined {
  if (looksLikeRequests(text)) return 'requests';
  if (looksLikeNetwork(text)) return 'network';
  if (looksLikeRedis(text)) return 'redis';
  const sample = text.slice(0, 20_000);
  return SIGNS.find(({ sign }) => sign.test(sample))?.language;
}

/** PromQL and LogQL that stand alone: a function of theirs, or a metric with labels. */
export function looksLikeQuery(text: string): boolean {
  const lines = text.replace(/^\s*#.*$/gm, '').trim();
  if (lines === '') return false;
  return (
    /^(?:\(?\s*)*(?:sum|rate|irate|increase|avg|max|min|count|topk|bottomk|histogram_quantile|absent|changes|delta|deriv|predict_linear|label_replace|\w+_over_time|quantile|stddev|clamp_max|clamp_min|time|vector|scalar|sort|sort_desc|group|abs|ceil|round|floor|absent_over_time|resets|idelta|last_over_time)\s*(?:by\s*\(|without\s*\(|\()/.test(
      lines,
    ) ||
    /^\(?\s*[a-zA-Z_:][\w:]*\s*\{[^{}]{0,2000}=[~"]?[^{}]{0,2000}"[^{}]{0,2000}\}/.test(lines) ||
    /^\{\s*\w+\s*(?:=~|!=|!~|=)\s*["`][^{}]*\}/.test(lines) ||
    /^\(?[a-z][a-z0-9]*(?:_[a-z0-9]+){1,}(?:\[\d+[smhdwy]\])?\s*(?:[<>]=?|==|!=|\/|\*|-|\+)\s*(?:[\d.]+|[a-z(]\S*)\s*(?:$|\n|and\b|or\b|unless\b|[<>=*/])/.test(
      lines,
    ) ||
    /^[a-z][a-z0-9]*(?:_[a-z0-9]+){2,}(?:_total|_seconds|_bytes|_count|_sum|_bucket|_info|_ratio)?\s*$/.test(lines)
  );
}
