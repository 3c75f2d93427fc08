import type { Run } from '../../../../src/contract/run.ts';
import { StateIcon } from '../../components/state-mark.tsx';
import { sentenceCase } from '../../lib/sentence-case.ts';
import { STEP_STATES } from '../../lib/words.ts';
import { undoableSteps } from './doubt-choices.ts';
import { flatten, type StepView, stepAnchor } from './step-view.ts';

const UNDONE: readonly StepView['status'][] = ['rolled-back', 'rolling-back', 'rollback-failed'];
const OVER: readonly Run['status'][] = ['failed', 'cancelled', 'rollback-failed'];

/** Of a run that went wrong: what could be undone, what was, what has no way back. */
export function RollbackSummary({ run, steps }: { run: Run; steps: readonly StepView[] }) {
  const all = flatten(steps).filter((step) => step.helps === null);
  const undone = all.filter((step) => UNDONE.includes(step.status));
  const undoable = undoableSteps(steps).filter((step) => !undone.includes(step));
  const stays = all.filter(
    (step) =>
      step.status === 'succeeded' &&
      step.plan.rollback === null &&
      (step.plan.risk === 'change' || step.plan.risk === 'destroy') &&
      !['parallel', 'foreach', 'subrunbook'].includes(step.plan.kind),
  );
  const offered = OVER.includes(run.status);
  if (undone.length === 0 && !(offered && (undoable.length > 0 || stays.length > 0))) return null;
  return (
    <section aria-labelledby="rollback" className="mb-4 rounded-md border border-line-strong p-3">
      <h2 id="rollback" className="mb-1 text-lead">
        Rollback
      </h2>
      {offered && undoable.length > 0 ? (
        <p>{undone.length === 0 ? 'Nothing has been undone. ' : ''}These are done and can be undone, last first:</p>
      ) : null}
      <ol>
        {[...undone, ...undoable]
          .toSorted((left, right) => all.indexOf(right) - all.indexOf(left))
          .map((step) => (
            <UndoLine key={step.id} step={step} steps={steps} />
          ))}
      </ol>
      {stays.length > 0 ? (
        <p className="mt-1 text-quiet break-anywhere">
          Declares no way back, so it stays done: {stays.map((step) => `“${step.plan.title}”`).join(', ')}.
        </p>
      ) : null}
    </section>
  );
}

function UndoLine({ step, steps }: { step: StepView; steps: readonly StepView[] }) {
  const helper = flatten(steps).find((each) => each.id === step.plan.rollback);
  const attempt = helper?.run?.attempts.at(-1);
  const begun = UNDONE.includes(step.status);
  return (
    <li className="flex min-h-8 items-start gap-2 py-1">
      <span className="mt-0.5">
        <StateIcon state={begun ? STEP_STATES[step.status] : STEP_STATES.pending} />
      </span>
      <span className="min-w-0 flex-1 break-anywhere">
        {step.plan.title}
        <span className="text-quiet">
          {' '}
          {begun ? STEP_STATES[step.status].word.toLowerCase() : 'not undone'}
          {helper ? ', by ' : ''}
          {helper ? (
            <a href={`#${stepAnchor(helper.id)}`} className="link">
              {helper.plan.title}
            </a>
          ) : null}
        </span>
        {step.status === 'rollback-failed' && attempt?.reason ? (
          <span className="block font-semibold text-bad">{sentenceCase(attempt.reason)}</span>
        ) : null}
      </span>
    </li>
  );
}
