import { judgeByRules } from '../risk/match-rule.ts';
import { riskiest, type Verdict } from '../risk/verdict.ts';
import { TOOLS } from '../risk-table/index.ts';

const OTHER_COMMANDS =
  /^(?:EVAL|EVALSHA|FCALL|MULTI|EXEC|DISCARD|WATCH|UNWATCH|SYNC|PSYNC|HELLO|READONLY|READWRITE|QUIT|EXIT|GEOADD|GEOSEARCH|SORT|HSCAN|LATENCY|ACL|MODULE)$/i;
/** Words of Redis that are words of prose or of a shell too. */
const AMBIGUOUS =
  /^(?:get|set|type|time|wait|move|copy|save|select|echo|keys|sort|object|command|touch|dump|append|rename|restore|exec|watch|quit|exit|info|ping|role|reset|auth|monitor|debug|script|module|config|client|memory)$/;

/** What lines typed at redis-cli's prompt would do, by the same table as `redis-cli LINE`. */
export function classifyRedis(text: string): Verdict {
  const tool = TOOLS.get('redis-cli')!;
  const verdicts = linesOf(text).map((line): Verdict => {
    const [first = '', ...rest] = line.match(/"(?:[^"\\]|\\.)*"|'[^']*'|\S+/g) ?? [];
    if (/^(?:quit|exit|multi|discard|unwatch|watch|hello|readonly|readwrite|help|clear)$/i.test(first))
      return { class: 'read', reason: `redis-cli: ${first} concerns only its own connection` };
    if (/^exec$/i.test(first)) return { class: 'read', reason: 'redis-cli: EXEC runs what was queued above' };
    if (/^sentinel$/i.test(first)) return judgeSentinel(rest);
    return judgeByRules(
      tool,
      [first.toUpperCase(), (rest[0] ?? '').toUpperCase(), ...rest.slice(1)].filter((word) => word !== ''),
    );
  });
  return riskiest(verdicts);
}

function judgeSentinel([verb = '']: readonly string[]): Verdict {
  const looks =
    /^(?:masters?|slaves|replicas|sentinels|get-master-addr-by-name|ckquorum|info-cache|is-master-down-by-addr|myid|pending-scripts|help)$/i.test(
      verb,
    );
  if (looks) return { class: 'read', reason: `SENTINEL ${verb} looks` };
  return /^(?:set|monitor|config)$/i.test(verb)
    ? { class: 'change', reason: `SENTINEL ${verb} changes what is watched` }
    : { class: 'destroy', reason: `SENTINEL ${verb} moves the primary or forgets state` };
}

/** True where every line is a command of Redis, and at least one is nothing else (`SLOWLOG GET 10`, `HGETALL x`). */
export function looksLikeRedis(text: string): boolean {
  const lines = linesOf(text);
  if (lines.length === 0) return false;
  let certain = false;
  for (const line of lines) {
    const first = line.split(/\s+/)[0]!;
    const known = isRedisCommand(first) || /^SENTINEL$/i.test(first) || OTHER_COMMANDS.test(first);
    if (!known) return false;
    // `keys user:*`: a pattern behind it is what no other `keys` takes.
    const isPattern =
      /^keys\s+\S*[*?]\S*$|^get\s+\w+:\S+$|^type\s+\w+:\S+$|^object\s+(?:encoding|freq|idletime|refcount)\s/.test(line);
    if (first === first.toUpperCase() || !AMBIGUOUS.test(first) || isPattern) certain = true;
  }
  return certain;
}

function isRedisCommand(word: string): boolean {
  if (!/^[A-Za-z]+$/.test(word)) return false;
  const verb = word.toUpperCase();
  return TOOLS.get('redis-cli')!.rules.some((rule) => {
    const [verbs = ''] = (rule.sub ?? '').split(' ');
    return verbs.split('|').includes(verb);
  });
}

const linesOf = (text: string) =>
  text
    .split('\n')
    .map((line) =>
      line
        .replace(/^\s*(?:#|\/\/|--\s).*$/, '')
        .replace(/\s+#\s.*$/, '')
        .trim(),
    )
    .filter((line) => line !== '');
