import { createHash } from 'node:crypto';
import { INPUT_TYPES, type RunbookBlock, type RunbookInput, type RunbookStep } from '../../contract/runbook.ts';
import {
  assembleProcedures,
  type PlacedStep,
  procedureOf,
  type ReadFence,
  type Section,
} from './assemble-procedures.ts';
import type { BlockContext, FoundInput, StepSeed } from './blocks/block-reading.ts';
import { readingByName, typedShell } from './blocks/detect-language.ts';
import { isKnownCommand } from './blocks/known-command.ts';
import { readBlock } from './blocks/read-block.ts';
import { byHandSeed, judgeConsole } from './blocks/read-console.ts';
import { readShellBlock } from './blocks/read-shell-block.ts';
import { beginsLikeSql } from './consoles/classify-dialect-sql.ts';
import { detectConsole } from './consoles/detect-console.ts';
import { readFenceAttributes } from './markdown/fence-attributes.ts';
import { findAlternatives } from './markdown/find-alternatives.ts';
import { type FrontMatter, readFrontMatter } from './markdown/front-matter.ts';
import { type FenceEntry, type InlineCode, type OutlineEntry, readOutline } from './markdown/read-outline.ts';
import { slugOf } from './markdown/slug-headings.ts';
import type { IncludeLine } from './markdown/unwrap-layouts.ts';
import { readScriptVariables } from './parameters/handed-variables.ts';
import { inputTypeOf } from './parameters/input-kinds.ts';
import { canBeMarked, markPlaceholders } from './parameters/mark-inputs.ts';
import { assignedIn, expandedIn, type KnownVariables } from './parameters/mark-variables.ts';
import type { ParsedRunbook, StepDraft } from './parsed-runbook.ts';
import { riskOf } from './risk/verdict.ts';
import { MAX_RUNBOOK_BYTES } from './runbook-limits.ts';
import { runbookProblem } from './runbook-problem.ts';
import { MAX_SYNTAX_CHARS, parseShell } from './syntax/parse-syntax.ts';

/** Each fence is read by a parser of its own language; a document with more of them is data, not a runbook. */
const MAX_FENCES = 10_000;
const TARGET_INPUT = 'target';

/**
 * Reads a Markdown document as procedures, blocks and steps, with what each would do. Any text is accepted; only front
 * matter and fence attributes, which are Holdfast's own, can be wrong (HoldfastError `runbook.invalid` with the line).
 */
