import { posix } from 'node:path';
import type { Plan, PlannedStep, RunbookInput } from '../../contract/runbook.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import type { ParsedRunbook } from './parsed-runbook.ts';
import { renameInputs } from './rename-inputs.ts';

/** Deeper nesting is nothing a person follows. */
const MAX_DEPTH = 5;

/** Reads another runbook by the path it is named with. */
export type ReadRunbook = (path: string) => Promise<ParsedRunbook>;

/**
 * The runbooks a document calls, and those they call, by the path each is named with in the library. One procedure may
 * call another of its own document; none may lead back to itself.
 */
export async function loadSubrunbooks(document: ParsedRunbook, read: ReadRunbook): Promise<Map<string, ParsedRunbook>> {
  const found = new Map<string, ParsedRunbook>();
  const visit = async (caller: ParsedRunbook, procedure: Procedure, callers: readonly string[]): Promise<void> => {
    const chain = [...callers, placeOf(caller, procedure)];
    for (const { id } of procedure.phases.flatMap(({ steps }) => steps)) {
      const action = caller.drafts[id]?.action;
      if (action?.kind !== 'subrunbook') continue;
      const path = pathFrom(caller.file, action.runbook);
      const called = found.get(path) ?? (await read(path));
      found.set(path, called);
      // Without a name it means the only one there is; planning says what is wrong when there are several.
      const named = called.procedures.filter(({ slug }) => action.procedure === '' || slug === action.procedure);
      for (const each of named) {
        const place = placeOf(called, each);
        if (chain.includes(place) || chain.length >= MAX_DEPTH) {
          throw new HoldfastError({
            code: 'runbook.nested',
            kind: 'invalid',
            message: chain.includes(place)
              ? `${caller.file}: step ${id} calls ${path}, which leads back to itself: ${[...chain, place].join(' → ')}`
              : `${caller.file}: step ${id} calls runbooks more than ${MAX_DEPTH} deep`,
            hint: 'Flatten the runbooks.',
          });
        }
        await visit(called, each, chain);
      }
    }
  };
  for (const procedure of document.procedures) await visit(document, procedure, []);
  return found;
}

type Procedure = ParsedRunbook['procedures'][number];

const placeOf = ({ file, procedures }: ParsedRunbook, { slug }: Procedure) =>
  procedures.length === 1 ? file : `${file}#${slug}`;

/** `./x.md` counts from the caller's folder, anything else from the library's. */
export function pathFrom(caller: string, named: string): string {
  return named.startsWith('.') ? posix.normalize(posix.join(posix.dirname(caller), named)) : named;
}

/** What one call adds to the plan around it. */
export type Inlined = {
  steps: PlannedStep[];
  helpers: PlannedStep[];
  choices: Plan['choices'];
  /** Inputs of the called runbook that the caller does not set: asked for under their own names. */
  inputs: RunbookInput[];
};

/**
 * The steps of a called procedure as steps of its caller: ids and choices prefixed by the calling step, inputs under the
 * caller's names or as values of their own.
 * @param plan the called procedure, planned with the values the caller sets to fixed texts
 * @param set input of the called runbook -> what the caller wrote: a text, or `{{input}}` of its own
 */
export function inlineCall(
  callId: string,
  called: ParsedRunbook,
  plan: Pick<Plan, 'steps' | 'helpers' | 'choices'>,
  set: Readonly<Record<string, string>>,
): Inlined {
  const prefix = (id: string) => `${callId}/${id}`;
  const constant = (name: string) => `${callId}/${name}`;
  const nameOf = (name: string): string => {
    const written = set[name];
    const alias = written === undefined ? undefined : /^\{\{(.+)\}\}$/.exec(written)?.[1];
    if (alias !== undefined) return alias;
    return written === undefined ? name : constant(name);
  };
  const adopt = (step: PlannedStep): PlannedStep => {
    const renamed = renameInputs(step, nameOf);
    const { action } = renamed;
    return {
      ...renamed,
      id: prefix(step.id),
      number: null,
      verify: step.verify === null ? null : prefix(step.verify),
      rollback: step.rollback === null ? null : prefix(step.rollback),
      ...(step.within === undefined ? {} : { within: prefix(step.within) }),
      choice: step.choice === null ? null : { ...step.choice, group: prefix(step.choice.group) },
      ...(step.ways === undefined ? {} : { ways: step.ways.map((way) => ({ ...way, group: prefix(way.group) })) }),
      when: step.when === null ? null : { ...step.when, group: prefix(step.when.group) },
      action:
        action.kind === 'choice'
          ? { ...action, group: prefix(action.group) }
          : action.kind === 'parallel' || action.kind === 'foreach'
            ? { ...action, members: action.members.map(prefix) }
            : action,
    };
  };
  const used = new Set([...plan.steps, ...plan.helpers].flatMap((step) => step.inputs));
  const inputs = called.inputs
    .filter((input) => used.has(input.name))
    .flatMap((input): RunbookInput[] => {
      const name = nameOf(input.name);
      if (name === input.name) return [input];
      // Set to a text: a value of its own, that the caller's inputs of the same name have nothing to do with.
      return name === constant(input.name) ? [{ ...input, name, default: set[input.name] ?? null, at: [] }] : [];
    });
  return {
    steps: plan.steps.map(adopt),
    helpers: plan.helpers.map(adopt),
    choices: plan.choices.map((choice) => ({ ...choice, group: prefix(choice.group) })),
    inputs,
  };
}
