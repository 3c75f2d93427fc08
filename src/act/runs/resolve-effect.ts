import { createHash } from 'node:crypto';
import type { Approval } from '../../contract/run.ts';
import type { PlannedStep } from '../../contract/runbook.ts';

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
