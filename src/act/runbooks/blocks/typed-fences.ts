import { parseDocument } from 'yaml';
import { INPUT_TYPES, type RunbookInput, type StepAction, type StepKind } from '../../../contract/runbook.ts';
import { readGateTimes } from '../gate-times.ts';
import { BRACKETED, inputTypeOf } from '../parameters/input-kinds.ts';
import { isQuestion } from '../parameters/mark-variables.ts';
import { readDurationMs } from '../read-duration.ts';
import { judgeRequest } from '../risk/classify-http.ts';
import type { RunClass } from '../risk/verdict.ts';
import { runbookProblem } from '../runbook-problem.ts';
import type { BlockContext, BlockReading, FoundInput, StepSeed } from './block-reading.ts';

/** How long a `check` waits for its probe when it does not say. */
const CHECK_WITHIN_MS = 30_000;
/** Where a `notify` goes when it does not say. */
const DEFAULT_CHANNEL = 'inbox';
/** How often a metric gate asks when it does not say. */
const GATE_EVERY_MS = 15_000;
/** Steps that run at the same time, at most. */
const MOST_AT_ONCE = 50;

type Reader = (
  text: string,
  context: BlockContext,
  fail: Fail,
) => Omit<TypedStep, 'inputs'> & { inputs?: FoundInput[] };
type Fail = (what: string, hint: string) => Error;
type TypedStep = {
  kind: StepKind;
  found: RunClass | null;
  reason: string;
  action: StepAction;
  inputs: FoundInput[];
  set?: Record<string, string>;
};

/** Fence languages of Holdfast: each is one step that needs no shell. */
const READERS: Readonly<Record<string, Reader>> = {
  http: readHttp,
  check: readCheck,
  wait: readWait,
  input: readInput,
  approval: readApproval,
  manual: readManual,
  notify: readNotify,
  template: readTemplate,
  'metric-gate': readMetricGate,
  lock: readLock,
  parallel: readParallel,
  foreach: readForeach,
  subrunbook: readSubrunbook,
};

export function isTypedFence(language: string): boolean {
  return Object.hasOwn(READERS, language);
}

/** Reads a fence in one of Holdfast's own languages. Throws HoldfastError with the line where it does not hold together. */
export function readTypedFence(language: string, text: string, context: BlockContext): BlockReading {
  const fail: Fail = (what, hint) => runbookProblem(context.file, context.firstLine, what, hint);
  const step = READERS[language]!(text.trim(), context, fail);
  const seed: StepSeed = {
    title: null,
    body: text,
    start: 0,
    end: text.trimEnd().length,
    inputs: [],
    bound: null,
    choice: null,
    ...step,
  };
  return { class: step.found ?? 'other', reason: step.reason, seeds: [seed] };
}

