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
  /\/api\/v1\/(?:query|query_range|query_exemplars|series|labels)(?:[?#/]|$)|\/_(?:search|count|cat|msearch)(?:[?#/]|$)|\/loki\/api\/v1\/query/;
const ENDS_SOMETHING =
  /(?:^|[/_.?=&-])(?:delete|purge|drop|flush|wipe|truncate|terminate|destroy|remove|shutdown|kill|quitquitquit|failover|drain|disable)(?:[/_.?=&-]|$)/i;

export type HttpRequest = { method: string; url: string; sendsBody: boolean; failsOnError: boolean };

/** The class of one HTTP request by its method, its address and whether it sends something. */
export function judgeRequest(request: HttpRequest): Verdict {
  const shown = request.url.replaceAll(DYNAMIC, '…');
  const method = request.method.toUpperCase();
  if (method.includes(DYNAMIC)) return { class: 'opaque', reason: 'the HTTP method is only known when it runs' };
  if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') {
    if (ENDS_SOMETHING.test(pathOf(request.url)))
      return { class: 'opaque', reason: `${method} ${shown} sounds like more than a read` };
    return request.failsOnError
      ? { class: 'check', reason: `${method} ${shown} succeeds only if the answer does` }
      : { class: 'read', reason: `${method} ${shown} reads` };
  }
  if (method === 'DELETE') return { class: 'destroy', reason: `DELETE ${shown} removes what is there` };
  if (method === 'POST' && QUERY_PATH.test(request.url)) return { class: 'read', reason: `${shown} answers queries` };
  if (ENDS_SOMETHING.test(pathOf(request.url)))
    return { class: 'destroy', reason: `${method} ${shown} ends or removes something` };
  return { class: 'change', reason: `${method} ${shown} changes something on the other side` };
}

const pathOf = (url: string) => url.replace(/^[a-z]+:\/\/[^/?#]*/i, '');

/** curl and wget, by the method their options choose. */
export function judgeHttpClient({ name, args }: SpecialCall): Verdict {
  let method: string | undefined;
  let sendsBody = false;
  let uploads = false;
  let asQuery = false;
  let failsOnError = false;
  const urls: string[] = [];
  const verdicts: Verdict[] = [];
  const take = (option: string, value: string) => {
    if (option === '-X' || option === '--request' || option === '--method') method = value;
    else if (SENDS_BODY.test(option)) sendsBody = true;
    else if (option === '-T' || option === '--upload-file') uploads = true;
    else if (option === '--url') urls.push(value);
    else if (option === '-K' || option === '--config')
      verdicts.push({ class: 'opaque', reason: `${name} takes its options from a file` });
    else if (option === '-Q') verdicts.push({ class: 'opaque', reason: 'curl -Q sends its own command to the server' });
    else if (
      /^(?:-o|--output|-O|--output-document|-D|-c|--cookie-jar)$/.test(option) &&
      !/^(?:\/dev\/null|-)$/.test(value) &&
      (name === 'curl' || option !== '-c')
    ) {
      verdicts.push({ class: 'change', reason: `${name} writes the file ${value.replaceAll(DYNAMIC, '…')}` });
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
  for (const url of urls) verdicts.push(judgeRequest({ method: chosen, url, sendsBody, failsOnError }));
  if (
    name === 'wget' &&
    urls.length > 0 &&
    verdicts.every((verdict) => verdict.class === 'read') &&
    !args.some((arg) => /^-[a-zA-Z]*O$|^-qO-$|^-O-$|^--spider$|^--output-document/.test(arg.value))
  ) {
    verdicts.push({ class: 'change', reason: 'wget writes a file' });
  }
  if (urls.length === 0 && verdicts.length === 0) return { class: 'read', reason: `${name} says what it is` };
  return riskiest(verdicts);
}
