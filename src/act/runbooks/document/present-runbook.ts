import { createHash } from 'node:crypto';
import type { RunbookBlock, RunbookStep } from '../../../contract/runbook.ts';
import { type PlacedStep, procedureOf, type ReadFence, type Section } from '../assemble-procedures.ts';
import type { FrontMatter } from '../markdown/front-matter.ts';
import type { FenceEntry, InlineCode } from '../markdown/read-outline.ts';
import type { IncludeLine } from '../markdown/unwrap-layouts.ts';
import { markPlaceholders } from '../parameters/mark-inputs.ts';
import type { ParsedRunbook, StepDraft } from '../parsed-runbook.ts';
import { riskOf } from '../risk/verdict.ts';
import { runbookProblem } from '../runbook-problem.ts';
import { askAction, askStep, choiceOf, type Way, waysOf } from './choice-questions.ts';
import { InputCollector } from './input-collector.ts';
import { itemNames, targetOf } from './step-targets.ts';

/** A document taken apart and put into procedures, before its steps have ids. */
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
export function presentRunbook({
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
