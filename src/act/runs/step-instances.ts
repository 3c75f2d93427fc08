import type { Plan, PlannedStep, StepAction } from '../../contract/runbook.ts';
import type { StepRow } from './run-rows.ts';

type Container = PlannedStep & { action: Extract<StepAction, { kind: 'parallel' | 'foreach' }> };

/** More items than this are refused: a step for each is a row, and a person has to read them. */
export const MOST_ITEMS = 500;

/** True for a step that has others within it. */
export function isContainer(step: PlannedStep): step is Container {
  return step.action.kind === 'parallel' || step.action.kind === 'foreach';
}

/** The id of a member of a foreach, or of its verify or rollback, for one item. */
export function instanceId(memberId: string, index: number): string {
  return `${memberId}[${index}]`;
}

/** The step of the plan that an instance was made from; other ids stay as they are. */
export function memberIdOf(id: string): string {
  return id.replace(/\[\d+\]$/, '');
}

/** The steps of a run as they are carried out, in order: members of a foreach once for each of its items. */
export function instancesOf(
  plan: Pick<Plan, 'steps' | 'helpers'>,
  rows: ReadonlyMap<string, Pick<StepRow, 'id' | 'itemIndex' | 'item'>>,
): { steps: PlannedStep[]; helpers: PlannedStep[] } {
  const byMember = new Map<string, { index: number; item: string }[]>();
  for (const row of rows.values()) {
    if (row.itemIndex === null) continue;
    const member = memberIdOf(row.id);
    byMember.set(member, [...(byMember.get(member) ?? []), { index: row.itemIndex, item: row.item ?? '' }]);
  }
  const instances = (step: PlannedStep): PlannedStep[] =>
    (byMember.get(step.id) ?? [])
      .toSorted((one, other) => one.index - other.index)
      .map(({ index, item }) => instanceOf(step, index, item));
  const foreachIds = new Set(plan.steps.filter((step) => step.action.kind === 'foreach').map((step) => step.id));
  const steps: PlannedStep[] = [];
  for (const step of plan.steps) {
    if (step.within !== undefined && foreachIds.has(step.within)) continue;
    steps.push(step);
    if (step.action.kind !== 'foreach') continue;
    const members = plan.steps.filter((member) => member.within === step.id).map(instances);
    // Item by item, as they are read and undone.
    for (let index = 0; index < (members[0]?.length ?? 0); index += 1)
      for (const member of members) steps.push(...member.slice(index, index + 1));
  }
  return { steps, helpers: [...plan.helpers, ...plan.helpers.flatMap(instances)] };
}

function instanceOf(step: PlannedStep, index: number, item: string): PlannedStep {
  return {
    ...step,
    id: instanceId(step.id, index),
    title: `${step.title} (${item})`,
    verify: step.verify === null ? null : instanceId(step.verify, index),
    rollback: step.rollback === null ? null : instanceId(step.rollback, index),
  };
}

/** Steps that follow one another: a member of a parallel each by itself, those of a foreach by item. */
export function lanesOf(steps: readonly PlannedStep[], container: Container): PlannedStep[][] {
  const within = steps.filter((step) => step.within === container.id);
  if (container.action.kind === 'parallel') return within.map((step) => [step]);
  const lanes = new Map<string, PlannedStep[]>();
  for (const step of within) {
    const index = step.id.slice(step.id.lastIndexOf('['));
    lanes.set(index, [...(lanes.get(index) ?? []), step]);
  }
  return [...lanes.values()];
}

/**
 * The items of a foreach, from the value that names them: a JSON list, or words between blanks, commas and line ends.
 * Doubles are left out, so that nothing is done twice to one thing.
 */
export function readItems(value: string): string[] {
  const trimmed = value.trim();
  if (trimmed.startsWith('[')) {
    try {
      const list: unknown = JSON.parse(trimmed);
      if (Array.isArray(list) && list.every((each) => typeof each === 'string' || typeof each === 'number'))
        return [...new Set(list.map(String))];
    } catch {
      // Not JSON: words that begin with a bracket.
    }
  }
  return [...new Set(trimmed.split(/[\s,]+/).filter((word) => word !== ''))];
}
