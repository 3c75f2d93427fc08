import { isMap, LineCounter, parseDocument } from 'yaml';
import { INPUT_TYPES, type RunbookInput } from '../../../contract/runbook.ts';
import { cronProblem } from '../cron.ts';
import { runbookProblem } from '../runbook-problem.ts';

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** What the head of a document declares. Keys that are not ours stay in `raw` and mean nothing. */
export type FrontMatter = {
  raw: Record<string, Json> | null;
  title: string | null;
  severity: string | null;
  /** A target's name or `$input`. */
  target: string | null;
  inputs: RunbookInput[];
  /** Labels of findings that start it. */
  triggers: Record<string, string>[];
  schedules: ScheduleTrigger[];
  hooks: HookTrigger[];
  /** Set where a head of another tool could not be read and was left alone. */
  problem: { line: number; message: string } | null;
};

/** Starts a procedure by the clock. */
export type ScheduleTrigger = {
  cron: string;
  timezone: string | null;
  procedure: string | null;
  inputs: Record<string, string>;
};
/** Starts a procedure by a request; `inputs` says where in its JSON a value is: `service: repository.name`. */
export type HookTrigger = { webhook: string; procedure: string | null; inputs: Record<string, string> };

const NOTHING: FrontMatter = {
  raw: null,
  title: null,
  severity: null,
  target: null,
  inputs: [],
  triggers: [],
  schedules: [],
  hooks: [],
  problem: null,
};
/** Keys of documentation sites, and those that mean something here. */
const SITE_KEYS =
  /^(?:title|layout|weight|tags|date|authors?|description|sidebar\w*|slug|permalink|id|categories|draft|menu|toc|image|lastmod|linkTitle|parent|nav_order|keywords|hide)\s*:/m;
const OWN_KEYS = /^(?:params|triggers|target)\s*:/m;
const INPUT_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

