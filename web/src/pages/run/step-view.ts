import type { Approval, Run, RunStep, StepStatus } from '../../../../src/contract/run.ts';
import type { PlannedStep } from '../../../../src/contract/runbook.ts';

/** A step as the run's page shows it: what was planned, what became of it, what was asked about it. */
export type StepView = {
  id: string;
  line: number;
  endLine: number;
  plan: PlannedStep;
  /** Null for a helper (a verify or rollback step) that was not needed so far. */
  run: RunStep | null;
  status: StepStatus;
  /** What a helper is for; null for a step of the procedure. */
  helps: { how: 'verify' | 'rollback'; title: string } | null;
  /** True when the text above it already says its title. */
  titled: boolean;
  /** The newest question about it. */
  approval: Approval | null;
};

const SENTENCES = new Set<PlannedStep['kind']>(['manual', 'approval', 'wait']);

/** All steps of a run in the order of the document, with the helpers. */
export function viewSteps(run: Run): StepView[] {
  const all = [
    ...run.plan.steps.map((plan) => ({ plan, helps: null })),
    ...run.plan.helpers.map((plan) => ({ plan, helps: helpedBy(run, plan.id) })),
  ].toSorted((left, right) => left.plan.line - right.plan.line);
  const lines = run.source.split('\n');
  let after = 0;
  return all.map(({ plan, helps }) => {
    // A step that is a sentence of the document says its title itself; one of commands has it above them.
    const said = SENTENCES.has(plan.kind) ? plan.endLine : plan.line - 1;
    const above = lines.slice(after, Math.max(said, after)).join(' ');
    after = Math.max(after, plan.endLine);
    const row = run.steps.find((step) => step.id === plan.id) ?? null;
    return {
      id: plan.id,
      line: plan.line,
      endLine: plan.endLine,
      plan,
      run: row,
      status: row?.status ?? 'pending',
      helps,
      titled: plainText(above).includes(plainText(plan.title)),
      approval: run.approvals.findLast((approval) => approval.stepId === plan.id) ?? null,
    };
  });
}

function helpedBy(run: Run, helperId: string): StepView['helps'] {
  const verified = run.plan.steps.find((step) => step.verify === helperId);
  if (verified) return { how: 'verify', title: verified.title };
  const undone = run.plan.steps.find((step) => step.rollback === helperId);
  return undone ? { how: 'rollback', title: undone.title } : null;
}

function plainText(text: string): string {
  return text
    .replace(/[*_`#>|[\]]/g, '')
    .replace(/\s+/g, ' ')
    .trim()
    .toLowerCase();
}

const CURRENT: readonly StepStatus[] = ['in-doubt', 'waiting', 'running', 'rolling-back'];

/** The step the run is at; null when it has ended or not begun. */
export function currentStep(steps: readonly StepView[]): StepView | null {
  return steps.find((step) => CURRENT.includes(step.status)) ?? null;
}

/** The id of the panel in which a step in doubt is decided. */
export function decisionAnchor(id: string): string {
  return `decide-${id}`;
}

/** The id of a step's place on the page. */
export function stepAnchor(id: string): string {
  return `step-${id}`;
}
