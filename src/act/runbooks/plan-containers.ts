import type { PlannedStep, StepKind } from '../../contract/runbook.ts';
import { isRiskier } from './risk/verdict.ts';
import { runbookProblem } from './runbook-problem.ts';

/** Kinds that wait for a person or a time, or have steps of their own: they would hold up the others. */
const NOT_WITHIN: readonly StepKind[] = [
  'approval',
  'input',
  'choice',
  'manual',
  'wait',
  'lock',
  'parallel',
  'foreach',
  'subrunbook',
];

/**
 * Puts the members of parallel and foreach steps behind them, and gives these the risk of the riskiest member and the
 * approvals of the one that needs most: they are approved as one.
 * @param idOf names given in braces -> ids
 * @throws HoldfastError invalid `runbook.invalid` with the line
 */
export function placeMembers(
  file: string,
  steps: readonly PlannedStep[],
  idOf: ReadonlyMap<string, string>,
  helperIds: ReadonlySet<string>,
): PlannedStep[] {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const within = new Map<string, string>();
  const membersOf = new Map<string, PlannedStep[]>();
  for (const step of steps) {
    const { action } = step;
    if (action.kind !== 'parallel' && action.kind !== 'foreach') continue;
    const fail = (what: string, hint: string) => runbookProblem(file, step.line, what, hint);
    const members = action.members.map((name) => {
      const member = byId.get(idOf.get(name) ?? '');
      if (!member)
        throw fail(`\`${name}\` names no step of this procedure`, `Give a fence of the procedure {name=${name}}.`);
      if (NOT_WITHIN.includes(member.kind))
        throw fail(
          `\`${name}\` is ${member.kind}, which cannot be a part of ${action.kind}`,
          'Put it before or after.',
        );
      if (member.lock !== undefined)
        throw fail(`\`${name}\` has a lock of its own`, `Put \`lock=${member.lock}\` at the ${action.kind} fence.`);
      if (helperIds.has(member.id))
        throw fail(`\`${name}\` is another step's verify or rollback`, 'Give the work a fence of its own.');
      if (within.has(member.id)) throw fail(`\`${name}\` is part of two steps`, 'Give each a fence of its own.');
      within.set(member.id, step.id);
      return member;
    });
    if (action.kind === 'parallel') refuseSharedHelpers(members, fail);
    membersOf.set(step.id, members);
  }
  return steps.flatMap((step) => {
    if (within.has(step.id)) return [];
    const members = membersOf.get(step.id);
    return members === undefined
      ? [step]
      : [asOne(step, members), ...members.map((each) => ({ ...each, within: step.id }))];
  });
}

/** Two that run at the same time cannot ask the same step whether they took effect. */
function refuseSharedHelpers(members: readonly PlannedStep[], fail: (what: string, hint: string) => Error): void {
  const seen = new Set<string>();
  for (const helper of members.flatMap((member) => [member.verify, member.rollback])) {
    if (helper === null) continue;
    if (seen.has(helper))
      throw fail(`two parts of it share the verify or rollback ${helper}`, 'Give each part one of its own.');
    seen.add(helper);
  }
}

function asOne(step: PlannedStep, members: readonly PlannedStep[]): PlannedStep {
  let risk = step.risk;
  for (const member of members)
    if (member.risk !== null && (risk === null || isRiskier(member.risk, risk))) risk = member.risk;
  const bound = step.action.kind === 'foreach' ? step.action.as : null;
  return {
    ...step,
    risk,
    approvals: Math.max(step.approvals, ...members.map((member) => member.approvals)),
    riskLowered: step.riskLowered || members.some((member) => member.riskLowered),
    inputs: [
      ...new Set([...step.inputs, ...members.flatMap((member) => member.inputs.filter((name) => name !== bound))]),
    ],
  };
}
