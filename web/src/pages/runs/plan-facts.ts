import type { Plan, PlannedStep } from '../../../../src/contract/runbook.ts';
import { formatDuration } from '../../lib/format-time.ts';
import { plural } from '../../lib/plural.ts';
import { fillIn } from '../run/fill-in.ts';

/** What its kind alone says about a step: how many, how long, over what. */
export function actionFact(step: PlannedStep, plan: Plan): string | null {
  const { action } = step;
  switch (action.kind) {
    case 'parallel':
      return `${plural(action.members.length, 'step')}, ${action.atOnce} at once`;
    case 'foreach':
      return `for each ${action.as} in ${fillIn(action.items, plan.inputs)}, ${action.atOnce} at once`;
    case 'metric-gate':
      return `must hold for ${formatDuration(action.forMs)}, asked every ${formatDuration(action.everyMs)}, within ${formatDuration(action.withinMs)}`;
    case 'lock':
      return `waits until no other run holds ${action.name}, then holds it to the end`;
    case 'subrunbook':
      return `${action.runbook}#${action.procedure}, sha256 ${action.sha256.slice(0, 12)}`;
    case 'wait':
      return formatDuration(action.durationMs);
    case 'check':
      return `probe ${fillIn(action.probe, plan.inputs)}, within ${formatDuration(action.withinMs)}`;
    default:
      return null;
  }
}

/** The ways a step belongs to, the outermost first: `“Option 2” and “Docker”`. Null when it belongs to none. */
export function wayWords(step: Pick<PlannedStep, 'when' | 'ways'>, plan: Pick<Plan, 'choices'>): string | null {
  const labels = [...(step.ways ?? []), ...(step.when === null ? [] : [step.when])].flatMap(
    ({ group, option }) =>
      plan.choices.find((each) => each.group === group)?.options.find((each) => each.option === option)?.label ?? [],
  );
  return labels.length === 0 ? null : labels.map((label) => `“${label}”`).join(' and ');
}

/** What a reader of the plan must know about a step before it runs. */
export function stepFacts(step: PlannedStep, plan: Plan): string[] {
  const ways = wayWords(step, plan);
  // Within a container its approval covers this step too.
  const asked = Math.max(step.approvals, step.risk === 'destroy' ? 1 : 0);
  return [
    actionFact(step, plan),
    ways ? `only when ${ways} is chosen` : null,
    step.within === undefined && asked > 0
      ? `needs ${plural(asked, 'approval')}${step.action.kind === 'foreach' || step.action.kind === 'parallel' ? ' for all of it' : ''}`
      : null,
    step.lock ? `holds the lock ${step.lock} while it runs` : null,
    step.bound ? `bounded: ${step.bound.why}` : null,
    step.reversible ? 'can be rolled back' : null,
    step.verify ? 'can be verified after a crash' : null,
    step.environment ? `in the environment ${step.environment}` : null,
    step.secrets?.length ? `gets ${step.secrets.join(', ')}` : null,
    step.retry.attempts > 1 ? `tried up to ${step.retry.attempts} times` : null,
  ].filter((fact) => fact !== null);
}

/** The plan in one line: what it does, asks for, and what of it could not be undone. */
export function planTotals(plan: Plan): { steps: number; changes: number; approvals: number; irreversible: number } {
  const own = plan.steps.filter((step) => step.within === undefined);
  const changing = plan.steps.filter(
    (step) => (step.risk === 'change' || step.risk === 'destroy') && !['parallel', 'foreach'].includes(step.kind),
  );
  return {
    steps: own.length,
    changes: changing.length,
    approvals: own.filter((step) => step.approvals > 0 || step.risk === 'destroy').length,
    irreversible: changing.filter((step) => !step.reversible).length,
  };
}
