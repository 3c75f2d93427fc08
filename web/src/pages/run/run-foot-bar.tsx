import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Run } from '../../../../src/contract/run.ts';
import { buttonClasses } from '../../components/button.tsx';
import { joinClasses } from '../../components/join-classes.ts';
import { TextWithTimes } from '../../components/text-with-times.tsx';
import { RUN_STATES, type Tone } from '../../lib/words.ts';
import { AnswerForm } from './answer-form.tsx';
import { ApprovalDecision } from './approval-decision.tsx';
import { lockWaitOf } from './lock-wait.ts';
import { RunControls } from './run-controls.tsx';
import { currentStep, decisionAnchor, type StepView } from './step-view.ts';

const EDGES: Record<Tone, string> = {
  quiet: 'border-t-line-strong',
  active: 'border-t-accent',
  good: 'border-t-good',
  bad: 'border-t-bad',
  ask: 'border-t-ask',
  doubt: 'border-t-doubt',
};

/** The bar that stays: the next decision, who may take it, until when. */
export function RunFootBar({ run, steps }: { run: Run; steps: readonly StepView[] }) {
  const step = currentStep(steps);
  return (
    <section
      aria-label="Next decision"
      data-decision
      className={joinClasses(
        'sticky bottom-0 z-10 -mx-6 mt-8 border-t-2 bg-page px-6 py-3 max-sm:bottom-[calc(3.5rem+env(safe-area-inset-bottom))] max-sm:-mx-4 max-sm:px-4 max-sm:py-2.5',
        EDGES[RUN_STATES[run.status].tone],
      )}
    >
      {decision(run, step)}
    </section>
  );
}

function decision(run: Run, step: StepView | null): ReactNode {
  const approval = run.approvals.findLast((each) => each.status === 'pending');
  if (run.status === 'waiting' && run.waitingFor === 'approval' && approval) {
    return <ApprovalDecision run={run} approval={approval} />;
  }
  if (run.status === 'in-doubt' && step) {
    return (
      <Line
        title={`In doubt: ${step.plan.title}`}
        text="Somebody must say what happened before the run can go on."
        actions={
          <a href={`#${decisionAnchor(step.id)}`} className={buttonClasses('primary')}>
            See what is known and decide
          </a>
        }
      />
    );
  }
  if (run.status === 'waiting' && step && ['input', 'choice', 'manual'].includes(run.waitingFor ?? '')) {
    return <AnswerForm key={step.id} run={run} step={step} />;
  }
  const wait = lockWaitOf(run);
  if (wait) {
    return (
      <Line
        title={`Waits for the lock ${wait.lock}`}
        text={
          <>
            <Link to="/runs/$id" params={{ id: wait.holder }} className="link">
              Another run
            </Link>{' '}
            holds it until it ends; this one goes on by itself then.
          </>
        }
        actions={<RunControls run={run} />}
      />
    );
  }
  const title = step ? `${RUN_STATES[run.status].word}: ${step.plan.title}` : RUN_STATES[run.status].word;
  return (
    <Line
      title={title}
      text={
        run.reason ? <TextWithTimes text={run.reason} /> : run.status === 'queued' ? 'A worker takes it next.' : null
      }
      actions={<RunControls run={run} />}
    />
  );
}

function Line({ title, text, actions }: { title: string; text: ReactNode; actions: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
      <div className="min-w-0 flex-1 basis-60">
        <p className="font-semibold break-anywhere">{title}</p>
        {text ? <p className="text-quiet break-anywhere">{text}</p> : null}
      </div>
      <div className="flex flex-wrap gap-2">{actions}</div>
    </div>
  );
}
