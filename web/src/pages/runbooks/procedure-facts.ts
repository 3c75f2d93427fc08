import type { Risk, RunbookDocument, RunbookProcedure, RunbookStep } from '../../../../src/contract/runbook.ts';

const ORDER: readonly Risk[] = ['read', 'check', 'change', 'destroy'];

export function stepsOf(procedure: RunbookProcedure): RunbookStep[] {
  return procedure.phases.flatMap((phase) => phase.steps);
}

/** The highest risk of its steps; null when nothing in it runs. */
export function worstRisk(procedure: RunbookProcedure): Risk | null {
  const ranks = stepsOf(procedure).map((step) => (step.risk === null ? -1 : ORDER.indexOf(step.risk)));
  return ORDER[Math.max(-1, ...ranks)] ?? null;
}

/** The id of a procedure's place on the page. */
export function procedureAnchor(slug: string): string {
  return `procedure-${slug}`;
}

/** The highest risk of anything in it; null when nothing in it runs. */
export function worstOf(document: Pick<RunbookDocument, 'procedures'>): Risk | null {
  const risks = document.procedures.map(worstRisk);
  return ORDER.findLast((risk) => risks.includes(risk)) ?? null;
}
