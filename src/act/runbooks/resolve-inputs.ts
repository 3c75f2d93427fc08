import type { RunbookInput, RunbookStep, StepAction } from '../../contract/runbook.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import { validateInputValue } from './input-values.ts';

/** The values of a plan: as they are kept, by type, those known now, and the names nobody gave a value. */
export type ResolvedInputs = {
  inputs: Record<string, string>;
  inputTypes: Record<string, RunbookInput['type']>;
  values: Map<string, string>;
  missingInputs: string[];
};

/**
 * Checks given values against the inputs that the steps use, all of them at once.
 * @param given name -> value; names of no input are refused
 * @param among.bound names that get their value while it runs: items of a foreach
 * @throws HoldfastError invalid `runbook.bad-input`
 */
export function resolveInputs(
  file: string,
  declared: readonly RunbookInput[],
  given: Readonly<Record<string, string>>,
  among: {
    steps: readonly Pick<RunbookStep, 'id' | 'inputs'>[];
    actions: readonly StepAction[];
    bound: ReadonlySet<string>;
  },
): ResolvedInputs {
  const used = new Set(among.steps.flatMap((step) => step.inputs));
  const asked = new Map<string, RunbookInput['type']>();
  for (const action of among.actions) if (action.kind === 'input') asked.set(action.name, action.type);
  const resolved: ResolvedInputs = { inputs: {}, inputTypes: {}, values: new Map(), missingInputs: [] };
  const problems: string[] = [];
  const known = new Set([...declared.map((input) => input.name), ...asked.keys()]);
  for (const name of Object.keys(given)) if (!known.has(name)) problems.push(`\`${name}\` is no input of this runbook`);
  for (const input of declared) {
    if (!used.has(input.name) && !asked.has(input.name)) continue;
    if (among.bound.has(input.name)) continue;
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
    message: `the inputs of ${file} cannot be used: ${problems.join('; ')}`,
    hint: 'Correct these values and plan again.',
  });
}
