import { DYNAMIC } from '../../risk/shell-words.ts';
import { nearestName } from '../edit-distance.ts';
import type { LintCommand, LintWord } from '../lint-script.ts';
import { type AwsShape, misfitOf, readShape } from './aws-shape.ts';
import { readShorthand } from './aws-shorthand.ts';
import type { AwsTable } from './aws-table.ts';

export type AwsProblem = { word: LintWord; kind: 'call' | 'argument'; message: string; meant?: string };

const GLOBAL: ReadonlyMap<string, boolean> = new Map(
  '--debug --endpoint-url= --no-verify-ssl --no-paginate --output= --query= --profile= --region= --version --color= --no-sign-request --ca-bundle= --cli-read-timeout= --cli-connect-timeout= --cli-binary-format= --no-cli-pager --cli-auto-prompt --no-cli-auto-prompt --cli-error-format= --no-cli-auto --cli-input-json= --cli-input-yaml= --generate-cli-skeleton= --page-size= --max-items= --starting-token= --cli-v2-debug --v2-debug'
    .split(' ')
    .map((option) => [option.replace('=', ''), option.endsWith('=')] as const),
);
/** Commands only the second version of the client has. */
const NEWER =
  /^(?:sso|ddb|history|cli-dev|login|logout|configure|help)$|^logs tail$|^ecr(?:-public)? get-login-password$|^s3 (?:presign|mb)$|^eks (?:get-token|update-kubeconfig)$/;

/** What is wrong with one call of aws: names it does not know, options that are missing, values that do not parse. */
export function awsProblems(call: LintCommand, table: AwsTable): AwsProblem[] {
  const words = call.args;
  let at = 0;
  for (; at < words.length && words[at]!.value.startsWith('-'); at++) if (takesNext(words[at]!.value)) at++;
  const service = words[at];
  if (service === undefined || service.value.includes(DYNAMIC) || NEWER.test(service.value)) return [];
  const operations = table.operations(service.value);
  if (operations === null) {
    const meant = nearestName(service.value, table.services());
    return [
      {
        word: service,
        kind: 'call',
        message: `aws has no service ${service.value}`,
        ...(meant !== undefined && { meant }),
      },
    ];
  }
  at++;
  for (; at < words.length && words[at]!.value.startsWith('-'); at++) if (takesNext(words[at]!.value)) at++;
  const operation = words[at];
  if (operation === undefined || operation.value.includes(DYNAMIC) || NEWER.test(`${service.value} ${operation.value}`))
    return [];
  if (operation.value === 'wait' || operation.value === 'help') return [];
  const options = table.operation(service.value, operation.value);
  if (options === null) {
    const meant = nearestName(operation.value, operations, 4);
    return [
      {
        word: operation,
        kind: 'call',
        message: `aws ${service.value} has no operation ${operation.value}`,
        ...(meant !== undefined && { meant }),
      },
    ];
  }
  return optionProblems(call, words.slice(at + 1), options, `aws ${service.value} ${operation.value}`, operation);
}

const takesNext = (option: string) => !option.includes('=') && GLOBAL.get(option) === true;

