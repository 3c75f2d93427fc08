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
import { canonicalJson, deepFreeze } from '../../platform/json/canonical-json.ts';
import { SLACK_MS, withKnownTimes } from './gate-times.ts';
import { inlineCall, pathFrom } from './inline-subrunbooks.ts';
import type { ParsedRunbook, StepDraft } from './parsed-runbook.ts';
import { placeMembers } from './plan-containers.ts';
import { resolveInputs } from './resolve-inputs.ts';
import { isRiskier, riskOf } from './risk/verdict.ts';

/** How long a step may take when its author does not say. */
const SHELL_TIMEOUT_MS = 5 * 60_000;
const SQL_TIMEOUT_MS = 30_000;
const HTTP_TIMEOUT_MS = 30_000;
/** How long a person is waited for. */
const PERSON_TIMEOUT_MS = 24 * 3_600_000;
const RETRY_DELAY_MS = 1_000;
/** A step that is repeated until it is well, where its author does not say how often and how long. */
const REPEAT_EVERY_MS = 30_000;
const REPEAT_FOR_MS = 3_600_000;
const MAX_REPETITIONS = 1_000;

/** Approvals a step needs by what it would do; nobody can vouch for an opaque one, so it counts as destroy. */
const APPROVALS: Readonly<Record<Risk, number>> = { read: 0, check: 0, change: 0, destroy: 1 };

type Request = {
  document: ParsedRunbook;
  procedure?: string | undefined;
  inputs: Readonly<Record<string, string>>;
  /** Documents that `subrunbook` steps call, by path (see loadSubrunbooks). */
  others?: ReadonlyMap<string, ParsedRunbook> | undefined;
};

/**
 * Freezes one procedure with its values as a plan that no longer depends on the file. Pure: equal requests give equal
 * plans and hashes. Values are checked by type, all of them at once (HoldfastError `runbook.bad-input`); inputs that are
 * required and not given are listed in `missingInputs`, and a plan with any of them must not run.
 */
export function planProcedure({ document, procedure: wanted, inputs: given, others = new Map() }: Request): Plan {
  const procedure = chooseProcedure(document, wanted);
  const laidOut = layOut(document, procedure, others);
  const { steps, helpers, choices } = laidOut;
  const all = [...steps, ...helpers];
  const { inputs, inputTypes, values, missingInputs } = resolveInputs(document.file, laidOut.inputs, given, {
    steps: all,
    actions: all.map((step) => step.action),
    bound: new Set(steps.flatMap(({ action }) => (action.kind === 'foreach' ? [action.as] : []))),
  });
  const known = (written: PlannedStep): PlannedStep => {
    const step = withKnownTimes(document.file, written, (mark) => fillKnown(mark, values));
    return {
      ...step,
      action: withKnownValues(step.action, values),
      target: step.target === null ? null : fillKnown(step.target, values),
    };
  };
  const content = {
    runbook: document.file,
    sha256: document.sha256,
    title: document.title,
    procedure: procedure.slug,
    procedureTitle: procedure.title,
    inputs,
    inputTypes,
    steps: steps.map(known),
    helpers: helpers.map(known),
    choices,
    triggers: document.triggers,
  };
  if (content.steps.length === 0) throw nothingToRun(document, procedure.slug);
  const planHash = createHash('sha256').update(canonicalJson(content)).digest('hex');
  return deepFreeze(structuredClone({ planHash, ...content, missingInputs }));
}

type LaidOut = Pick<Plan, 'steps' | 'helpers' | 'choices'> & { inputs: RunbookInput[] };

