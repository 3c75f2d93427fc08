import type { PlannedStep } from '../../contract/runbook.ts';
import { outlastOutage } from '../../platform/db/outlast-outage.ts';
import { messageOf } from '../../platform/errors/holdfast-error.ts';
import { recordProcess } from './claim-store.ts';
import { executorFor, type StepResult } from './executor.ts';
import { createOutputRecorder, type OutputRecorder } from './output-store.ts';
import { environmentOf, inputsOf, type OwnedRun, onceKeyOf } from './owned-run.ts';
import { redactText } from './redact-secrets.ts';
import { resolveTargetName } from './resolve-effect.ts';
import type { WorkerContext } from './run-context.ts';
import { isRunLost, runLost } from './step-transition-store.ts';

/**
 * Carries out one attempt whose intent is committed: target, executor, output, the last gate before the effect.
 * @throws HoldfastError conflict `run.lost` when the run went to another worker before the effect began
 */
export async function runAttempt(
  context: WorkerContext,
  owned: OwnedRun,
  step: PlannedStep,
  attempt: { n: number; token: string },
): Promise<StepResult> {
  const executor = executorFor(context.executors, step.action.kind);
  if (!executor)
    return { outcome: 'failed', exitCode: null, reason: `no executor for ${step.action.kind} steps in this Holdfast` };
  const inputs = inputsOf(owned, step);
  const targetName = resolveTargetName(step.target, inputs);
  const target = targetName === null ? null : context.resolveTarget(targetName, environmentOf(owned, step));
  if (targetName !== null && target === null) {
    return {
      outcome: 'failed',
      exitCode: null,
      reason: `no target named "${targetName}" in the configuration (targets: …)`,
    };
  }
  let variables: Record<string, string>;
  try {
    const read = await context.readVariables({
      environment: environmentOf(owned, step),
      secrets: step.secrets ?? [],
    });
    variables = { ...read.variables, ...read.secrets };
    owned.secrets.push(...Object.values(read.secrets).filter((value) => !owned.secrets.includes(value)));
  } catch (thrown) {
    return { outcome: 'failed', exitCode: null, reason: redactText(messageOf(thrown), owned.secrets) };
  }
  const lapsesAtIntent = context.lease.lapses();
  let recorder: OutputRecorder | null = null;
  let begun = false;
  const key = { runId: owned.claim.run.id, stepId: step.id, n: attempt.n };
  try {
    const result = await executor.execute({
      token: attempt.token,
      onceKey: onceKeyOf(key.runId, step.id),
      action: step.action,
      inputs,
      variables,
      target,
      observing: step.risk === 'read' || step.risk === 'check',
      deciding: step.risk === 'check',
      timeoutMs: step.timeoutMs,
      signal: owned.stop.signal,
      output(chunk) {
        recorder ??= createOutputRecorder({
          database: context.database,
          logger: context.logger,
          attempt: key,
          secrets: owned.secrets,
          onStored: () => context.wakeups.kick('runs'),
        });
        recorder.write(chunk);
      },
      async confirmStart(process) {
        // Without a process to store, an unbroken lease since the intent is proof enough; a gap needs a look.
        const unbroken = context.lease.isFresh() && context.lease.lapses() === lapsesAtIntent;
        if (owned.stop.signal.aborted) throw runLost(key.runId);
        if (process === null && unbroken) {
          begun = true;
          return;
        }
        // The database may be away for a moment: nothing has happened yet, so the gate waits for its answer.
        const still = await outlastOutage(
          () =>
            recordProcess(context.database, {
              ...key,
              workerId: context.lease.id,
              epoch: owned.claim.run.leaseEpoch,
              process,
            }),
          () => !owned.stop.signal.aborted,
        ).catch((thrown: unknown) => {
          throw owned.stop.signal.aborted ? runLost(key.runId) : thrown;
        });
        if (!still || !context.lease.isFresh()) throw runLost(key.runId);
        begun = true;
      },
    });
    return { ...result, reason: result.reason === null ? null : redactText(result.reason, owned.secrets) };
  } catch (thrown) {
    if (isRunLost(thrown) && owned.stop.signal.reason === 'cancel' && !begun)
      return { outcome: 'cancelled', exitCode: null, reason: 'cancelled before it began' };
    if (isRunLost(thrown)) throw thrown;
    return { outcome: 'failed', exitCode: null, reason: redactText(messageOf(thrown), owned.secrets) };
  } finally {
    await (recorder as OutputRecorder | null)?.end();
  }
}