/** `POST https://host/path`, header lines, an empty line, the body; `expect: 200, 204` among the headers says which answers are good. */
function readHttp(text: string, context: BlockContext, fail: Fail) {
  const [head = '', ...rest] = text.split(/\r?\n[ \t]*\r?\n/);
  const [request = '', ...headerLines] = head.split(/\r?\n/).filter((line) => !/^\s*#/.test(line));
  const match = /^(?:([A-Z]+)\s+)?(https?:\/\/\S+|[<{$]\S+)(?:\s+HTTP\/[\d.]+)?$/.exec(request.trim());
  if (match === null)
    throw fail('an http fence does not begin with a request', 'Begin with a line such as `GET https://host/path`.');
  const { filled, inputs } = fillMarks(text, context);
  const method = match[1] ?? 'GET';
  const url = filled(match[2]!);
  const headers: Record<string, string> = {};
  let expectStatus: number[] = [];
  for (const line of headerLines.filter((each) => each.trim() !== '')) {
    const header = /^\s*([A-Za-z0-9-]+)\s*:\s*(.*)$/.exec(line);
    if (header === null)
      throw fail(
        `\`${line.trim()}\` is no header`,
        'Write headers as `Name: value`, and an empty line before the body.',
      );
    if (header[1]!.toLowerCase() === 'expect' && /^\d{3}(\s*,\s*\d{3})*$/.test(header[2]!.trim()))
      expectStatus = header[2]!.split(',').map(Number);
    else headers[header[1]!] = filled(header[2]!.trim());
  }
  const body = rest.length === 0 ? null : filled(rest.join('\n\n'));
  const verdict = judgeRequest({ method, url: match[2]!, sendsBody: body !== null, failsOnError: true });
  const action: StepAction = { kind: 'http', method, url, headers, body, expectStatus };
  return { kind: 'http' as const, found: verdict.class, reason: verdict.reason, action, inputs };
}

/** `probe: NAME` and `within: 30s`. */
function readCheck(text: string, context: BlockContext, fail: Fail) {
  const fields = readFields(text, ['probe', 'within'], fail);
  const probe = fields['probe'];
  if (probe === undefined)
    throw fail('a check fence names no probe', 'Write `probe: NAME` with the name of a configured probe.');
  const { filled, inputs } = fillMarks(text, context);
  const withinMs = fields['within'] === undefined ? CHECK_WITHIN_MS : durationOf(fields['within'], fail);
  const action: StepAction = { kind: 'check', probe: filled(probe), withinMs };
  return {
    kind: 'check' as const,
    found: 'check' as const,
    reason: `waits for the probe ${probe} to be healthy`,
    action,
    inputs,
  };
}

function readWait(text: string, _context: BlockContext, fail: Fail) {
  const action: StepAction = { kind: 'wait', durationMs: durationOf(text, fail) };
  return { kind: 'wait' as const, found: null, reason: 'waits', action };
}

/** `name: replicas`, `type: integer`, `prompt: How many?` */
function readInput(text: string, _context: BlockContext, fail: Fail) {
  const fields = readFields(text, ['name', 'type', 'prompt'], fail);
  const name = fields['name'] ?? '';
  if (!/^[A-Za-z][\w-]{0,63}$/.test(name))
    throw fail('an input fence names no input', 'Write `name: NAME`, of letters, digits, - and _.');
  const type = (fields['type'] ?? inputTypeOf(name)) as RunbookInput['type'];
  if (!INPUT_TYPES.includes(type))
    throw fail(`\`${type}\` is no type of input`, `Types are ${INPUT_TYPES.join(', ')}.`);
  const action: StepAction = { kind: 'input', name, type, prompt: fields['prompt'] ?? `Value of ${name}` };
  return { kind: 'input' as const, found: null, reason: 'asks for a value', action };
}

function readApproval(text: string) {
  const action: StepAction = { kind: 'approval', prompt: text || 'Go on?' };
  return { kind: 'approval' as const, found: null, reason: 'asks for approval', action };
}

function readManual(text: string) {
  return {
    kind: 'manual' as const,
    found: null,
    reason: 'a person does this',
    action: { kind: 'manual' as const, text },
  };
}

/** YAML with `channel` and `text`, or only the text. */
function readNotify(text: string, _context: BlockContext, fail: Fail) {
  const isYaml = /^(?:channel|text)\s*:/m.test(text);
  const fields = isYaml ? readFields(text, ['channel', 'text'], fail) : { text };
  const action: StepAction = {
    kind: 'notify',
    text: fields['text'] ?? '',
    channel: ('channel' in fields ? fields['channel'] : undefined) ?? DEFAULT_CHANNEL,
  };
  if (action.text === '') throw fail('a notify fence says nothing', 'Write `text: …`, or the text alone.');
  return { kind: 'notify' as const, found: null, reason: 'tells people', action };
}

/** A message with places for values; filling it sends nothing. */
function readTemplate(text: string, context: BlockContext, fail: Fail) {
  if (text === '') throw fail('a template fence is empty', 'Write the message, with <name> where a value goes.');
  const { filled, inputs } = fillMarks(text, context);
  const action: StepAction = { kind: 'template', text: filled(text) };
  return { kind: 'template' as const, found: null, reason: 'fills a message', action, inputs };
}

/** `query: PromQL`, `for: 10m`, `every: 30s`, `within: 30m`. */
function readMetricGate(text: string, context: BlockContext, fail: Fail) {
  const fields = readFields(text, ['query', 'for', 'every', 'within'], fail);
  const query = fields['query']?.trim() ?? '';
  if (query === '')
    throw fail('a metric-gate fence has no query', 'Write `query: …` with the expression that must hold.');
  const { filled, inputs } = fillMarks([query, fields['for'], fields['within']].join('\n'), context);
  const { times, unknownTimes } = readGateTimes(
    { for: filled(fields['for'] ?? ''), within: filled(fields['within'] ?? '') },
    (written) => durationOf(written, fail),
  );
  const everyMs = fields['every'] === undefined ? GATE_EVERY_MS : durationOf(fields['every'], fail);
  if (everyMs <= 0) throw fail('`every` is no time', 'Write a duration such as 15s.');
  if (unknownTimes === undefined && times.withinMs < times.forMs)
    throw fail('`within` is shorter than `for`', 'It cannot hold longer than there is time.');
  const action: StepAction = {
    kind: 'metric-gate',
    query: filled(query),
    ...times,
    everyMs,
    ...(unknownTimes && { unknownTimes }),
  };
  const reason = `waits until a metric holds for ${fields['for'] ?? 'a moment'}`;
  return { kind: 'metric-gate' as const, found: 'check' as const, reason, action, inputs };
}

function readLock(text: string, _context: BlockContext, fail: Fail) {
  const name = /^name\s*:/.test(text) ? (readFields(text, ['name'], fail)['name'] ?? '') : text;
  if (!/^[A-Za-z0-9][\w.-]{0,63}$/.test(name))
    throw fail('a lock fence names no lock', 'Write its name: letters, digits, dots, dashes and underscores.');
  const reason = `waits until no other run holds ${name}`;
  return { kind: 'lock' as const, found: null, reason, action: { kind: 'lock' as const, name } };
}

/** `steps: [a, b]`, `at-once: 2`. */
function readParallel(text: string, _context: BlockContext, fail: Fail) {
  const fields = readFields(text, ['steps', 'at-once'], fail, ['steps']);
  const members = namesIn(fields['steps'], fail);
  const atOnce = atOnceOf(fields['at-once'], members.length, fail);
  const action: StepAction = { kind: 'parallel', members, atOnce };
  return { kind: 'parallel' as const, found: null, reason: `runs ${members.length} steps at the same time`, action };
}

/** `in: <hosts>` or a list, `as: HOST`, `steps: [drain, restart]`, `at-once: 1`. */
function readForeach(text: string, context: BlockContext, fail: Fail) {
  const fields = readFields(text, ['in', 'as', 'steps', 'at-once'], fail, ['steps', 'in']);
  const members = namesIn(fields['steps'], fail);
  const as = fields['as'] ?? '';
  if (!/^[A-Za-z][\w-]{0,63}$/.test(as))
    throw fail('a foreach fence does not say what its steps call an item', 'Write `as: HOST`, and $HOST in the steps.');
  const written = fields['in'] ?? '';
  if (written === '') throw fail('a foreach fence has no items', 'Write `in: <hosts>`, `in: $HOSTS` or a list.');
  const named = /^\$\{?(\w+)\}?$/.exec(written)?.[1] ?? /^([A-Za-z_]\w*)$/.exec(written)?.[1];
  const isSet = named !== undefined && (context.known.assigned.has(named) || context.known.declared.has(named));
  const { filled, inputs } = fillMarks(written, context);
  const items = isSet ? `{{${named}}}` : filled(written);
  const action: StepAction = { kind: 'foreach', members, items, as, atOnce: atOnceOf(fields['at-once'], 1, fail) };
  return { kind: 'foreach' as const, found: null, reason: 'runs steps for each item', action, inputs };
}

/** `runbook: path.md#procedure`, `set: {node: <node>}`. */
function readSubrunbook(text: string, context: BlockContext, fail: Fail) {
  const fields = readFields(text, ['runbook', 'set'], fail, [], ['set']);
  const [runbook = '', procedure = ''] = (fields['runbook'] ?? '').split('#');
  if (!/^[\w./ -]+$/.test(runbook) || runbook.startsWith('/'))
    throw fail('a subrunbook fence names no runbook', 'Write `runbook: path/below/the/library.md#procedure`.');
  const { filled, inputs } = fillMarks(text, context);
  const set = Object.fromEntries(
    Object.entries(fields).flatMap(([key, value]) => (key.startsWith('set.') ? [[key.slice(4), filled(value)]] : [])),
  );
  const mixed = Object.entries(set).find(([, value]) => /\{\{/.test(value) && !/^\{\{[^{}]+\}\}$/.test(value));
  if (mixed !== undefined)
    throw fail(`\`${mixed[0]}\` mixes a text and an input`, 'Give either a text or one input such as <node>.');
  const action: StepAction = { kind: 'subrunbook', runbook, procedure, sha256: '' };
  return { kind: 'subrunbook' as const, found: null, reason: `carries out ${runbook}`, action, inputs, set };
}

function namesIn(list: string | undefined, fail: Fail): string[] {
  const names = (list ?? '').split(/[\s,]+/).filter((name) => name !== '');
  if (names.length > 0) return [...new Set(names)];
  throw fail('it names no steps', 'Write `steps: [a, b]` with the names given in braces.');
}

function atOnceOf(written: string | undefined, otherwise: number, fail: Fail): number {
  if (written === undefined) return Math.max(1, Math.min(otherwise, MOST_AT_ONCE));
  if (/^\d{1,3}$/.test(written) && Number(written) >= 1 && Number(written) <= MOST_AT_ONCE) return Number(written);
  throw fail('`at-once` is no number of steps', `Write a whole number from 1 to ${MOST_AT_ONCE}.`);
}

function readFields(
  text: string,
  known: readonly string[],
  fail: Fail,
  lists: readonly string[] = [],
  maps: readonly string[] = [],
): Record<string, string> {
  const document = parseDocument(text, { prettyErrors: false });
  const value: unknown = document.errors.length > 0 ? undefined : document.toJS({ maxAliasCount: 10 });
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw fail('the fence is not a list of keys and values', `Write lines such as \`${known[0]}: …\`.`);
  }
  const fields: Record<string, string> = {};
  for (const [key, each] of Object.entries(value)) {
    if (!known.includes(key)) throw fail(`\`${key}\` means nothing here`, `Keys are ${known.join(', ')}.`);
    if (lists.includes(key) && Array.isArray(each) && each.every((item) => typeof item !== 'object')) {
      fields[key] = each.join(' ');
      continue;
    }
    if (maps.includes(key) && typeof each === 'object' && each !== null && !Array.isArray(each)) {
      for (const [name, value] of Object.entries(each)) fields[`${key}.${name}`] = String(value);
      continue;
    }
    if (each === null || typeof each === 'object')
      throw fail(`\`${key}\` has no plain value`, `Write \`${key}: value\`.`);
    fields[key] = String(each);
  }
  return fields;
}

function durationOf(written: string, fail: Fail): number {
  const durationMs = readDurationMs(written);
  if (durationMs === null)
    throw fail(`\`${written.trim()}\` is no duration`, 'Write a duration such as 30s, 5m or 1h.');
  return durationMs;
}

/** Finds `<name>`, `$NAME` and `{{name}}` and writes each as the mark `{{name}}` that is filled when the step runs. */
function fillMarks(text: string, context: BlockContext): { filled: (part: string) => string; inputs: FoundInput[] } {
  const inputs: FoundInput[] = [];
  const variable = /\$\{?([A-Za-z_]\w*)\}?|\{\{\s*([A-Za-z][\w-]*)\s*\}\}/g;
  for (const match of text.matchAll(BRACKETED))
    inputs.push({ name: match[1]!, source: 'placeholder', type: inputTypeOf(match[1]!), offset: match.index });
  for (const match of text.matchAll(variable)) {
    const name = match[1] ?? match[2]!;
    if (match[1] !== undefined && !isQuestion(name, context.known)) continue;
    inputs.push({
      name,
      source: context.known.declared.has(name) ? 'declared' : 'env',
      type: context.known.declared.get(name) ?? inputTypeOf(name),
      offset: match.index,
    });
  }
  const filled = (part: string) =>
    part
      .replace(BRACKETED, (_, name: string) => `{{${name}}}`)
      .replace(variable, (written, plain: string | undefined, braced: string | undefined) => {
        const name = plain ?? braced!;
        return braced !== undefined || isQuestion(name, context.known) ? `{{${name}}}` : written;
      });
  return { filled, inputs };
}
