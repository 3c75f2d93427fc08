import { createHash } from 'node:crypto';
import type { Approval } from '../../contract/run.ts';
import type { PlannedStep } from '../../contract/runbook.ts';
import { itemsOf } from './begin-container.ts';
import { inputsOf, type OwnedRun } from './owned-run.ts';
import { isContainer } from './step-instances.ts';

/** What a step would do with the values known now, as people read it and as approvals are bound to it. */
export type Effect = { effect: Approval['effect']; effectSha256: string };

const SECRET = '***';

/**
 * Resolves a step against the run's inputs. Secrets enter the hash by their own hash and the readable effect not at all,
 * so that a changed secret asks again without being shown.
 * @param inputs every known input, secrets in the clear
 */
export function resolveEffect(
  step: PlannedStep,
  inputs: Readonly<Record<string, string>>,
  secretNames: ReadonlySet<string>,
): Effect {
  const used: Record<string, string> = {};
  const hashed: Record<string, string> = {};
  for (const name of [...step.inputs].sort()) {
    const value = inputs[name];
    if (value === undefined) continue;
    used[name] = secretNames.has(name) ? SECRET : value;
    hashed[name] = secretNames.has(name) ? createHash('sha256').update(value).digest('hex') : value;
  }
  const target = resolveTargetName(step.target, inputs);
  const effectSha256 = createHash('sha256')
    .update(JSON.stringify([step.id, step.action, target, Object.entries(hashed)]))
    .digest('hex');
  return {
    effect: { title: step.title, kind: step.kind, risk: step.risk, target, body: step.body, inputs: used },
    effectSha256,
  };
}

/** The name of a step's target: itself, or the value of the input it names as `{{input}}`. */
export function resolveTargetName(target: string | null, inputs: Readonly<Record<string, string>>): string | null {
  const input = target === null ? undefined : /^\{\{(.+)\}\}$/.exec(target)?.[1];
  if (input === undefined) return target;
  return inputs[input] ?? null;
}

/**
 * What a step would do, of a parallel or foreach with everything within it: one word covers all of its members, and for
 * exactly the items known now.
 */
export function effectOf(owned: OwnedRun, step: PlannedStep): Effect {
  const own = resolveEffect(step, inputsOf(owned, step), owned.secretNames);
  if (!isContainer(step)) return own;
  const members = owned.plan.steps.filter((member) => member.within === step.id);
  const effects = members.map((member) => resolveEffect(member, owned.inputs, owned.secretNames));
  const items = step.action.kind === 'foreach' ? knownItems(owned, step) : null;
  return {
    effect: {
      ...own.effect,
      body: [
        ...(items === null ? [] : [`For ${items.length} items: ${items.join(', ')}`]),
        ...effects.map(
          ({ effect }) => `# ${effect.title}${effect.target === null ? '' : ` on ${effect.target}`}\n${effect.body}`,
        ),
      ].join('\n\n'),
      inputs: Object.assign({}, own.effect.inputs, ...effects.map(({ effect }) => effect.inputs)) as Record<
        string,
        string
      >,
    },
    effectSha256: createHash('sha256')
      .update(JSON.stringify([own.effectSha256, ...effects.map((each) => each.effectSha256), items]))
      .digest('hex'),
  };
}

function knownItems(owned: OwnedRun, step: PlannedStep): string[] {
  try {
    return itemsOf(owned, step);
  } catch {
    // It cannot be begun; that is said when it would be.
    return [];
  }
}
