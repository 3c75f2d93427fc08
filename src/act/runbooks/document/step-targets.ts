import type { PlacedStep, Section } from '../assemble-procedures.ts';
import type { FrontMatter } from '../markdown/front-matter.ts';
import { runbookProblem } from '../runbook-problem.ts';
import type { InputCollector } from './input-collector.ts';

const TARGET_INPUT = 'target';

const needsTarget = (placed: PlacedStep) => placed.seed.kind === 'sql' || placed.seed.kind === 'metric-gate';

/** What the foreach steps of the document call their items: such a step can go over targets. */
export function itemNames(sections: readonly Section[]): ReadonlySet<string> {
  const actions = sections.flatMap((section) => section.steps.map((placed) => placed.seed.action));
  return new Set(actions.flatMap((action) => (action.kind === 'foreach' ? [action.as] : [])));
}

/** Fence attribute, then front matter, then an input of type target; a step that needs one and has none gets a question. */
export function targetOf(
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