export async function parseRunbook(source: { file: string; text: string }): Promise<ParsedRunbook> {
  const { file } = source;
  if (Buffer.byteLength(source.text) > MAX_RUNBOOK_BYTES) {
    throw runbookProblem(file, 1, 'the document is larger than 1 MiB', 'Split it, or leave logs and data out of it.');
  }
  const text = source.text.replace(/^\uFEFF/, '');
  const outline = readOutline(canBeMarked(text) ? text : text.replace(/[\uE000-\uF8FF]/g, '\uFFFD'));
  const front = readFrontMatter(outline.frontMatter?.yaml ?? null, { file, line: outline.frontMatter?.line ?? 1 });
  const fenceEntries = outline.entries.filter((entry) => entry.kind === 'fence');
  if (fenceEntries.length > MAX_FENCES) {
    throw runbookProblem(
      file,
      fenceEntries[MAX_FENCES]!.line,
      `the document has more than ${MAX_FENCES} code blocks`,
      'Split it into several documents.',
    );
  }
  const known: KnownVariables = {
    ...(await variablesAnywhere(fenceEntries)),
    declared: new Map([
      ...askedInputs(fenceEntries),
      ...front.inputs.map((input) => [input.name, input.type] as const),
    ]),
  };
  const fences = new Map<FenceEntry, ReadFence>();
  for (const [place, entry] of outline.entries.entries()) {
    if (entry.kind !== 'fence') continue;
    const attributes = readFenceAttributes(entry.info, { file, line: entry.line });
    // What a step is given by name is no question.
    const given = attributes.secrets ?? [];
    const knownHere = given.length === 0 ? known : { ...known, assigned: new Set([...known.assigned, ...given]) };
    const context: BlockContext = {
      file,
      firstLine: entry.firstLine,
      known: knownHere,
      attributes,
      before: wordsOf(outline.entries[place - 1]),
    };
    const reading = await readBlock(entry, context);
    if (!entry.closed) reading.reason += '; its end was never written';
    fences.set(entry, { attributes, reading });
  }
  const firstHeading = outline.entries.find((entry) => entry.kind === 'heading')?.title;
  const title = front.title ?? firstHeading ?? file.replace(/^.*\//, '');
  const readInline = (code: InlineCode) =>
    readInlineCommand(code, { file, firstLine: code.line, known, attributes: {} });
  const alternatives = findAlternatives(outline.entries, outline.tabs);
  const { sections, sectionOf } = await assembleProcedures(outline.entries, fences, readInline, title, alternatives);
  const inlineCodes = outline.entries.flatMap((entry) => ('codes' in entry ? entry.codes : []));
  const parsed = present({
    inlineCodes,
    file,
    text: source.text,
    title,
    front,
    sections,
    sectionOf,
    fences,
    includes: outline.includes,
  });
  for (const draft of Object.values(parsed.drafts)) {
    if (draft.action.kind !== 'shell' || known.assigned.size === 0) continue;
    draft.variables = await readScriptVariables(draft.action.script, known.assigned);
  }
  return parsed;
}

function wordsOf(entry: OutlineEntry | undefined): string {
  if (entry === undefined) return '';
  if (entry.kind === 'label') return `${entry.title} ${entry.rest}`.trim();
  return 'text' in entry && entry.kind !== 'fence' && entry.kind !== 'cell' ? entry.text : '';
}

type Assembled = {
  inlineCodes: readonly InlineCode[];
  file: string;
  text: string;
  title: string;
  front: FrontMatter;
  sections: Section[];
  sectionOf: Map<FenceEntry, Section>;
  fences: Map<FenceEntry, ReadFence>;
  includes: readonly IncludeLine[];
};

/** Gives steps their ids, places the choice questions, and collects inputs. */
function present({
  inlineCodes,
  file,
  text,
  title,
  front,
  sections,
  sectionOf,
  fences,
  includes,
}: Assembled): ParsedRunbook {
  const lines = text.split(/\r\n|\r|\n/);
  const inputs = new InputCollector(front.inputs, lines);
  const items = itemNames(sections);
  const drafts: Record<string, StepDraft> = Object.create(null) as Record<string, StepDraft>;
  const stepsOfFence = new Map<FenceEntry, string[]>();
  const ids = new Set<string>();
  const withSteps = sections.filter((section) => section.steps.length > 0);
  const procedures = withSteps.map((section) => {
    let count = 0;
    const shown: (RunbookStep & { phase: number })[] = [];
    const asked = new Set<string>();
    const names = namesOf(section, file);
    for (const placed of section.steps) {
      const choice = choiceOf(placed);
      const ways = waysOf(placed);
      for (const { group } of choice === null ? [] : [...ways, choice]) {
        if (asked.has(group)) continue;
        asked.add(group);
        const id = uniqueId(ids, `${section.slug}.choose-${group}`);
        shown.push({ ...askStep(id, group, section, placed), phase: placed.phase });
        drafts[id] = { action: askAction(group, section), found: null, attributes: {}, target: null };
      }
      count++;
      const wanted = placed.attributes.name;
      const id = uniqueId(
        ids,
        wanted !== undefined && names.get(wanted) === placed ? wanted : `${section.slug}.${count}`,
      );
      const target = targetOf(placed, front, file, inputs, items);
      const found = inputs.take(placed.seed.inputs, placed);
      if (target !== null && /^\{\{.*\}\}$/.test(target) && !found.includes(target.slice(2, -2)))
        found.push(target.slice(2, -2));
      shown.push({ ...stepOf(placed, id, { choice, ways }, found), phase: placed.phase });
      drafts[id] = {
        action: placed.seed.action,
        found: placed.seed.found,
        attributes: placed.attributes,
        target,
        ...(placed.seed.set === undefined ? {} : { set: placed.seed.set }),
      };
      if (placed.fence !== null) stepsOfFence.set(placed.fence, [...(stepsOfFence.get(placed.fence) ?? []), id]);
    }
    const severity = withSteps.length === 1 ? (section.severity ?? front.severity) : section.severity;
    return { ...procedureOf(section, shown), severity };
  });
  // Questions asked in the text alone (`curl http://<service-ip>/`) are shown, though no step uses them.
  for (const code of inlineCodes) {
    for (const mark of markPlaceholders(code.text).marks)
      inputs.add(mark, { line: code.line, column: inputs.columnOf(code, mark.start) });
  }
  // So are those in settings that are only shown.
  for (const [fence, { reading }] of fences) {
    if (reading.class !== 'config') continue;
    for (const mark of markPlaceholders(fence.text, { brackets: false }).marks)
      if (mark.source === 'placeholder') inputs.add(mark, inputs.placeIn(fence, mark.start));
  }
  const slugs = new Set(procedures.map((procedure) => procedure.slug));
  const blocks = [...fences].map(([fence, { reading }]): RunbookBlock => {
    const slug = sectionOf.get(fence)?.slug ?? null;
    return {
      line: fence.line,
      endLine: fence.endLine,
      language: fence.language,
      class: reading.class,
      procedure: slug !== null && slugs.has(slug) ? slug : null,
      steps: stepsOfFence.get(fence) ?? [],
      reason: reading.reason,
    };
  });
  const sha256 = createHash('sha256').update(text).digest('hex');
  return {
    file,
    sha256,
    title,
    frontMatter: front.raw,
    inputs: inputs.all(),
    blocks,
    procedures,
    drafts,
    triggers: front.triggers,
    schedules: front.schedules,
    hooks: front.hooks,
    problems: problemsOf(sections, includes, front),
  };
}

function problemsOf(
  sections: readonly Section[],
  includes: readonly IncludeLine[],
  front: FrontMatter,
): ParsedRunbook['problems'] {
  const found: ParsedRunbook['problems'] = includes.map(({ line, what }) => ({
    rule: 'include',
    line,
    message: `${what === '' ? 'another file' : what} was to be put in here; its steps are not part of this runbook`,
  }));
  if (front.problem !== null) found.push({ rule: 'front-matter', ...front.problem });
  for (const placed of sections.flatMap((section) => section.steps))
    if (placed.seed.problem !== undefined) found.push({ ...placed.seed.problem, line: placed.line });
  return found.sort((left, right) => left.line - right.line);
}

function stepOf(
  placed: PlacedStep,
  id: string,
  { choice, ways }: { choice: RunbookStep['choice']; ways: Way[] },
  inputs: string[],
): RunbookStep {
  const { seed, number, title, line, endLine } = placed;
  const risk = placed.attributes.risk ?? (seed.found === null ? null : riskOf(seed.found));
  return {
    id,
    number,
    title: shorten(title),
    kind: seed.kind,
    risk,
    line,
    endLine,
    body: seed.body,
    inputs,
    bound: seed.bound,
    choice,
    ...(ways.length === 0 ? {} : { ways }),
    reason: seed.reason,
  };
}

/** The names given in a procedure; a name given twice there would make `verify=` and `rollback=` ambiguous. */
function namesOf(section: Section, file: string): Map<string, PlacedStep> {
  const names = new Map<string, PlacedStep>();
  for (const placed of section.steps) {
    const name = placed.attributes.name;
    if (name === undefined) continue;
    const other = names.get(name);
    if (other === undefined) names.set(name, placed);
    else if (other.fence !== placed.fence) {
      throw runbookProblem(
        file,
        placed.fence?.line ?? placed.line,
        `the step name \`${name}\` is already used on line ${other.fence?.line ?? other.line}`,
        'Give one of them another name.',
      );
    }
  }
  return names;
}

type Way = NonNullable<RunbookStep['choice']>;

function choiceOf(placed: PlacedStep): RunbookStep['choice'] {
  const declared = placed.attributes.choice;
  if (declared !== undefined) return { ...declared, label: placed.title };
  return placed.seed.choice === null ? null : wayOf(placed, placed.seed.choice);
}

/** The ways a step's own choice lies within; what its author declared lies within none. */
function waysOf(placed: PlacedStep): Way[] {
  return placed.attributes.choice !== undefined ? [] : (placed.seed.ways ?? []).map((way) => wayOf(placed, way));
}

function wayOf(placed: PlacedStep, { group, option, label }: NonNullable<StepSeed['choice']>): Way {
  if (group?.startsWith('=') === true) return { group: group.slice(1), option, label };
  if (group === 'platform') return { group, option, label };
  const line = placed.fence?.line ?? placed.line;
  const name = group ?? slugOf(placed.fence === null ? placed.title : stepTitle(placed));
  return { group: `${name}-${line}`, option, label };
}

const stepTitle = (placed: PlacedStep) => placed.procedure.title;

function askAction(group: string, section: Section): StepDraft['action'] {
  const options = new Map<string, string>();
  for (const placed of section.steps) {
    const choice = choiceOf(placed);
    for (const way of choice === null ? [] : [...waysOf(placed), choice])
      if (way.group === group && !options.has(way.option)) options.set(way.option, way.label);
  }
  return {
    kind: 'choice',
    group,
    prompt: promptFor(group),
    options: [...options].map(([option, label]) => ({ option, label })),
  };
}

const promptFor = (group: string) =>
  group === 'platform' ? 'Which platform does this run on?' : 'Which of these should be done?';

function askStep(id: string, group: string, section: Section, first: PlacedStep): RunbookStep {
  const prompt = promptFor(group);
  const action = askAction(group, section);
  const ways = waysAround(group, section);
  const body =
    action.kind === 'choice' ? action.options.map((option) => `${option.option}: ${option.label}`).join('\n') : '';
  return {
    id,
    number: first.number,
    title: prompt,
    kind: 'choice',
    risk: null,
    line: first.line,
    endLine: first.line,
    body,
    inputs: [],
    bound: null,
    choice: null,
    ...(ways.length === 0 ? {} : { ways }),
  };
}

/** Where a question is asked: within the ways that all of the steps it decides have around them. */
function waysAround(group: string, section: Section): Way[] {
  const around = section.steps.flatMap((placed) => {
    const choice = choiceOf(placed);
    const all = choice === null ? [] : [...waysOf(placed), choice];
    const at = all.findIndex((way) => way.group === group);
    return at < 0 ? [] : [all.slice(0, at)];
  });
  const [first = [], ...others] = around;
  return first.filter((way) =>
    others.every((ways) => ways.some((each) => each.group === way.group && each.option === way.option)),
  );
}

const needsTarget = (placed: PlacedStep) => placed.seed.kind === 'sql' || placed.seed.kind === 'metric-gate';

/** What the foreach steps of the document call their items: such a step can go over targets. */
function itemNames(sections: readonly Section[]): ReadonlySet<string> {
  const actions = sections.flatMap((section) => section.steps.map((placed) => placed.seed.action));
  return new Set(actions.flatMap((action) => (action.kind === 'foreach' ? [action.as] : [])));
}

/** Fence attribute, then front matter, then an input of type target; a step that needs one and has none gets a question. */
function targetOf(
  placed: PlacedStep,
  front: FrontMatter,
  file: string,
  inputs: InputCollector,
  items: ReadonlySet<string>,
): string | null {
  const written = placed.attributes.target ?? (needsTarget(placed) ? front.target : null);
  if (written !== null && written !== undefined) {
    if (!written.startsWith('$')) return written;
    const name = written.slice(1);
    if (!items.has(name) && !front.inputs.some((input) => input.name === name)) {
      throw runbookProblem(
        file,
        placed.fence?.line ?? placed.line,
        `the target \`${written}\` names neither a declared input nor the items of a foreach`,
        'Declare it under `params` in the front matter, or call the items of a foreach so (`as:`).',
      );
    }
    return `{{${name}}}`;
  }
  if (!needsTarget(placed)) return null;
  const declared = front.inputs.find((input) => input.type === 'target');
  if (declared !== undefined) return `{{${declared.name}}}`;
  inputs.add({ name: TARGET_INPUT, source: 'declared', type: 'target' }, { line: placed.line, column: 1 });
  return `{{${TARGET_INPUT}}}`;
}

function uniqueId(taken: Set<string>, wanted: string): string {
  let id = wanted;
  for (let count = 2; taken.has(id); count++) id = `${wanted}-${count}`;
  taken.add(id);
  return id;
}

const shorten = (title: string) => {
  const line = title.split('\n')[0]!.replace(/:\s*$/, '').trim();
  return line.length > 160 ? `${line.slice(0, 159)}…` : line;
};

/** Gathers inputs over the document: one entry a name, every place it is used. */
class InputCollector {
  readonly #inputs = new Map<string, RunbookInput>();
  readonly #lines: readonly string[];

  constructor(declared: readonly RunbookInput[], lines: readonly string[]) {
    this.#lines = lines;
    for (const input of declared) this.#inputs.set(input.name, { ...input, at: [...input.at] });
  }

  /** Records the inputs of one step and returns their names. */
  take(found: readonly FoundInput[], placed: PlacedStep): string[] {
    for (const input of found) this.add(input, this.#placeOf(input.offset, placed));
    return [...new Set(found.map((input) => input.name))];
  }

  add(input: Pick<RunbookInput, 'name' | 'source' | 'type'>, at: { line: number; column: number }): void {
    const known = this.#inputs.get(input.name);
    if (known === undefined)
      this.#inputs.set(input.name, {
        name: input.name,
        source: input.source,
        type: input.type,
        required: true,
        default: null,
        at: [at],
      });
    else if (!known.at.some((each) => each.line === at.line && each.column === at.column)) known.at.push(at);
  }

  /** Column of a character of an inline code, in the file. */
  columnOf(code: InlineCode, offset: number): number {
    return Math.max(0, (this.#lines[code.line - 1] ?? '').indexOf(code.text)) + offset + 1;
  }

  all(): RunbookInput[] {
    return [...this.#inputs.values()];
  }

  #placeOf(offset: number, placed: PlacedStep): { line: number; column: number } {
    return placed.fence === null ? { line: placed.line, column: 1 } : this.placeIn(placed.fence, offset);
  }

  /** Line and column, in the file, of a character of a fence's text. */
  placeIn(fence: FenceEntry, offset: number): { line: number; column: number } {
    const before = fence.text.slice(0, offset);
    const line = fence.firstLine + (before.match(/\n/g)?.length ?? 0);
    const content = fence.text.split('\n')[line - fence.firstLine] ?? '';
    const indent = Math.max(0, (this.#lines[line - 1] ?? '').indexOf(content));
    return { line, column: indent + (offset - (before.lastIndexOf('\n') + 1)) + 1 };
  }
}

async function variablesAnywhere(
  fences: readonly FenceEntry[],
): Promise<Pick<KnownVariables, 'assigned' | 'expanded'>> {
  const assigned = new Set<string>();
  const expanded = new Set<string>();
  const scripts = fences.flatMap((fence) => {
    const language = fence.language.toLowerCase();
    const named = readingByName(language);
    if (named !== 'shell' && (named !== undefined || !/[=$]/.test(fence.text))) return [];
    if (fence.text.length > MAX_SYNTAX_CHARS) return [];
    const marked = markPlaceholders(typedShell(language, fence.text));
    return marked.full ? [] : [marked.text];
  });
  for (let from = 0; from < scripts.length; from += ASKED_AT_ONCE) {
    for (const parsed of await Promise.all(scripts.slice(from, from + ASKED_AT_ONCE).map(parseShell))) {
      if (!parsed.ok) continue;
      for (const name of assignedIn(parsed.tree)) assigned.add(name);
      for (const name of expandedIn(parsed.tree)) expanded.add(name);
    }
  }
  return { assigned, expanded };
}

/** So many that the reading thread never waits for this one, and so few that each is answered in time. */
const ASKED_AT_ONCE = 8;

/** Inputs a person is asked for while it runs, by the `input` fences; what is wrong with one is told when it is read. */
function askedInputs(fences: readonly FenceEntry[]): (readonly [string, RunbookInput['type']])[] {
  return fences.flatMap((fence) => {
    const name =
      fence.language.toLowerCase() === 'input' ? /^name:[ \t]*([A-Za-z]\w*)[ \t]*$/m.exec(fence.text)?.[1] : undefined;
    if (name === undefined) return [];
    const written = /^type:[ \t]*(\w+)[ \t]*$/m.exec(fence.text)?.[1];
    const type = INPUT_TYPES.find((each) => each === written) ?? inputTypeOf(name);
    return [[name, type] as const];
  });
}

/** `kubectl get pods` in an item's own words is its command; a file name or a setting is not. */
async function readInlineCommand(code: InlineCode, context: BlockContext): Promise<StepSeed | null> {
  const word = /^\s*([\w.-]+)\s+\S/.exec(code.text)?.[1];
  if (word === undefined || !isKnownCommand(word)) return readInlineConsole(code.text);
  const reading = await readShellBlock(code.text, context);
  const [seed, ...others] = reading.seeds;
  if (seed === undefined || others.length > 0 || seed.kind !== 'shell' || reading.class === 'opaque') return null;
  return { ...seed, start: 0, end: 0 };
}

/** `Account.find(1).unlock!` or `SELECT pg_promote();` in an item's own words: what a person types at a console. */
async function readInlineConsole(text: string): Promise<StepSeed | null> {
  const console = beginsLikeSql(text) ? 'mysql' : detectConsole(text);
  if (console === undefined || !/[(;.]|\s\S+\s/.test(text) || text.length > 2_000) return null;
  const verdict = await judgeConsole(console, text);
  const seed = byHandSeed(text, { start: 0, end: text.length }, verdict, 'it is typed where Holdfast cannot type');
  return { ...seed, start: 0, end: 0 };
}
