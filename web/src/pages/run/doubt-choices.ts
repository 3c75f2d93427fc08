import type { Run } from '../../../../src/contract/run.ts';
import { flatten, patternId, type StepView, viewSteps } from './step-view.ts';

export type Decision = 'retry' | 'done' | 'failed' | 'rollback';
export type DoubtChoice = {
  decision: Decision;
  label: string;
  /** What it will do, exactly. */
  effect: string;
  /** Why it cannot be chosen; null when it can. */
  barred: string | null;
  button: string;
};

/** The four ways out of doubt, each with what it will do to this run. */
export function doubtChoices(run: Run, step: StepView): DoubtChoice[] {
  const undoing = run.steps.some((each) => each.status === 'rolling-back');
  const at = run.plan.steps.findIndex((each) => each.id === patternId(step.id));
  const container = step.plan.within;
  const next = at === -1 ? undefined : run.plan.steps.slice(at + 1).find((each) => each.within === undefined);
  const within = run.plan.steps.find((each) => each.id === container);
  const attempt = (step.run?.attempts.at(-1)?.n ?? 0) + 1;
  const undoable = undoableSteps(viewSteps(run)).filter((each) => each.status === 'succeeded');
  const goesOn = undoing
    ? 'the rollback goes on'
    : within
      ? `“${within.title}” goes on with what is left`
      : next
        ? `the run goes on with “${next.title}”`
        : 'the run succeeds, as it was the last step';
  return [
    {
      decision: 'retry',
      label: 'Run it again',
      effect: `Attempt ${attempt} runs the same commands from their start. If the lost attempt did take effect, the effect happens twice.`,
      barred: null,
      button: 'Run the step again',
    },
    {
      decision: 'done',
      label: 'It was done',
      effect: `Recorded as done on your word; ${goesOn}. Nothing is run for this step.`,
      barred: null,
      button: 'Mark as done',
    },
    {
      decision: 'failed',
      label: 'It failed',
      effect: undoing
        ? 'Recorded as failed on your word; the rollback ends as failed. What was undone stays undone.'
        : 'Recorded as failed on your word; the run ends as failed. Nothing is undone.',
      barred: null,
      button: 'Mark as failed',
    },
    {
      decision: 'rollback',
      label: 'Roll back',
      effect:
        undoable.length > 0
          ? `This step is recorded as failed, then the done ones are undone, last first: ${undoable
              .toReversed()
              .map((each) => `“${each.plan.title}”`)
              .join(', ')}.`
          : 'Would undo the done steps, last first.',
      barred:
        undoable.length > 0
          ? null
          : 'No step that is done declares a rollback, so there is nothing that could be undone.',
      button: 'Roll the run back',
    },
  ];
}

/** The done steps that declare a way back, in the order in which they were done. */
export function undoableSteps(steps: readonly StepView[]): StepView[] {
  return flatten(steps).filter(
    (step) =>
      step.helps === null && step.plan.rollback !== null && ['succeeded', 'rollback-failed'].includes(step.status),
  );
}
