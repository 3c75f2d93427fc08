import { judgeRequest } from './classify-http.ts';
import { DYNAMIC } from './shell-words.ts';
import { type Judge, optionValue, valuesOf } from './special-call.ts';
import type { Verdict } from './verdict.ts';

const METHOD = /^(?:GET|HEAD|OPTIONS|POST|PUT|PATCH|DELETE|PURGE)$/i;

/** HTTPie and its like: `http [METHOD] URL [key=value …]`; without a method, items to send make it a POST. */
export const judgeHttpie: Judge = ({ name, args, input }) => {
  const given = valuesOf(args);
  const values = new Set(
    '-a --auth -A --auth-type -p --print -s --style -o --output --timeout --proxy --verify --cert --session -F'.split(
      ' ',
    ),
  );
  const words = given.filter((arg, at) => !arg.startsWith('-') && !values.has(given[at - 1] ?? ''));
  if (words.length === 0) return { class: 'read', reason: `${name} explains itself` };
  if (words.length > 1 && words[0] === DYNAMIC && /[:/.]/.test(words[1]!))
    return { class: 'opaque', reason: 'the HTTP method is only known when it runs' };
  const named = METHOD.test(words[0]!) ? words[0]! : undefined;
  const [url = '', ...items] = named === undefined ? words : words.slice(1);
  const sent = items.filter((item) => !/^[\w-]+:(?!=)/.test(item) && !item.includes('=='));
  const sendsBody = sent.length > 0 || input.from !== 'nothing';
  const body = `{${sent.map((item) => item.replace(/^([^:=]+):?=(.*)$/s, '"$1":"$2"')).join(',')}}`;
  const failsOnError = given.includes('--check-status');
  const written = optionValue(given, ['-o', '--output']);
  if (written !== undefined || given.includes('--download') || given.includes('-d'))
    return { class: 'change', reason: `${name} writes a file` };
  return judgeRequest({ method: named ?? (sendsBody ? 'POST' : 'GET'), url, sendsBody, failsOnError, body });
};

/** `gh api PATH`, `glab api PATH`: a request like any other. */
export function judgeForgeApi(given: readonly string[]): Verdict {
  const method = optionValue(given, ['-X', '--method']);
  const sends = given.some((arg) => /^(?:-f|-F|--field|--raw-field|--input)$/.test(arg));
  const body = given.filter((_arg, at) => /^(?:-f|-F|--field|--raw-field)$/.test(given[at - 1] ?? '')).join('\n');
  const path = given.find((arg, at) => at > 0 && !arg.startsWith('-') && !/^-/.test(given[at - 1] ?? '')) ?? '';
  if (path === 'graphql' && !/\bmutation\b/.test(body)) return { class: 'read', reason: 'asks a question' };
  return judgeRequest({
    method: method ?? (sends ? 'POST' : 'GET'),
    url: `/${path}`,
    sendsBody: sends,
    failsOnError: false,
    body,
  });
}

/** grpcurl names the method it calls; a method is named after what it does. */
export const judgeGrpcurl: Judge = ({ args }) => {
  const given = valuesOf(args);
  const words = given.filter(
    (arg, at) =>
      !arg.startsWith('-') &&
      !/^-(?:d|H|proto|import-path|cacert|cert|key|max-time|authority|rpc-header|protoset|format)$/.test(
        given[at - 1] ?? '',
      ),
  );
  if (words.some((word) => word === 'list' || word === 'describe'))
    return { class: 'read', reason: 'grpcurl lists what a server offers' };
  const call = words.at(-1) ?? '';
  const method = /[/.](\w+)$/.exec(call)?.[1] ?? '';
  if (/^grpc\.health\.v1\.Health\/(?:Check|Watch)$/.test(call))
    return { class: 'check', reason: 'asks a server whether it is healthy' };
  if (/^(?:Get|List|Describe|Read|Query|Search|Watch|Count|Check|Ping|Stat|Show|Find|Fetch)/.test(method))
    return { class: 'read', reason: `${method} by its name reads` };
  if (
    /^(?:Delete|Remove|Drop|Purge|Terminate|Kill|Stop|Disable|Drain|Revoke|Reset|Cancel|Shutdown|Evict|Flush)/.test(
      method,
    )
  )
    return { class: 'destroy', reason: `${method} by its name takes something away` };
  if (
    /^(?:Create|Update|Set|Put|Add|Enable|Start|Apply|Upsert|Register|Patch|Resume|Restart|Reload|Trigger)/.test(method)
  )
    return { class: 'change', reason: `${method} by its name changes something` };
  return { class: 'opaque', reason: `nothing is known about the call ${call.replaceAll(DYNAMIC, '…')}` };
};