/** The steps of a procedure in the order they are carried out, before any value is known. */
function layOut(
  document: ParsedRunbook,
  procedure: RunbookProcedure,
  others: ReadonlyMap<string, ParsedRunbook>,
): LaidOut {
  const written = procedure.phases.flatMap((phase) => phase.steps);
  const idOf = namedSteps(document, written);
  const helperIds = new Set<string>();
  const planned = handOnVariables(
    document,
    written.map((step) => {
      const { attributes } = document.drafts[step.id]!;
      const verify = referTo(
        document,
        idOf,
        step,
        attributes.verify ?? attributes.until,
        attributes.verify === undefined ? 'until' : 'verify',
      );
      const rollback = referTo(document, idOf, step, attributes.rollback, 'rollback');
      for (const id of [verify, rollback]) if (id !== null) helperIds.add(id);
      return planStep(step, document.drafts[step.id]!, verify, rollback);
    }),
  );
  nameApart(document, planned);
  const byId = new Map(planned.map((step) => [step.id, step]));
  for (const step of planned) requireHarmlessVerify(document, step, byId);
  const placed = placeMembers(document.file, planned, idOf, helperIds).map(({ ...step }) => {
    if (step.action.kind === 'parallel' || step.action.kind === 'foreach')
      step.action = { ...step.action, members: step.action.members.map((name) => idOf.get(name) ?? name) };
    return step;
  });
  const laidOut: LaidOut = {
    steps: [],
    helpers: placed.filter((step) => helperIds.has(step.id)),
    choices: placed.flatMap(({ action }) =>
      action.kind === 'choice' ? [{ group: action.group, prompt: action.prompt, options: action.options }] : [],
    ),
    inputs: [...document.inputs],
  };
  for (const step of placed) {
    if (helperIds.has(step.id)) continue;
    laidOut.steps.push(step);
    if (step.action.kind === 'subrunbook') callInto(laidOut, document, step, others);
  }
  return laidOut;
}

/** Several fences under one item share its words: those with a name of their own are told apart by it. */
function nameApart(document: ParsedRunbook, steps: PlannedStep[]): void {
  const shared = Map.groupBy(steps, (step) => step.title);
  for (const step of steps) {
    const { name } = document.drafts[step.id]?.attributes ?? {};
    if (name !== undefined && (shared.get(step.title)?.length ?? 0) > 1) step.title = `${step.title}: ${name}`;
  }
}

/** Puts the steps of a called runbook behind the step that calls it. */
function callInto(
  laidOut: LaidOut,
  document: ParsedRunbook,
  step: PlannedStep,
  others: ReadonlyMap<string, ParsedRunbook>,
): void {
  if (step.action.kind !== 'subrunbook') return;
  const path = pathFrom(document.file, step.action.runbook);
  const called = others.get(path);
  if (called === undefined) {
    throw new HoldfastError({
      code: 'runbook.missing',
      kind: 'missing',
      message: `${document.file}:${step.line}: there is no runbook ${path} to call`,
      hint: 'Name it by its path below a runbooks folder, or with ./ from this file.',
    });
  }
  const procedure = chooseProcedure(called, step.action.procedure === '' ? undefined : step.action.procedure);
  const inlined = inlineCall(step.id, called, layOut(called, procedure, others), document.drafts[step.id]?.set ?? {});
  const unknown = Object.keys(document.drafts[step.id]?.set ?? {}).find(
    (name) => !called.inputs.some((input) => input.name === name),
  );
  if (unknown !== undefined) {
    throw new HoldfastError({
      code: 'runbook.invalid',
      kind: 'invalid',
      message: `${document.file}:${step.line}: \`${unknown}\` is no input of ${path}`,
      hint: `Its inputs: ${called.inputs.map((input) => input.name).join(', ') || 'none'}.`,
    });
  }
  step.action = { ...step.action, runbook: path, procedure: procedure.slug, sha256: called.sha256 };
  laidOut.steps.push(...inlined.steps);
  laidOut.helpers.push(...inlined.helpers);
  laidOut.choices.push(...inlined.choices);
  for (const input of inlined.inputs)
    if (!laidOut.inputs.some((known) => known.name === input.name)) laidOut.inputs.push(input);
}

