import { useState } from 'react';
import type { Run } from '../../../../src/contract/run.ts';
import { joinClasses } from '../../components/join-classes.ts';
import { TextWithTimes } from '../../components/text-with-times.tsx';
import { sentenceCase } from '../../lib/sentence-case.ts';
import { AttemptEvidence } from './step-evidence.tsx';
import { StepOutput } from './step-output.tsx';
import type { StepView } from './step-view.ts';

/** The newest attempt with its output and evidence; earlier ones can be chosen. */
export function Attempts({ run, step }: { run: Run; step: StepView }) {
  const attempts = step.run?.attempts ?? [];
  const [chosen, setChosen] = useState<number | null>(null);
  const attempt = attempts.find((each) => each.n === chosen) ?? attempts.at(-1);
  if (!attempt) return null;
  const tone =
    attempt.status === 'in-doubt' || attempt.status === 'lost'
      ? 'text-doubt'
      : attempt.status === 'failed'
        ? 'font-semibold text-bad'
        : 'text-quiet';
  return (
    <div>
      {attempts.length > 1 ? (
        <fieldset className="mt-1 flex flex-wrap items-center gap-1">
          <legend className="sr-only">Attempts</legend>
          {attempts.map((each) => (
            <button
              key={each.n}
              type="button"
              aria-pressed={each.n === attempt.n}
              onClick={() => setChosen(each.n === attempts.at(-1)?.n ? null : each.n)}
              className="min-h-6 rounded-sm px-2 text-small text-quiet hover:bg-hover aria-pressed:bg-hover aria-pressed:font-semibold aria-pressed:text-ink"
            >
              Attempt {each.n}
            </button>
          ))}
        </fieldset>
      ) : null}
      {attempt.reason ? (
        <p className={joinClasses('mt-1 break-anywhere', tone)}>
          <TextWithTimes text={sentenceCase(attempt.reason)} />
        </p>
      ) : null}
      <StepOutput
        key={attempt.n}
        runId={run.id}
        stepId={step.id}
        attempt={attempt}
        gate={step.plan.action.kind === 'metric-gate' ? step.plan.action : null}
      />
      <AttemptEvidence attempt={attempt} approval={step.approval} />
    </div>
  );
}
