import { sql } from 'kysely';
import type { StepAction } from '../../contract/runbook.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import { changeRun, type RunCommandDeps, setRunStatus, setStepStatus } from './change-run.ts';
import { requireStep } from './steer-run.ts';

export type StepAnswer = {
  step: string;
  value?: string | undefined;
  option?: string | undefined;
  done?: boolean | undefined;
  reason?: string | undefined;
};

/** Checks a value against an input's type. @returns what is wrong with it, or null */
export type CheckValue = (value: string, type: Extract<StepAction, { kind: 'input' }>['type']) => string | null;

/**
 * Answers a step that waits for a person: a value for an input, an option for a choice, done or not for manual work.
 * @throws HoldfastError conflict when the step is not waiting, invalid when the answer does not fit
 */
export async function answerStep(
  deps: RunCommandDeps & {
    checkValue: CheckValue;
    seal: (secrets: Record<string, string>, context: string) => string;
    open: (box: string, context: string) => Record<string, string>;
  },
  runId: string,
  answer: StepAnswer & { actor: string },
): Promise<void> {
  await changeRun(deps, runId, async (tx, locked) => {
    const { run } = locked;
    const row = requireStep(locked, answer.step);
    const action = run.plan.steps.find((step) => step.id === row.id)?.action;
    // A step that waits for its approval is waiting too, but may not be answered yet.
    const asks = action?.kind === 'input' || action?.kind === 'choice' || action?.kind === 'manual';
    if (row.status !== 'waiting' || !asks || run.waitingFor !== action.kind) {
      throw new HoldfastError({
        code: 'step.not-asking',
        kind: 'conflict',
        message: `step ${row.id} is ${row.status} and asks nothing`,
        hint:
          run.waitingFor === 'approval'
            ? 'The run waits for an approval: `holdfast approval ls`.'
            : '`holdfast run show` tells what the run waits for.',
      });
    }
    const told = { at: deps.clock.now(), actor: answer.actor, reason: answer.reason ?? null };
    const refuse = (message: string, hint: string) =>
      new HoldfastError({ code: 'answer.invalid', kind: 'invalid', message, hint });
    let to: 'succeeded' | 'failed' | 'pending' = 'succeeded';

    if (action.kind === 'input') {
      if (answer.value === undefined)
        throw refuse(`step ${row.id} asks for ${action.name} (${action.type})`, 'Send {"value": "…"}.');
      const wrong = deps.checkValue(answer.value, action.type);
      if (wrong) throw refuse(`${action.name}: ${wrong}`, `It must be ${action.type}.`);
      if (action.type === 'secret') {
        const secrets = run.secretInputs ? deps.open(run.secretInputs, run.id) : {};
        await sql`update runs set secret_inputs = ${deps.seal({ ...secrets, [action.name]: answer.value }, run.id)} where id = ${run.id}`.execute(
          tx,
        );
      } else {
        await sql`update runs set inputs = inputs || ${JSON.stringify({ [action.name]: answer.value })}::jsonb where id = ${run.id}`.execute(
          tx,
        );
      }
    } else if (action.kind === 'choice') {
      const option = action.options.find((candidate) => candidate.option === answer.option);
      if (!option)
        throw refuse(
          `"${answer.option ?? ''}" is no option of ${row.id}`,
          `Options: ${action.options.map((candidate) => candidate.option).join(', ')}`,
        );
      await sql`update runs set choices = choices || ${JSON.stringify({ [action.group]: option.option })}::jsonb where id = ${run.id}`.execute(
        tx,
      );
    } else {
      if (answer.done === undefined)
        throw refuse(
          `step ${row.id} asks whether it was done`,
          'Send {"done": true} or {"done": false, "reason": "…"}.',
        );
      if (!answer.done) to = 'failed';
    }
    await setStepStatus(
      tx,
      run,
      { id: row.id, from: 'waiting', to, event: to === 'failed' ? 'step.failed' : 'step.answered' },
      told,
    );
    if (run.status === 'waiting') await setRunStatus(tx, run, { status: 'queued', event: null }, told);
  });
}