/** Lets a script use what an earlier one set, as it would in one terminal. */
function handOnVariables(document: ParsedRunbook, steps: readonly PlannedStep[]): PlannedStep[] {
  const carried = new Map<number, Set<string>>();
  const received = new Map<number, string[]>();
  steps.forEach((step, place) => {
    const items = step.action.kind === 'foreach' ? /^\{\{(.+)\}\}$/.exec(step.action.items)?.[1] : undefined;
    const reads = items === undefined ? (document.drafts[step.id]?.variables?.reads ?? []) : [items];
    for (const name of reads) {
      const givers = steps.flatMap((giver, at) =>
        at < place && giver.action.kind === 'shell' && document.drafts[giver.id]?.variables?.assigns.includes(name)
          ? [at]
          : [],
      );
      if (givers.length === 0) continue;
      received.set(place, [...(received.get(place) ?? []), name]);
      for (const at of givers) carried.set(at, (carried.get(at) ?? new Set()).add(name));
    }
  });
  return steps.map((step, place) => {
    const { action } = step;
    const takes = received.get(place) ?? [];
    const gives = carried.get(place);
    if (takes.length === 0 && gives === undefined) return step;
    const inputs = [...new Set([...step.inputs, ...takes])];
    if (action.kind !== 'shell') return { ...step, inputs };
    return {
      ...step,
      inputs,
      action: {
        ...action,
        parameters: { ...action.parameters, ...Object.fromEntries(takes.map((name) => [name, name])) },
        ...(gives === undefined ? {} : { carries: [...gives].sort() }),
      },
    };
  });
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
  attribute: 'verify' | 'rollback' | 'until',
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

function planStep(step: RunbookStep, draft: StepDraft, verify: string | null, rollback: string | null): PlannedStep {
  const { attributes, found } = draft;
  const foundRisk = found === null ? null : riskOf(found);
  const risk = attributes.risk ?? foundRisk;
  const riskLowered = foundRisk !== null && risk !== null && isRiskier(foundRisk, risk);
  const needed = risk === null ? 0 : APPROVALS[risk] + (riskLowered ? 1 : 0);
  const { attempts, delayMs, timeoutMs } = repetitionOf(draft);
  return {
    ...step,
    risk,
    approvals: Math.max(needed, attributes.approve ?? 0),
    riskLowered,
    reversible: rollback !== null,
    timeoutMs,
    action: draft.action,
    target: draft.target,
    // As declared and as found: an author who says that a harmless-looking command changes something knows why.
    idempotent: attributes.idempotent ?? (observesOnly(foundRisk) && observesOnly(risk)),
    retry: { attempts, delayMs },
    verify,
    rollback,
    when: attributes.when ?? (step.choice === null ? null : { group: step.choice.group, option: step.choice.option }),
    ...(attributes.lock === undefined ? {} : { lock: attributes.lock }),
    ...(attributes.env === undefined ? {} : { environment: attributes.env }),
    ...(attributes.secrets === undefined ? {} : { secrets: attributes.secrets }),
  };
}

/** How often a step is tried, at which distance, and how long each time may take. */
function repetitionOf({ attributes, action }: StepDraft): { attempts: number; delayMs: number; timeoutMs: number } {
  const { everyMs, until } = attributes;
  if (everyMs === undefined && until === undefined) {
    const retries = attributes.retry ?? 0;
    return {
      attempts: 1 + retries,
      delayMs: retries === 0 ? 0 : RETRY_DELAY_MS,
      timeoutMs: attributes.timeoutMs ?? defaultTimeoutMs(action),
    };
  }
  // Repeated until it is well: the time limit is for all of it together.
  const delayMs = everyMs ?? REPEAT_EVERY_MS;
  const wholeMs = attributes.timeoutMs ?? REPEAT_FOR_MS;
  const attempts = Math.min(MAX_REPETITIONS, Math.max(1, Math.ceil(wholeMs / delayMs)));
  return { attempts, delayMs, timeoutMs: Math.min(wholeMs, defaultTimeoutMs(action)) };
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
    case 'metric-gate':
      return action.withinMs + SLACK_MS;
    case 'template':
      return HTTP_TIMEOUT_MS;
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

function observesOnly(risk: Risk | null): boolean {
  return risk === null || risk === 'read' || risk === 'check';
}
