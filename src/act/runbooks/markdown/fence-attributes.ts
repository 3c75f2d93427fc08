import { RISKS, type Risk } from '../../../contract/runbook.ts';
import { readDurationMs } from '../read-duration.ts';
import { runbookProblem } from '../runbook-problem.ts';

/** What the author says about a fence in its info string: `{name=promote risk=change approve=2}`. Absent means unsaid. */
export type FenceAttributes = {
  name?: string;
  risk?: Risk;
  approve?: number;
  timeoutMs?: number;
  /** How often it is tried again after a failure. */
  retry?: number;
  idempotent?: boolean;
  verify?: string;
  rollback?: string;
  target?: string;
  choice?: ChoiceOption;
  when?: ChoiceOption;
  ignore?: boolean;
  /** Repeated at this distance until it succeeds; `timeout` then is for all of it. */
  everyMs?: number;
  /** Repeated until the step of this name succeeds. */
  until?: string;
  /** Held while the step runs, so that no other run does the same. */
  lock?: string;
  /** Environment of the configuration. */
  env?: string;
  /** Secrets of the configuration it gets as variables. */
  secrets?: string[];
};
type ChoiceOption = { group: string; option: string };

const NAMES = [
  'name',
  'risk',
  'approve',
  'timeout',
  'retry',
  'idempotent',
  'verify',
  'rollback',
  'target',
  'choice',
  'when',
  'ignore',
  'every',
  'until',
  'lock',
  'env',
  'secrets',
];
/** Attributes other tools put into fences (runme, Hugo, Docusaurus); they mean nothing here. */
const FOREIGN =
  /^(?:id|cwd|background|interactive|category|tag|mimeType|promptEnv|closeTerminalOnSuccess|openTerminalOnSuccess|excludeFromRunAll|terminalRows|linenos?|linenostart|hl_lines|style|title|label|anchorlinenos|showLineNumbers|filename|class|lang|copy|highlight|wrap)$/i;
const MAX_APPROVALS = 10;
const MAX_RETRIES = 10;
const NAME_SHAPE = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

/** Reads the braces of an info string. Throws HoldfastError naming the line where they say something they may not. */
export function readFenceAttributes(info: string, at: { file: string; line: number }): FenceAttributes {
  const braces = /\{(.*)\}\s*$/s.exec(info);
  if (braces === null) return {};
  const pairs = readPairs(braces[1]!.trim(), at);
  if (!pairs.some(([name]) => isOurs(name))) return {};
  const attributes: FenceAttributes = {};
  for (const [name, value] of pairs) {
    if (!NAMES.includes(name)) {
      if (FOREIGN.test(name)) continue;
      throw runbookProblem(
        at.file,
        at.line,
        `\`${name}\` is no attribute of a step`,
        `Attributes are ${NAMES.join(', ')}.`,
      );
    }
    assign(attributes, name, value, at);
  }
  return attributes;
}

/** A misspelled attribute must not pass as a stranger's: `aprove=2` would silently mean no approval. */
function isOurs(name: string): boolean {
  return NAMES.includes(name) || (!FOREIGN.test(name) && NAMES.some((known) => isTypo(name, known)));
}

function isTypo(left: string, right: string): boolean {
  if (Math.abs(left.length - right.length) > 1 || left[0] !== right[0] || right.length < 4) return false;
  const longer = left.length >= right.length ? left : right;
  const shorter = longer === left ? right : left;
  const sorted = (word: string) => [...word].sort().join('');
  if (longer.length === shorter.length) {
    return sorted(left) === sorted(right) || [...left].filter((letter, place) => letter !== right[place]).length === 1;
  }
  return [...longer].some((_, place) => longer.slice(0, place) + longer.slice(place + 1) === shorter);
}

function readPairs(text: string, at: { file: string; line: number }): [string, string][] {
  if (text.startsWith('"')) {
    try {
      const parsed: unknown = JSON.parse(`{${text}}`);
      return Object.entries(parsed as Record<string, unknown>).map(([name, value]) => [name, String(value)]);
    } catch {
      if (!NAMES.some((name) => text.includes(`"${name}"`))) return [];
      throw runbookProblem(
        at.file,
        at.line,
        'the attributes of the fence are not JSON',
        'Write `{name=promote risk=change}`, or correct the JSON.',
      );
    }
  }
  const pairs: [string, string][] = [];
  for (const match of text.matchAll(/([A-Za-z][\w-]*)\s*(?:=\s*(?:"([^"]*)"|'([^']*)'|([^\s,}]+)))?(?=[\s,]|$)/g)) {
    pairs.push([match[1]!, match[2] ?? match[3] ?? match[4] ?? 'true']);
  }
  return pairs;
}

function assign(into: FenceAttributes, name: string, value: string, at: { file: string; line: number }): void {
  const bad = (hint: string) => runbookProblem(at.file, at.line, `\`${name}=${value}\` cannot be understood`, hint);
  switch (name) {
    case 'name':
    case 'verify':
    case 'rollback':
    case 'until':
      if (!NAME_SHAPE.test(value)) throw bad('A step name is letters, digits, - and _, and starts with a letter.');
      into[name] = value;
      return;
    case 'target':
      if (!/^[A-Za-z0-9][\w.-]*$|^\$\w+$/.test(value))
        throw bad('Name a target of the configuration, or $INPUT for an input that names one.');
      into.target = value;
      return;
    case 'risk':
      if (!(RISKS as readonly string[]).includes(value)) throw bad(`A risk is one of ${RISKS.join(', ')}.`);
      into.risk = value as Risk;
      return;
    case 'approve':
      into.approve = wholeNumber(value, MAX_APPROVALS, bad);
      return;
    case 'retry':
      into.retry = wholeNumber(value, MAX_RETRIES, bad);
      return;
    case 'lock':
    case 'env':
      if (!/^[A-Za-z0-9][\w.-]{0,63}$/.test(value))
        throw bad('A name is letters, digits, dots, dashes and underscores.');
      into[name] = value;
      return;
    case 'secrets': {
      const names = value.split(/[,;+]/).map((each) => each.trim());
      if (!names.every((each) => /^[A-Za-z_]\w{0,127}$/.test(each)))
        throw bad('Write names of secrets of the configuration: secrets="DB_PASSWORD,API_TOKEN".');
      into.secrets = names;
      return;
    }
    case 'every':
    case 'timeout': {
      const timeoutMs = readDurationMs(value);
      if (timeoutMs === null || timeoutMs <= 0) throw bad('Write a duration such as 30s, 5m or 1h.');
      into[name === 'every' ? 'everyMs' : 'timeoutMs'] = timeoutMs;
      return;
    }
    case 'idempotent':
    case 'ignore':
      if (value !== 'true' && value !== 'false') throw bad('Write true or false.');
      into[name] = value === 'true';
      return;
    default: {
      const option = /^(?:([\w-]+)[:/=])?([\w-]+)$/.exec(value);
      if (option === null) throw bad('Write group:option, for example platform:docker.');
      into[name as 'choice' | 'when'] = { group: option[1] ?? 'choice', option: option[2]! };
    }
  }
}

function wholeNumber(value: string, most: number, bad: (hint: string) => Error): number {
  if (!/^\d{1,3}$/.test(value) || Number(value) > most) throw bad(`Write a whole number from 0 to ${most}.`);
  return Number(value);
}
