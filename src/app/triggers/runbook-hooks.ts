import type { HookTrigger } from '../../act/runbooks/index.ts';
import type { Tx } from '../../platform/db/database.ts';
import { startTriggeredRun, type TriggerDeps } from './start-triggered-run.ts';

/** Starts every procedure whose front matter names this hook, with values out of the request's JSON. */
export async function startHookedRuns(
  deps: TriggerDeps,
  tx: Tx,
  hook: { name: string; body: unknown; at: Date },
): Promise<{ runs: string[]; problems: { runbook: string; problem: string }[] }> {
  const runs: string[] = [];
  const problems: { runbook: string; problem: string }[] = [];
  for (const { path, problem } of await deps.library.list()) {
    if (problem !== null) continue;
    const { document } = await deps.library.read(path);
    for (const trigger of document.hooks) {
      if (trigger.webhook !== hook.name) continue;
      const started = await startTriggeredRun(deps, tx, {
        runbook: path,
        procedure: trigger.procedure,
        inputs: valuesFor(trigger, hook.body),
        actor: `hook:${hook.name}`,
        at: hook.at,
      });
      if ('runId' in started) runs.push(started.runId);
      else problems.push({ runbook: path, problem: started.problem });
    }
  }
  return { runs, problems };
}

/** Plain values at the top of the JSON by their own names, and those the trigger points at by `a.b.0.c`. */
function valuesFor(trigger: HookTrigger, body: unknown): Record<string, string> {
  const values: Record<string, string> = {};
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) {
    for (const [name, value] of Object.entries(body)) if (isPlain(value)) values[name] = String(value);
  }
  for (const [name, path] of Object.entries(trigger.inputs)) {
    let at: unknown = body;
    for (const part of path.split('.'))
      at =
        typeof at === 'object' && at !== null && Object.hasOwn(at, part)
          ? (at as Record<string, unknown>)[part]
          : undefined;
    if (isPlain(at)) values[name] = String(at);
  }
  return values;
}

const isPlain = (value: unknown) => ['string', 'number', 'boolean'].includes(typeof value);
