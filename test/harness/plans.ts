import type { Plan, PlannedStep, StepAction } from '../../src/contract/runbook.ts';

/** What a test says about a step; everything else is as plain as it can be. */
export type StepSketch = Partial<Omit<PlannedStep, 'id' | 'action'>> & { action?: StepAction };

const SHELL: StepAction = { kind: 'shell', script: 'true', parameters: {} };

/** A step of a plan made by hand. A change that is neither idempotent nor verified, unless said otherwise. */
export function plannedStep(id: string, sketch: StepSketch = {}): PlannedStep {
  const action = sketch.action ?? SHELL;
  return {
    id,
    number: null,
    title: `Step ${id}`,
    kind: action.kind,
    risk: 'change',
    line: 1,
    endLine: 1,
    body: action.kind === 'shell' ? action.script : action.kind,
    inputs: [],
    bound: null,
    choice: null,
    approvals: 0,
    riskLowered: false,
    reversible: false,
    timeoutMs: 10_000,
    target: null,
    idempotent: false,
    retry: { attempts: 1, delayMs: 0 },
    verify: null,
    rollback: null,
    when: null,
    ...sketch,
    action,
  };
}

/** A frozen plan of these steps. */
export function planOf(
  steps: readonly PlannedStep[],
  rest: { helpers?: readonly PlannedStep[]; inputs?: Record<string, string>; inputTypes?: Plan['inputTypes'] } = {},
): Plan {
  return {
    planHash: 'a'.repeat(64),
    runbook: 'made-by-hand.md',
    sha256: 'b'.repeat(64),
    title: 'Made by hand',
    procedure: 'procedure',
    procedureTitle: 'Procedure',
    inputs: rest.inputs ?? {},
    inputTypes: rest.inputTypes ?? {},
    missingInputs: [],
    steps: [...steps],
    helpers: [...(rest.helpers ?? [])],
    choices: [],
    triggers: [],
  };
}
