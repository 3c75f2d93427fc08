import type { Run } from '../../../../src/contract/run.ts';
import type { StepView } from './step-view.ts';

/** Kinds that are carried out in a dry run whatever their risk: they only ask, fill or hold others. */
const ALWAYS: readonly StepView['plan']['kind'][] = [
  'input',
  'choice',
  'subrunbook',
  'template',
  'parallel',
  'foreach',
];

/** Why a step was left out, as far as the run says; null when it was not, or when a person said so. */
export function skipReason(run: Pick<Run, 'dryRun' | 'steps'>, step: StepView): string | null {
  if (step.status !== 'skipped') return null;
  const { plan } = step;
  const observes = !plan.riskLowered && (plan.risk === 'read' || plan.risk === 'check');
  if (run.dryRun && !observes && !ALWAYS.includes(plan.kind)) return 'Not carried out: a dry run only observes.';
  const before = run.steps.find((row) => row.id === (plan.within ?? plan.id));
  if (before && before.endedAt === null && before.startedAt === null) return 'Left out: the run began at a later step.';
  return plan.when !== null || plan.choice !== null ? 'Left out: another option was chosen.' : null;
}
