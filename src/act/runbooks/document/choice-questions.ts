import type { RunbookStep } from '../../../contract/runbook.ts';
import type { PlacedStep, Section } from '../assemble-procedures.ts';
import type { StepSeed } from '../blocks/block-reading.ts';
import { slugOf } from '../markdown/slug-headings.ts';
import type { StepDraft } from '../parsed-runbook.ts';

/** One of the answers to a question, with the question it answers. */
export type Way = NonNullable<RunbookStep['choice']>;

/** The answer under which a step runs, as its author declared it or as its document says; null for one that always runs. */
export function choiceOf(placed: PlacedStep): RunbookStep['choice'] {
  const declared = placed.attributes.choice;
  if (declared !== undefined) return { ...declared, label: placed.title };
  return placed.seed.choice === null ? null : wayOf(placed, placed.seed.choice);
}

/** The ways a step's own choice lies within; what its author declared lies within none. */
export function waysOf(placed: PlacedStep): Way[] {
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

/** What a question of a procedure asks, with every answer its steps know. */
export function askAction(group: string, section: Section): StepDraft['action'] {
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

/** The step that asks a question, put before the first step that its answer decides. */
export function askStep(id: string, group: string, section: Section, first: PlacedStep): RunbookStep {
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
