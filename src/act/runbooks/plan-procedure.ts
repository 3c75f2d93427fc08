import { createHash } from 'node:crypto';
import type {
  Plan,
  PlannedStep,
  Risk,
  RunbookInput,
  RunbookProcedure,
  RunbookStep,
  StepAction,
} from '../../contract/runbook.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import { canonicalJson, deepFreeze } from './canonical-json.ts';
import { validateInputValue } from './input-values.ts';
import type { ParsedRunbook, StepDraft } from './parsed-runbook.ts';
import { isRiskier, riskOf } from './risk/verdict.ts';

/** How long a step may take when its author does not say. */
const SHELL_TIMEOUT_MS = 5 * 60_000;
const SQL_TIMEOUT_MS = 30_000;
const HTTP_TIMEOUT_MS = 30_000;
/** How long a person is waited for. */
const PERSON_TIMEOUT_MS = 24 * 3_600_000;
/** What a check may take beyond the time it gives its probe, and a wait beyond its length. */
const SLACK_MS = 5_000;
const RETRY_DELAY_MS = 1_000;

/** Approvals a step needs by what it would do; nobody can vouch for an opaque one, so it counts as destroy. */
const APPROVALS: Readonly<Record<Risk, number>> = { read: 0, check: 0, change: 0, destroy: 1 };

type Request = { document: ParsedRunbook; procedure?: string | undefined; inputs: Readonly<Record<string, string>> };

/**
 * Freezes one procedure with its values as a plan that no longer depends on the file. Pure: equal requests give equal
 * plans and hashes. Values are checked by type, all of them at once (HoldfastError `runbook.bad-input`); inputs that are
 * required and not given are listed in `missingInputs`, and a plan with any of them must not run.
 */
export function planProcedure({ document, procedure: wanted, inputs: given }: Request): Plan {
  const procedure = chooseProcedure(document, wanted);
  const steps = procedure.phases.flatMap((phase) => phase.steps);
  const { inputs, inputTypes, values, missingInputs } = resolveInputs(document, steps, given);
  const idOf = namedSteps(document, steps);
  const helperIds = new Set<string>();
  const planned = steps.map((step) => {
    const draft = document.drafts[step.id]!;
    const verify = referTo(document, idOf, step, draft.attributes.verify, 'verify');
    const rollback = referTo(document, idOf, step, draft.attributes.rollback, 'rollback');
    for (const id of [verify, rollback]) if (id !== null) helperIds.add(id);
    return planStep(step, draft, values, verify, rollback);
  });
  const byId = new Map(planned.map((step) => [step.id, step]));
  for (const step of planned) requireHarmlessVerify(document, step, byId);
  const choices = planned.flatMap(({ action }) =>
    action.kind === 'choice' ? [{ group: action.group, prompt: action.prompt, options: action.options }] : [],
  );
  const content = {
    runbook: document.file,
    sha256: document.sha256,
    title: document.title,
    procedure: procedure.slug,
    procedureTitle: procedure.title,
    inputs,
    inputTypes,
    steps: planned.filter((step) => !helperIds.has(step.id)),
    helpers: planned.filter((step) => helperIds.has(step.id)),
    choices,
    triggers: document.triggers,
  };
  if (content.steps.length === 0) throw nothingToRun(document, procedure.slug);
  const planHash = createHash('sha256').update(canonicalJson(content)).digest('hex');
  return deepFreeze(structuredClone({ planHash, ...content, missingInputs }));
}

