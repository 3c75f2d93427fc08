import type { Approval, Run, RunStep, StepStatus } from '../../../../src/contract/run.ts';
import type { Plan, PlannedStep } from '../../../../src/contract/runbook.ts';
import { summarizeStatus } from './summarize-status.ts';

/** A step as the run's page shows it: what was planned, what became of it, what was asked about it. */
export type StepView = {
  id: string;
  line: number;
  endLine: number;
  plan: PlannedStep;
  /** Null for a helper (a verify or rollback step) that was not needed so far, and for the pattern of a foreach. */
  run: RunStep | null;
  status: StepStatus;
  /** What a helper is for; null for a step of the procedure. */
  helps: { how: 'verify' | 'rollback'; title: string } | null;
  /** True when the text above it already says its title. */
  titled: boolean;
  /** The newest question about it. */
  approval: Approval | null;
  /** Of a foreach: what it goes over, once that is known. */
  items: ItemView[];
  /** Of a member of a foreach (or its helper): the same step for each item. */
  instances: StepView[];
};

/** One item of a foreach with its own steps. */
export type ItemView = { index: number; value: string; status: StepStatus; steps: StepView[] };

const SENTENCES = new Set<PlannedStep['kind']>(['manual', 'approval', 'wait']);
const INSTANCE = /\[(\d+)\]$/;

/** The step of the plan that a step of the run was made from: `drain[3]` is `drain` for one item. */
export function patternId(id: string): string {
  return id.replace(INSTANCE, '');
}

/** All steps of a run in the order of its plan, then the helpers. */
export function viewSteps(run: Run): StepView[] {
  const said = titlesSaid(run);
  const rowsOf = Map.groupBy(run.steps, (row) => patternId(row.id));
  const view = (plan: PlannedStep, row: RunStep | null, helps: StepView['helps']): StepView => ({
    id: plan.id,
    line: plan.line,
    endLine: plan.endLine,
    plan,
    run: row,
    status: row?.status ?? 'pending',
    helps,
    titled: said.has(plan.id),
    approval: run.approvals.findLast((approval) => approval.stepId === plan.id) ?? null,
    items: [],
    instances: [],
  });
  const views = [
    ...run.plan.steps.map((plan) => ({ plan, helps: null })),
    ...run.plan.helpers.map((plan) => ({ plan, helps: helpedBy(run, plan.id) })),
  ].map(({ plan, helps }) => {
    const rows = rowsOf.get(plan.id) ?? [];
    const own = view(plan, rows.find((row) => row.id === plan.id) ?? null, helps);
    own.instances = rows
      .filter((row) => row.item !== undefined)
      .toSorted((left, right) => (left.item?.index ?? 0) - (right.item?.index ?? 0))
      .map((row) => view(instanceOf(plan, row), row, helps));
    if (own.instances.length > 0) own.status = summarizeStatus(own.instances.map((each) => each.status));
    return own;
  });
  for (const container of views) if (container.plan.kind === 'foreach') container.items = itemsOf(views, container);
  return views;
}

/** Every step that was or will be carried out, those of the items of a foreach in place of their pattern. */
export function flatten(steps: readonly StepView[]): StepView[] {
  return steps.flatMap((step) => (step.instances.length > 0 ? step.instances : [step]));
}

function itemsOf(views: readonly StepView[], container: StepView): ItemView[] {
  const members = views.filter((step) => step.plan.within === container.id);
  const helpers = new Set(members.flatMap((member) => [member.plan.verify, member.plan.rollback]));
  const instances = [...members, ...views.filter((step) => step.helps && helpers.has(step.id))].flatMap(
    (step) => step.instances,
  );
  const byItem = Map.groupBy(instances, (step) => step.run?.item?.index ?? 0);
  return [...byItem]
    .toSorted(([left], [right]) => left - right)
    .map(([index, steps]) => ({
      index,
      value: steps[0]?.run?.item?.value ?? '',
      status: summarizeStatus(steps.filter((step) => step.helps === null).map((step) => step.status)),
      steps,
    }));
}

function instanceOf(plan: PlannedStep, row: RunStep): PlannedStep {
  const suffix = INSTANCE.exec(row.id)?.[0] ?? '';
  const of = (id: string | null) => (id === null ? null : `${id}${suffix}`);
  return { ...plan, id: row.id, title: row.title, verify: of(plan.verify), rollback: of(plan.rollback) };
}

/** Steps whose title the text above them says, walked through as the document is read. */
function titlesSaid(run: Run): Set<string> {
  const lines = run.source.split('\n');
  const said = new Set<string>();
  let after = 0;
  const inDocument = [...run.plan.steps, ...run.plan.helpers]
    .filter((plan) => callOf(run, plan.id) === null)
    .toSorted((left, right) => left.line - right.line);
  for (const plan of inDocument) {
    // A step that is a sentence of the document says its title itself; one of commands has it above them.
    const until = SENTENCES.has(plan.kind) ? plan.endLine : plan.line - 1;
    const above = lines.slice(after, Math.max(until, after)).join(' ');
    after = Math.max(after, plan.endLine);
    if (plainText(above).includes(plainText(plan.title))) said.add(plan.id);
  }
  return said;
}

/** The step that called the runbook this step is of; null for a step of the run's own document. */
export function callOf(run: { plan: Pick<Plan, 'steps'> }, id: string): string | null {
  return (
    run.plan.steps.find((step) => step.kind === 'subrunbook' && id.startsWith(`${step.id}/`) && step.id !== id)?.id ??
    null
  );
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
const CONTAINERS: readonly PlannedStep['kind'][] = ['parallel', 'foreach'];

/**
 * The step the run is at: what needs a person before what runs, the inner step before the one it is within; null when it
 * has ended or not begun.
 */
export function currentStep(steps: readonly StepView[]): StepView | null {
  const all = flatten(steps);
  for (const status of CURRENT) {
    const at = all.filter((step) => step.status === status);
    const found = at.find((step) => !CONTAINERS.includes(step.plan.kind)) ?? at[0];
    if (found) return found;
  }
  return null;
}

/** The id of the panel in which a step in doubt is decided. */
export function decisionAnchor(id: string): string {
  return `decide-${id}`;
}

/** The id of a step's place on the page. */
export function stepAnchor(id: string): string {
  return `step-${id}`;
}
