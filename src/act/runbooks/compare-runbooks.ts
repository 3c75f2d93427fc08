import type { Risk, RunbookDocument, RunbookStep } from '../../contract/runbook.ts';
import type { RunbookComparison, StepChange } from '../../contract/runbook-version.ts';
import { isRiskier } from './risk/verdict.ts';

type Placed = { step: RunbookStep; place: number };

/**
 * What two versions of a runbook do differently, step by step. A step is the same one where it has the same commands,
 * else the same name or title, within a procedure of the same name. Prose changes nothing here.
 */
export function compareRunbooks(before: RunbookDocument, after: RunbookDocument): RunbookComparison {
  const slugs = new Set([...before.procedures, ...after.procedures].map((procedure) => procedure.slug));
  const changes = [...slugs].flatMap((slug) => compareSteps(slug, stepsOf(before, slug), stepsOf(after, slug)));
  const names = (document: RunbookDocument) => new Set(document.inputs.map((input) => input.name));
  const [had, has] = [names(before), names(after)];
  return {
    before: { path: before.file, sha256: before.sha256 },
    after: { path: after.file, sha256: after.sha256 },
    changes,
    inputs: {
      added: [...has].filter((name) => !had.has(name)),
      removed: [...had].filter((name) => !has.has(name)),
    },
    risk: changes.some((change) => change.risk === 'riskier')
      ? 'riskier'
      : changes.some((change) => change.risk === 'safer')
        ? 'safer'
        : 'same',
  };
}

function stepsOf(document: RunbookDocument, slug: string): Placed[] {
  const procedure = document.procedures.find((each) => each.slug === slug);
  return (procedure?.phases.flatMap((phase) => phase.steps) ?? []).map((step, place) => ({ step, place }));
}

function compareSteps(procedure: string, before: readonly Placed[], after: readonly Placed[]): StepChange[] {
  const pairs = pairUp(before, after);
  const paired = new Set([...pairs.values()]);
  const changes: { at: number; change: StepChange }[] = [];
  // Those that kept their order among each other did not move, whatever came between them.
  const unmoved = longestRising([...pairs].map(([old, now]) => [old.place, now.place] as const));
  for (const [old, now] of pairs) {
    const differs =
      bodyOf(old.step) !== bodyOf(now.step) || old.step.risk !== now.step.risk || old.step.kind !== now.step.kind;
    if (!differs && unmoved.has(old.place)) continue;
    const change = differs ? 'changed' : 'moved';
    const risk = directionOf(old.step.risk, now.step.risk);
    changes.push({
      at: now.place,
      change: { procedure, change, risk, before: shown(old.step), after: shown(now.step) },
    });
  }
  for (const old of before) {
    if (pairs.has(old)) continue;
    const risk = isHarmful(old.step.risk) ? 'safer' : 'same';
    changes.push({
      at: old.place,
      change: { procedure, change: 'removed', risk, before: shown(old.step), after: null },
    });
  }
  for (const now of after) {
    if (paired.has(now)) continue;
    const risk = isHarmful(now.step.risk) ? 'riskier' : 'same';
    changes.push({ at: now.place, change: { procedure, change: 'added', risk, before: null, after: shown(now.step) } });
  }
  return changes.toSorted((one, other) => one.at - other.at).map(({ change }) => change);
}

/** Old step -> new one: by commands, then by name, then by title; each once, nearest first. */
function pairUp(before: readonly Placed[], after: readonly Placed[]): Map<Placed, Placed> {
  const pairs = new Map<Placed, Placed>();
  const free = new Set(after);
  const sameness: ((step: RunbookStep) => string)[] = [
    (step) => `${step.kind}\n${bodyOf(step)}`,
    (step) => `${step.kind}\n${step.id}\n${step.title}`,
    (step) => step.title,
  ];
  for (const keyOf of sameness) {
    for (const old of before) {
      if (pairs.has(old)) continue;
      const key = keyOf(old.step);
      let best: Placed | null = null;
      for (const now of free) {
        if (keyOf(now.step) !== key) continue;
        if (best === null || Math.abs(now.place - old.place) < Math.abs(best.place - old.place)) best = now;
      }
      if (best === null) continue;
      pairs.set(old, best);
      free.delete(best);
    }
  }
  return pairs;
}

/** The first members of the longest run of pairs that rises in both. */
function longestRising(pairs: readonly (readonly [number, number])[]): Set<number> {
  const sorted = pairs.toSorted((one, other) => one[0] - other[0]);
  const length: number[] = [];
  const from: number[] = [];
  sorted.forEach(([, now], index) => {
    length[index] = 1;
    from[index] = -1;
    for (let earlier = 0; earlier < index; earlier += 1)
      if (sorted[earlier]![1] < now && length[earlier]! >= length[index]!) {
        length[index] = length[earlier]! + 1;
        from[index] = earlier;
      }
  });
  const rising = new Set<number>();
  let at = length.indexOf(Math.max(...length, 0));
  while (at >= 0 && sorted[at] !== undefined) {
    rising.add(sorted[at]![0]);
    at = from[at]!;
  }
  return rising;
}

const bodyOf = (step: RunbookStep) =>
  step.body
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trim();
const isHarmful = (risk: Risk | null) => risk === 'change' || risk === 'destroy';

function directionOf(before: Risk | null, after: Risk | null): StepChange['risk'] {
  if (before === after) return 'same';
  if (after === null) return isHarmful(before) ? 'safer' : 'same';
  if (before === null) return isHarmful(after) ? 'riskier' : 'same';
  return isRiskier(after, before) ? 'riskier' : 'safer';
}

function shown(step: RunbookStep) {
  return { id: step.id, title: step.title, line: step.line, risk: step.risk, body: step.body };
}