/** Reads YAML front matter. `line` is that of its first `---`. Throws HoldfastError with the line of what is wrong. */
export function readFrontMatter(yaml: string | null, at: { file: string; line: number }): FrontMatter {
  if (yaml === null || yaml.trim() === '') return NOTHING;
  const counter = new LineCounter();
  const document = parseDocument(yaml, { lineCounter: counter, prettyErrors: false });
  const broken = document.errors[0];
  const lineAt = (offset: number | undefined) => at.line + counter.linePos(offset ?? 0).line;
  if (broken !== undefined && SITE_KEYS.test(yaml) && !OWN_KEYS.test(yaml)) {
    // `title: Restart: the easy way` is no YAML, but nothing here depends on it either.
    const title = /^title\s*:\s*["']?(.*?)["']?\s*$/m.exec(yaml)?.[1] ?? null;
    const problem = { line: lineAt(broken.pos[0]), message: `the front matter is not YAML: ${broken.message}` };
    return { ...NOTHING, title, problem };
  }
  if (broken !== undefined) {
    throw runbookProblem(
      at.file,
      lineAt(broken.pos[0]),
      `the front matter is not YAML: ${broken.message}`,
      'Correct it, or remove the block between the two --- lines.',
    );
  }
  if (!isMap(document.contents)) {
    throw runbookProblem(
      at.file,
      at.line,
      'the front matter is not a list of keys and values',
      'Write it as `key: value` lines between the two --- lines.',
    );
  }
  const lineOf = (key: string) => {
    const pair = isMap(document.contents)
      ? document.contents.items.find((item) => String(item.key) === key)
      : undefined;
    return lineAt((pair?.key as { range?: [number, number, number] } | undefined)?.range?.[0]);
  };
  let raw: Record<string, Json>;
  try {
    raw = JSON.parse(JSON.stringify(document.toJS({ maxAliasCount: 50 }))) as Record<string, Json>;
  } catch {
    throw runbookProblem(
      at.file,
      at.line,
      'the front matter cannot be read as data',
      'Use plain values, and few aliases.',
    );
  }
  const fail = (key: string, what: string, hint: string) => runbookProblem(at.file, lineOf(key), what, hint);
  return {
    problem: null,
    raw,
    title: readText(raw, 'title'),
    severity: readText(raw, 'severity'),
    target: readText(raw, 'target'),
    inputs: readParams(raw['params'], lineOf('params'), fail),
    ...readTriggers(raw['triggers'], fail),
  };
}

type Fail = (key: string, what: string, hint: string) => Error;

function readText(raw: Record<string, Json>, key: string): string | null {
  const value = raw[key];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
}

const PARAMS_HINT = 'Write params as `name: {type: integer, default: 3}`, one line each.';

function readParams(params: Json | undefined, line: number, fail: Fail): RunbookInput[] {
  if (params === undefined || params === null) return [];
  if (typeof params !== 'object') throw fail('params', '`params` is not a list of inputs', PARAMS_HINT);
  const entries: [string, Json][] = Array.isArray(params)
    ? params.map((each) => {
        const name = typeof each === 'object' && each !== null && !Array.isArray(each) ? each['name'] : each;
        if (typeof name !== 'string') throw fail('params', 'an entry of `params` has no name', PARAMS_HINT);
        return [name, each];
      })
    : Object.entries(params);
  const seen = new Set<string>();
  return entries.map(([name, declared]) => {
    if (!INPUT_NAME.test(name))
      throw fail(
        'params',
        `\`${name}\` is no name for an input`,
        'Use letters, digits, - and _, starting with a letter.',
      );
    if (seen.has(name)) throw fail('params', `the input \`${name}\` is declared twice`, 'Keep one of them.');
    seen.add(name);
    const about = typeof declared === 'object' && declared !== null && !Array.isArray(declared) ? declared : {};
    const type = about['type'] ?? 'string';
    if (!(INPUT_TYPES as readonly Json[]).includes(type)) {
      throw fail(
        'params',
        `the input \`${name}\` has the unknown type \`${String(type)}\``,
        `Types are ${INPUT_TYPES.join(', ')}.`,
      );
    }
    const scalar = typeof declared === 'object' || Array.isArray(params) ? about['default'] : declared;
    const fallback = scalar === undefined || scalar === null || typeof scalar === 'object' ? null : String(scalar);
    if (type === 'secret' && fallback !== null) {
      throw fail(
        'params',
        `the input \`${name}\` is a secret and stands in the document as a default`,
        'Leave the default out: it is given when a run starts, or read where it is kept (`secrets` of the configuration).',
      );
    }
    return {
      name,
      source: 'declared' as const,
      type: type as RunbookInput['type'],
      required: about['required'] === undefined ? fallback === null : about['required'] !== false && fallback === null,
      default: fallback,
      at: [{ line, column: 1 }],
    };
  });
}

function readTriggers(triggers: Json | undefined, fail: Fail): Pick<FrontMatter, 'triggers' | 'schedules' | 'hooks'> {
  const read: Pick<FrontMatter, 'triggers' | 'schedules' | 'hooks'> = { triggers: [], schedules: [], hooks: [] };
  if (triggers === undefined || triggers === null) return read;
  const hint =
    'Write triggers as a list: `- {alertname: HighErrorRate}`, `- {cron: "0 3 * * *", timezone: Europe/Berlin}` or `- {webhook: deploys}`.';
  if (!Array.isArray(triggers)) throw fail('triggers', '`triggers` is not a list', hint);
  for (const trigger of triggers) {
    if (
      typeof trigger !== 'object' ||
      trigger === null ||
      Array.isArray(trigger) ||
      Object.keys(trigger).length === 0
    ) {
      throw fail('triggers', 'an entry of `triggers` has no labels', hint);
    }
    const { inputs, ...plain } = trigger;
    const by = 'cron' in plain ? 'cron' : 'webhook' in plain ? 'webhook' : 'labels';
    const labels = Object.fromEntries(
      Object.entries(by === 'labels' ? trigger : plain).map(([name, value]) => {
        if (value === null || typeof value === 'object')
          throw fail('triggers', `the label \`${name}\` has no plain value`, hint);
        return [name, String(value)] as const;
      }),
    );
    if (by === 'labels') {
      read.triggers.push(labels);
      continue;
    }
    const known = by === 'cron' ? ['cron', 'timezone', 'procedure'] : ['webhook', 'procedure'];
    const unknown = Object.keys(labels).find((name) => !known.includes(name));
    if (unknown !== undefined) throw fail('triggers', `\`${unknown}\` means nothing beside \`${by}\``, hint);
    const procedure = labels['procedure']?.replace(/^#/, '') ?? null;
    const values = readTriggerInputs(inputs, fail);
    if (by === 'cron') {
      const timezone = labels['timezone'] ?? null;
      const problem = cronProblem(labels['cron'] ?? '', timezone);
      if (problem !== null)
        throw fail('triggers', problem, 'Write five fields such as `0 3 * * 1-5`, and a zone such as Europe/Berlin.');
      read.schedules.push({ cron: labels['cron'] ?? '', timezone, procedure, inputs: values });
    } else {
      if (!/^[A-Za-z0-9][\w.-]{0,63}$/.test(labels['webhook'] ?? ''))
        throw fail(
          'triggers',
          `\`${labels['webhook']}\` is no name of a webhook`,
          'Use letters, digits, dots, dashes and underscores.',
        );
      read.hooks.push({ webhook: labels['webhook'] ?? '', procedure, inputs: values });
    }
  }
  return read;
}

function readTriggerInputs(inputs: Json | undefined, fail: Fail): Record<string, string> {
  if (inputs === undefined || inputs === null) return {};
  const hint = 'Write `inputs: {name: value}`.';
  if (typeof inputs !== 'object' || Array.isArray(inputs))
    throw fail('triggers', '`inputs` of a trigger is not a list of values', hint);
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => {
      if (value === null || typeof value === 'object')
        throw fail('triggers', `the input \`${name}\` has no plain value`, hint);
      return [name, String(value)] as const;
    }),
  );
}
