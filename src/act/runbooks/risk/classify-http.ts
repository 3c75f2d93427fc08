import { judgeWrite } from './judge-write.ts';
import { DYNAMIC } from './shell-words.ts';
import type { SpecialCall } from './special-call.ts';
import { riskiest, type Verdict } from './verdict.ts';

const VALUE_OPTIONS = new Set(
  '-A -b -c -C -d -D -e -E -F -H -K -m -o -P -Q -r -t -T -u -U -w -x -X -y -Y -z --cacert --cert --key --config --connect-timeout --connect-to --cookie --cookie-jar --data --data-ascii --data-binary --data-raw --data-urlencode --json --form --form-string --header --interface --max-time --output --proxy --proxy-user --range --referer --request --resolve --retry --retry-delay --retry-max-time --unix-socket --upload-file --url --user --user-agent --write-out --oauth2-bearer --method --body-data --body-file --post-data --post-file --tries --timeout --output-document --limit-rate'.split(
    ' ',
  ),
);
const SENDS_BODY =
  /^(?:-d|--data(?:-\w+)?|--json|-F|--form(?:-string)?|--post-data|--post-file|--body-data|--body-file)$/;
/** Query APIs that take their question by POST. */
const QUERY_PATH =
  /\/api\/v1\/(?:query|query_range|query_exemplars|series|labels)(?:[?#/]|$)|\/_(?:search|count|cat|msearch|mget|explain|validate|analyze|field_caps|termvectors|sql|eql|async_search|pit)(?:[?#/]|$)|\/_cluster\/(?:health|allocation\/explain)|\/loki\/api\/v1\/query|\/api\/(?:ds\/query|datasources\/proxy)|\/_render\/template|\/latest\/api\/token|\/(?:v2|v3)\/(?:tags|values|logs-queries)\b|\/logs\/events\/search|\/grpc\.health/;
const ENDS =
  'delete|purge|drop|flush|wipe|truncate|terminate|destroy|remove|shutdown|kill|quitquitquit|failover|drain|disable|close|deregister|unregister|maintenance|evict|revoke|suspend|deactivate|offline|cancel|clear|stop|abort|step-down|seal|quiet\\w*|pause|switchover|reinitialize|delete_by_query|update_by_query|force-leave|leave|decommission|cordon|demote';
const ENDS_SOMETHING = new RegExp(`(?:^|[/_.?=&-])(?:${ENDS})(?:[/_.?=&-]|$)`, 'i');
/** A read that by its address is none: an old API that acts on GET. */
const GET_THAT_ACTS =
  /(?:^|[/_.=&-])(?:delete|purge|drop|flush|wipe|truncate|terminate|destroy|remove|shutdown|kill|quitquitquit|failover|decommission|reboot|deregister)(?:[/_.?=&-]|$)/i;
/** `/admin/setNodeInfo`, `/disk/removeDisk`: calls of an old API, by their names. */
const GET_THAT_SETS = /\/(?:set|add|create|update|enable|disable|restart|reload)[A-Z]\w*(?:\/|$)/;
const GET_THAT_ENDS = /\/(?:delete|remove|drop|purge|decommission|offline|shutdown|kill|stop)[A-Z]\w*(?:\/|$)/;
/** Elasticsearch's `_flush` writes to disk, it forgets nothing; the others put back what a word above took away. */
const HARMLESS_ENDS =
  /\/_flush(?:\/synced)?(?:[?#]|$)|cancelQuietDown|(?:action|enable)=(?:off|false)|(?<!maintenance)\/(?:enable|unsuspend|uncordon|resume)\b|maintenance\/(?:disable|off|end)/i;
/** What a body asks for that takes something away. */
const BODY_ENDS =
  /"(?:action|state|status|command|op|type|desired_?status|desired_?state|operation|mode)"\s*:\s*"(?:delete|remove|stop(?:ped)?|kill|drain(?:ed|ing)?|maint\w*|disabled?|shutdown|shut_?off|destroy|terminate|inactive|down|offline|power[_-]?off)"|allocation\.exclude\.|"exclude"\s*:\s*\{|allocate_(?:stale|empty)_primary|accept_data_loss"?\s*:\s*true|"(?:replicas|desired_?count|min_?replicas|count|weight)"\s*:\s*0\b|\bmutation\b[^}]*\b(?:delete|remove|destroy|drop)|"(?:maintenance|maintenance_mode|drain|disabled|suspended)"\s*:\s*true|"enabled"\s*:\s*false|allocation\.enable"?\s*:\s*"none"/i;

export type HttpRequest = { method: string; url: string; sendsBody: boolean; failsOnError: boolean; body?: string };

/** The class of one HTTP request by its method, its address and whether it sends something. */
export function judgeRequest(request: HttpRequest): Verdict {
  const shown = request.url.replaceAll(DYNAMIC, '…');
  const method = request.method.toUpperCase();
  const path = pathOf(request.url);
  const body = request.body ?? '';
  if (method.includes(DYNAMIC)) return { class: 'opaque', reason: 'the HTTP method is only known when it runs' };
  if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS' || method === 'PROPFIND') {
    const [place = '', query = ''] = path.split('?', 2);
    const acts =
      !QUERY_PATH.test(place) &&
      (GET_THAT_ACTS.test(place) ||
        GET_THAT_ENDS.test(place) ||
        /(?:^|&)(?:action|cmd|op|do)=(?:delete|stop|kill|drain|disable|shutdown|flush|purge)/i.test(query));
    if (acts) return { class: 'opaque', reason: `${method} ${shown} sounds like more than a read` };
    if (GET_THAT_SETS.test(place) && !QUERY_PATH.test(place))
      return { class: 'change', reason: `${method} ${shown} changes something by its name` };
    return request.failsOnError
      ? { class: 'check', reason: `${method} ${shown} succeeds only if the answer does` }
      : { class: 'read', reason: `${method} ${shown} reads` };
  }
  if (method === 'DELETE') {
    return /\/_search\/scroll|\/_pit\b|\/_async_search\//.test(path)
      ? { class: 'read', reason: 'ends a search of its own' }
      : { class: 'destroy', reason: `DELETE ${shown} removes what is there` };
  }
  if (method === 'PURGE' || method === 'BAN') return { class: 'destroy', reason: `${method} ${shown} empties a cache` };
  // A GraphQL query asks; Elasticsearch's bodies hold a "query" as well, whatever is done with what it finds.
  const asks =
    /graphql/i.test(path) &&
    /^\s*\{?\s*"?query"?\s*[:=]?\s*"?\s*(?:query\b|\{)/.test(body) &&
    !/\bmutation\b/.test(body);
  if ((method === 'POST' || method === 'PUT') && (QUERY_PATH.test(path) || asks))
    return { class: 'read', reason: `${shown} answers queries` };
  if (BODY_ENDS.test(body)) return { class: 'destroy', reason: `what ${method} ${shown} sends takes something away` };
  if (ENDS_SOMETHING.test(path) && !HARMLESS_ENDS.test(path))
    return { class: 'destroy', reason: `${method} ${shown} ends or removes something` };
  return { class: 'change', reason: `${method} ${shown} changes something on the other side` };
}

const pathOf = (url: string) => url.replace(/^[a-z]+:\/\/[^/?#]*/i, '');

/** curl and wget, by the method their options choose. */
export function judgeHttpClient({ name, args, input }: SpecialCall): Verdict {
  let method: string | undefined;
  let sendsBody = false;
  let uploads = false;
  let asQuery = false;
  let failsOnError = false;
  const urls: string[] = [];
  let body = '';
  const verdicts: Verdict[] = [];
  const take = (option: string, value: string) => {
    if (option === '-X' || option === '--request' || option === '--method') method = value;
    else if (SENDS_BODY.test(option)) {
      sendsBody = true;
      body += `${value === '@-' || value === '-' ? (input.text ?? '') : value}\n`;
    } else if (option === '-T' || option === '--upload-file') uploads = true;
    else if (option === '--url') urls.push(value);
    else if (option === '-K' || option === '--config')
      verdicts.push({ class: 'opaque', reason: `${name} takes its options from a file` });
    else if (option === '-Q') verdicts.push({ class: 'opaque', reason: 'curl -Q sends its own command to the server' });
    else if (
      /^(?:-o|--output|-O|--output-document|-D|-c|--cookie-jar)$/.test(option) &&
      !/^(?:\/dev\/null|-)$/.test(value) &&
      (name === 'curl' || option !== '-c')
    ) {
      const written = judgeWrite(value, 'writes');
      verdicts.push(written.class === 'change' ? { ...written, reason: `${name} ${written.reason}` } : written);
    }
  };
  for (let at = 0; at < args.length; at++) {
    const word = args[at]!.value;
    if (word.startsWith('--')) {
      const equals = word.indexOf('=');
      const option = equals < 0 ? word : word.slice(0, equals);
      if (option === '--fail' || option === '--fail-with-body') failsOnError = true;
      else if (option === '--get') asQuery = true;
      else if (option === '--head' || option === '--spider') method ??= 'HEAD';
      else if (option === '--remote-name') verdicts.push({ class: 'change', reason: `${name} writes a file` });
      else if (VALUE_OPTIONS.has(option)) take(option, equals < 0 ? (args[++at]?.value ?? '') : word.slice(equals + 1));
    } else if (word.startsWith('-') && word !== '-') {
      // `-sSfXPOST`: letters up to the first that takes a value, whose value is the rest or the next word.
      for (let letter = 1; letter < word.length; letter++) {
        const option = `-${word[letter]}`;
        const isWgetOutput = name === 'wget' && option === '-O';
        if (VALUE_OPTIONS.has(option) || isWgetOutput) {
          take(option, letter + 1 < word.length ? word.slice(letter + 1) : (args[++at]?.value ?? ''));
          break;
        }
        if (option === '-f') failsOnError = true;
        else if (option === '-I') method ??= 'HEAD';
        else if (option === '-G') asQuery = true;
        else if (option === '-O') verdicts.push({ class: 'change', reason: `${name} writes a file` });
      }
    } else urls.push(word);
  }
  const chosen = method ?? (uploads ? 'PUT' : sendsBody && !asQuery ? 'POST' : 'GET');
  for (const url of urls) verdicts.push(judgeRequest({ method: chosen, url, sendsBody, failsOnError, body }));
  if (
    name === 'wget' &&
    urls.length > 0 &&
    verdicts.every((verdict) => verdict.class === 'read' || verdict.class === 'check') &&
    !args.some((arg) => /^-[a-zA-Z]*O$|^-qO-$|^-O-$|^--spider$|^--output-document/.test(arg.value))
  ) {
    verdicts.push({ class: 'change', reason: 'wget writes a file' });
  }
  if (urls.length === 0 && verdicts.length === 0) return { class: 'read', reason: `${name} says what it is` };
  return riskiest(verdicts);
}
