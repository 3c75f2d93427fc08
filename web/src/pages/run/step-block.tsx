import { useState } from 'react';
import type { Approval, Run } from '../../../../src/contract/run.ts';
import { joinClasses } from '../../components/join-classes.ts';
import { RiskBadge } from '../../components/risk-badge.tsx';
import { StateIcon, TONE_TEXT } from '../../components/state-mark.tsx';
import { TextWithTimes } from '../../components/text-with-times.tsx';
import { Age } from '../../components/time.tsx';
import { actorWords } from '../../lib/actor-words.ts';
import { formatDuration } from '../../lib/format-time.ts';
import { sentenceCase } from '../../lib/sentence-case.ts';
import { KIND_WORDS, STEP_STATES } from '../../lib/words.ts';
import { fillIn } from './fill-in.ts';
import { InDoubtPanel } from './in-doubt-panel.tsx';
import { SkipStep } from './skip-step.tsx';
import { AttemptEvidence } from './step-evidence.tsx';
import { StepOutput } from './step-output.tsx';
import { type StepView, stepAnchor } from './step-view.ts';

const ACTIVE: readonly StepView['status'][] = ['running', 'waiting', 'in-doubt', 'rolling-back'];

/** A step in its place in the document: state in the gutter, its commands, its output unfolding below. */
export function StepBlock({ run, step, text }: { run: Run; step: StepView; text: string | null }) {
  const { plan } = step;
  const state = STEP_STATES[step.status];
  const attempts = step.run?.attempts ?? [];
  const active = ACTIVE.includes(step.status);
  return (
    <section
      id={stepAnchor(step.id)}
      aria-label={`Step ${plan.number ?? ''} ${plan.title}`}
      className={joinClasses('my-3', step.helps && step.run === null && 'text-quiet')}
    >
      <div className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
        {/* In the gutter of the whole document, however deep in lists the step stands. */}
        <span className="absolute left-0 bg-page py-0.5">
          <StateIcon state={state} size={18} />
        </span>
        <span className={joinClasses('font-semibold', step.titled && !step.helps && 'sr-only')}>
          {step.helps
            ? step.helps.how === 'verify'
              ? `Asked whether “${step.helps.title}” took effect`
              : `Undoes “${step.helps.title}”`
            : plan.title}
        </span>
        {plan.risk ? <RiskBadge risk={plan.risk} reason={plan.reason} /> : null}
        <span className="text-quiet">
          {KIND_WORDS[plan.kind]}
          {plan.target ? ` on ${fillIn(plan.target, run.plan.inputs)}` : ''}
        </span>
        <span className={joinClasses('ml-auto font-semibold whitespace-nowrap', TONE_TEXT[state.tone])}>
          {step.helps && step.run === null ? 'Only if needed' : state.word}
          <Took step={step} />
        </span>
        <SkipStep run={run} step={step} />
      </div>
      {text === null || text === '' ? null : (
        // biome-ignore lint/a11y/useSemanticElements: a named region, so that screen readers can find what scrolls
        <pre
          role="region"
          aria-label={`Commands of ${plan.title}`}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
          tabIndex={0}
          className={joinClasses(
            'code-face mt-1 max-h-96 overflow-auto rounded-md border px-3 py-2',
            active ? 'border-line-strong border-l-4' : 'border-line',
          )}
        >
          {text}
        </pre>
      )}
      <StepNotes run={run} step={step} />
      {step.approval ? <ApprovalNote approval={step.approval} /> : null}
      {attempts.length > 0 ? <Attempts run={run} step={step} /> : null}
      {step.status === 'in-doubt' ? <InDoubtPanel run={run} step={step} /> : null}
    </section>
  );
}

function Took({ step }: { step: StepView }) {
  const { run } = step;
  if (!run?.startedAt) return null;
  if (run.endedAt) return <> in {formatDuration(Date.parse(run.endedAt) - Date.parse(run.startedAt))}</>;
  if (!ACTIVE.includes(step.status)) return null;
  return (
    <>
      {' '}
      for <Age since={run.startedAt} />
    </>
  );
}

/** What a reader should know before it runs: bounds, conditions, what was lowered. */
function StepNotes({ run, step }: { run: Run; step: StepView }) {
  const { plan } = step;
  const choice = plan.when
    ? run.plan.choices
        .find((each) => each.group === plan.when?.group)
        ?.options.find((option) => option.option === plan.when?.option)
    : null;
  const notes = [
    plan.bound ? `It would never end by itself, so it is bounded: ${plan.bound.why}.` : null,
    choice ? `Only when “${choice.label}” is chosen.` : null,
    plan.riskLowered ? 'Its risk was lowered by the document; that is why somebody is asked.' : null,
  ].filter((note) => note !== null);
  if (notes.length === 0 || step.helps) return null;
  return (
    <p className="mt-1 text-small text-quiet">
      {notes.join(' ')}
      {plan.bound?.how === 'rewritten' ? (
        <>
          {' '}
          Runs as <code className="code-face break-anywhere">{plan.bound.body}</code>
        </>
      ) : null}
    </p>
  );
}

/** What became of the question whether this step may run; what was granted stands with the attempt it allowed. */
function ApprovalNote({ approval }: { approval: Approval }) {
  const vote = approval.votes.at(-1);
  switch (approval.status) {
    case 'pending':
      return (
        <p className="mt-1 text-ask">
          Waits for {approval.needed === 1 ? 'an approval' : `${approval.needed} approvals`} by an approver or admin who
          did not start the run.
        </p>
      );
    case 'rejected':
      return (
        <p className="mt-1 font-semibold text-bad break-anywhere">
          Rejected{vote ? ` by ${actorWords(vote.by)}${vote.reason ? `: ${vote.reason}` : ''}` : ''}
        </p>
      );
    case 'expired':
      return <p className="mt-1 text-bad">Nobody answered in time: the approval expired.</p>;
    default:
      return null;
  }
}

/** The newest attempt; earlier ones can be chosen. */
function Attempts({ run, step }: { run: Run; step: StepView }) {
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
      <StepOutput key={attempt.n} runId={run.id} stepId={step.id} attempt={attempt} />
      <AttemptEvidence attempt={attempt} approval={step.approval} />
    </div>
  );
}