function chooseProcedure(document: ParsedRunbook, wanted: string | undefined): RunbookProcedure {
  const slug = wanted?.replace(/^#/, '');
  const all = document.procedures.map((procedure) => procedure.slug).join(', ');
  if (document.procedures.length === 0) throw nothingToRun(document, slug ?? document.title);
  if (slug === undefined || slug === '') {
    const [only, ...others] = document.procedures;
    if (only !== undefined && others.length === 0) return only;
    throw new HoldfastError({
      code: 'runbook.which-procedure',
      kind: 'invalid',
      message: `${document.file} has ${document.procedures.length} procedures and none was named`,
      hint: `Name one after a #: ${all}.`,
    });
  }
  const found = document.procedures.find((procedure) => procedure.slug === slug);
  if (found !== undefined) return found;
  throw new HoldfastError({
    code: 'runbook.no-procedure',
    kind: 'missing',
    message: `${document.file} has no procedure ${slug}`,
    hint: `It has ${all}.`,
  });
}

function nothingToRun(document: ParsedRunbook, procedure: string): HoldfastError {
  return new HoldfastError({
    code: 'runbook.no-steps',
    kind: 'invalid',
    message: `${document.file}#${procedure} has no step to run`,
    hint: 'A step is a numbered item or a fence of commands below a heading.',
  });
}

/** Names given in braces to the ids of their steps, within one procedure. */
function namedSteps(document: ParsedRunbook, steps: readonly RunbookStep[]): Map<string, string> {
  const ids = new Map<string, string>();
  for (const step of steps) {
    const name = document.drafts[step.id]?.attributes.name;
    if (name !== undefined && !ids.has(name)) ids.set(name, step.id);
  }
  return ids;
}

function referTo(
  document: ParsedRunbook,
  ids: Map<string, string>,
  step: RunbookStep,
  name: string | undefined,
  attribute: 'verify' | 'rollback',
): string | null {
  if (name === undefined) return null;
  const id = ids.get(name);
  if (id !== undefined && id !== step.id) return id;
  throw new HoldfastError({
    code: 'runbook.invalid',
    kind: 'invalid',
    message: `${document.file}:${step.line}: \`${attribute}=${name}\` ${id === undefined ? 'names no step of this procedure' : 'names the step itself'}`,
    hint: `Give another fence of the procedure {name=${name}}.`,
  });
}

/** A verify runs by itself after a crash, so it may only look. */
function requireHarmlessVerify(document: ParsedRunbook, step: PlannedStep, byId: Map<string, PlannedStep>): void {
  const verify = step.verify === null ? undefined : byId.get(step.verify);
  if (verify === undefined || verify.risk === 'read' || verify.risk === 'check') return;
  throw new HoldfastError({
    code: 'runbook.invalid',
    kind: 'invalid',
    message: `${document.file}:${verify.line}: ${verify.id} verifies another step but would itself ${verify.risk ?? 'ask a person'}${verify.reason === undefined ? '' : ` (${verify.reason})`}`,
    hint: 'Verify with a step that only reads or checks.',
  });
}

function planStep(
  step: RunbookStep,
  draft: StepDraft,
  values: ReadonlyMap<string, string>,
  verify: string | null,
  rollback: string | null,
): PlannedStep {
  const { attributes, found } = draft;
  const foundRisk = found === null ? null : riskOf(found);
  const risk = attributes.risk ?? foundRisk;
  const riskLowered = foundRisk !== null && risk !== null && isRiskier(foundRisk, risk);
  const needed = risk === null ? 0 : APPROVALS[risk] + (riskLowered ? 1 : 0);
  const retries = attributes.retry ?? 0;
  return {
    ...step,
    risk,
    approvals: Math.max(needed, attributes.approve ?? 0),
    riskLowered,
    reversible: rollback !== null,
    timeoutMs: attributes.timeoutMs ?? defaultTimeoutMs(draft.action),
    action: withKnownValues(draft.action, values),
    target: draft.target === null ? null : fillKnown(draft.target, values),
    // As declared and as found: an author who says that a harmless-looking command changes something knows why.
    idempotent: attributes.idempotent ?? (observesOnly(foundRisk) && observesOnly(risk)),
    retry: { attempts: 1 + retries, delayMs: retries === 0 ? 0 : RETRY_DELAY_MS },
    verify,
    rollback,
    when: attributes.when ?? (step.choice === null ? null : { group: step.choice.group, option: step.choice.option }),
  };
}

function defaultTimeoutMs(action: StepAction): number {
  switch (action.kind) {
    case 'shell':
      return SHELL_TIMEOUT_MS;
    case 'sql':
      return SQL_TIMEOUT_MS;
    case 'http':
    case 'notify':
      return HTTP_TIMEOUT_MS;
    case 'check':
      return action.withinMs + SLACK_MS;
    case 'wait':
      return action.durationMs + SLACK_MS;
    default:
      return PERSON_TIMEOUT_MS;
  }
}

/** The probe of a check is part of what is approved, so it is named in the plan as soon as it is known. */
function withKnownValues(action: StepAction, values: ReadonlyMap<string, string>): StepAction {
  return action.kind === 'check' ? { ...action, probe: fillKnown(action.probe, values) } : action;
}

function fillKnown(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(/\{\{([^{}]+)\}\}/g, (mark, name: string) => values.get(name) ?? mark);
}

type Resolved = {
  inputs: Record<string, string>;
  inputTypes: Record<string, RunbookInput['type']>;
  values: Map<string, string>;
  missingInputs: string[];
};

function resolveInputs(
  document: ParsedRunbook,
  steps: readonly RunbookStep[],
  given: Readonly<Record<string, string>>,
): Resolved {
  const used = new Set(steps.flatMap((step) => step.inputs));
  const asked = new Map<string, RunbookInput['type']>();
  for (const step of steps) {
    const action = document.drafts[step.id]?.action;
    if (action?.kind === 'input') asked.set(action.name, action.type);
  }
  const resolved: Resolved = { inputs: {}, inputTypes: {}, values: new Map(), missingInputs: [] };
  const problems: string[] = [];
  const known = new Set([...document.inputs.map((input) => input.name), ...asked.keys()]);
  for (const name of Object.keys(given)) if (!known.has(name)) problems.push(`\`${name}\` is no input of this runbook`);
  for (const input of document.inputs) {
    if (!used.has(input.name) && !asked.has(input.name)) continue;
    const type = asked.get(input.name) ?? input.type;
    resolved.inputTypes[input.name] = type;
    const value = Object.hasOwn(given, input.name) ? given[input.name]! : input.default;
    if (value === null || value === undefined) {
      if (asked.has(input.name)) continue;
      if (input.required) resolved.missingInputs.push(input.name);
      else resolved.inputs[input.name] = '';
      continue;
    }
    const problem = validateInputValue(type, value);
    if (problem !== null) problems.push(`\`${input.name}\` ${problem}`);
    resolved.inputs[input.name] = type === 'secret' ? '***' : value;
    if (type !== 'secret') resolved.values.set(input.name, value);
  }
  for (const [name, type] of asked) {
    if (Object.hasOwn(resolved.inputTypes, name)) continue;
    resolved.inputTypes[name] = type;
    const value = Object.hasOwn(given, name) ? given[name]! : undefined;
    if (value === undefined) continue;
    const problem = validateInputValue(type, value);
    if (problem !== null) problems.push(`\`${name}\` ${problem}`);
    resolved.inputs[name] = type === 'secret' ? '***' : value;
  }
  if (problems.length === 0) return resolved;
  throw new HoldfastError({
    code: 'runbook.bad-input',
    kind: 'invalid',
    message: `the inputs of ${document.file} cannot be used: ${problems.join('; ')}`,
    hint: 'Correct these values and plan again.',
  });
}

function observesOnly(risk: Risk | null): boolean {
  return risk === null || risk === 'read' || risk === 'check';
}