function optionProblems(
  call: LintCommand,
  words: readonly LintWord[],
  options: ReadonlyMap<string, string>,
  said: string,
  operation: LintWord,
): AwsProblem[] {
  const problems: AwsProblem[] = [];
  const given = new Set<string>();
  // Whatever the shell or xargs puts in could be further options.
  let open = call.via.includes('xargs') || words.some((word) => /^(?:\.\.\.|…|\[)/.test(word.value));
  if (options.has('*') || words.some((word) => /^[\^/\\]$/.test(word.value))) open = true;
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    if (!word.value.startsWith('--') || word.value.includes(DYNAMIC + DYNAMIC)) {
      if (word.value.includes(DYNAMIC) && !/^["']/.test(word.raw)) open = true;
      continue;
    }
    const equals = word.value.indexOf('=');
    const name = equals < 0 ? word.value : word.value.slice(0, equals);
    const values = equals < 0 ? valuesAfter(words, at) : [{ ...word, value: word.value.slice(equals + 1) }];
    if (name.includes(DYNAMIC)) {
      open = true;
      continue;
    }
    const found = findOption(name.slice(2), options);
    if (found === undefined) {
      if (GLOBAL.has(name)) {
        if (/^--(?:cli-input-(?:json|yaml)|generate-cli-skeleton)$/.test(name)) open = true;
        continue;
      }
      if (options.has('*')) continue;
      const meant = nearestName(
        name,
        [...options.keys()].map((option) => `--${option}`),
        4,
      );
      problems.push({
        word,
        kind: 'call',
        message: `${said} has no option ${name}`,
        ...(meant !== undefined && { meant }),
      });
      continue;
    }
    given.add(found);
    if (values.length > 1 && values.some((value) => value.value.includes(DYNAMIC) && !/^["']/.test(value.raw)))
      open = true;
    // The file the answer goes to stands behind the options, without one of its own.
    const last = options.has('outfile') && values.length > 1 && at + values.length === words.length - 1;
    const wrong = valueProblem(options.get(found)!.replace(/^!/, ''), last ? values.slice(0, -1) : values, call);
    if (wrong !== null)
      problems.push({
        word: values[wrong.place] ?? word,
        kind: 'argument',
        message: `${name} does not parse: ${wrong.reason}`,
      });
  }
  if (open) return problems;
  const missing = [...options]
    .filter(([name, shape]) => shape.startsWith('!') && shape !== '!b' && !given.has(name) && name !== 'outfile')
    .map(([name]) => `--${name}`);
  if (missing.length > 0 && words.length > 0)
    problems.push({ word: operation, kind: 'call', message: `${said} needs ${missing.join(' and ')}` });
  return problems;
}

/** The client takes options cut short as long as only one begins like that. */
function findOption(name: string, options: ReadonlyMap<string, string>): string | undefined {
  if (options.has(name)) return name;
  if (name.startsWith('no-') && options.has(name.slice(3))) return name.slice(3);
  const longer = [...options.keys()].filter((option) => option.startsWith(name));
  return longer.length > 0 ? longer[0] : undefined;
}

function valuesAfter(words: readonly LintWord[], at: number): LintWord[] {
  const values: LintWord[] = [];
  for (let next = at + 1; next < words.length && !words[next]!.value.startsWith('--'); next++)
    values.push(words[next]!);
  return values;
}

function valueProblem(
  shapeText: string,
  values: readonly LintWord[],
  call: LintCommand,
): { place: number; reason: string } | null {
  const shape = readShape(shapeText);
  if (values.length === 0 || values.some((value) => /\.\.\.|…/.test(value.value))) return null;
  if (shape.kind === 'scalar') {
    const [value, extra] = values;
    if (shape.type === 'b' && /^(?:true|false)$/i.test(value!.value))
      return { place: 0, reason: 'it is a switch and takes no value' };
    if (shape.type === 'i' && isPlain(value!) && !/^-?\d+$/.test(value!.value))
      return { place: 0, reason: `\`${value!.value}\` is no whole number` };
    if (
      extra !== undefined &&
      shape.type !== 'b' &&
      isPlain(value!) &&
      isPlain(extra) &&
      call.tree.text.includes(`${value!.raw} ${extra.raw}`) &&
      /^[A-Za-z]/.test(extra.value) &&
      values.length > 2
    )
      return { place: 1, reason: `it takes one value, so \`${extra.value}\` is one too many: quote the text` };
    return null;
  }
  const first = values[0]!;
  if (
    first.value.startsWith('file://') ||
    first.value.startsWith('fileb://') ||
    first.value === DYNAMIC ||
    /^(?:\.\.\.|…)$/.test(first.value)
  )
    return null;
  if (/^\s*[{[]/.test(first.value)) {
    const parsed = parseJson(first.value);
    if (parsed === undefined) return null;
    if (!parsed.ok) return { place: 0, reason: parsed.reason };
    const reason = misfitOf(parsed.value, shape.kind === 'list' && !Array.isArray(parsed.value) ? shape.of : shape);
    return reason === null ? null : { place: 0, reason };
  }
  const element = shape.kind === 'list' ? shape.of : shape;
  if (element.kind === 'scalar' || element.kind === 'list' || element.kind === 'any') return null;
  if (isSingleScalar(element) && !first.value.includes('=')) return null;
  for (const [place, value] of values.entries()) {
    if (value.value === DYNAMIC || /^\s*[{[]/.test(value.value)) return null;
    const read = readShorthand(value.value.replaceAll(DYNAMIC, 'X'));
    if (!read.ok) {
      // Something put in by the shell may be whole pairs.
      if (value.value.startsWith(DYNAMIC) || value.value.includes(`,${DYNAMIC}`)) return null;
      return {
        place,
        reason: /=\s*\{\s*["{]/.test(value.value)
          ? `${read.reason}; JSON cannot stand inside Key=Value notation, write the whole argument as JSON`
          : read.reason,
      };
    }
    const reason = misfitOf(lists(read.value, element), element);
    if (reason !== null) return { place, reason };
  }
  return null;
}

const isPlain = (word: LintWord) => !word.value.includes(DYNAMIC);

const isSingleScalar = (shape: AwsShape) =>
  shape.kind === 'structure' && shape.members.size === 1 && [...shape.members.values()][0]!.shape.kind === 'scalar';

/** One value where a list is wanted is a list of one. */
function lists(value: unknown, shape: AwsShape): unknown {
  if (shape.kind === 'list')
    return Array.isArray(value) ? value.map((each) => lists(each, shape.of)) : [lists(value, shape.of)];
  if (shape.kind === 'map' && typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, lists(each, shape.of)]));
  if (shape.kind !== 'structure' || typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => {
      const member = shape.members.get(key);
      return [key, member === undefined ? each : lists(each, member.shape)];
    }),
  );
}

/** JSON with values put in by the shell; undefined where those decide whether it is JSON at all. */
function parseJson(text: string): { ok: true; value: unknown } | { ok: false; reason: string } | undefined {
  for (const stand of ['X', '0', '"X"']) {
    try {
      return { ok: true, value: JSON.parse(text.replaceAll(DYNAMIC, stand)) };
    } catch (thrown) {
      if (!text.includes(DYNAMIC))
        return { ok: false, reason: `it is no JSON: ${(thrown as Error).message.replace(/ \(line.*/, '')}` };
    }
  }
  return undefined;
}
