import type { Approval, Run } from '../../../../src/contract/run.ts';
import { joinClasses } from '../../components/join-classes.ts';
import { RiskBadge } from '../../components/risk-badge.tsx';
import { StateIcon, TONE_TEXT } from '../../components/state-mark.tsx';
import { Age } from '../../components/time.tsx';
import { actorWords } from '../../lib/actor-words.ts';
import { formatDuration } from '../../lib/format-time.ts';
import { KIND_WORDS, STEP_STATES } from '../../lib/words.ts';
import { wayWords } from '../runs/plan-facts.ts';
import { Attempts } from './attempts.tsx';
import { countItems, countWords } from './count-items.ts';
import { fillIn } from './fill-in.ts';
import { InDoubtPanel } from './in-doubt-panel.tsx';
import { ItemList } from './item-list.tsx';
import { isLeftByDryRun, skipReason } from './skip-reason.ts';
import { SkipStep } from './skip-step.tsx';
import { type StepView, stepAnchor } from './step-view.ts';

const ACTIVE: readonly StepView['status'][] = ['running', 'waiting', 'in-doubt', 'rolling-back'];

/** A step in its place in the document: state in the gutter, its commands, its output unfolding below. */
export function StepBlock({
  run,
  step,
  text,
  steps,
}: {
  run: Run;
  step: StepView;
  text: string | null;
  /** All steps of the run, of which it may be the container or a part. */
  steps: readonly StepView[];
}) {
  const { plan } = step;
  const state = STEP_STATES[step.status];
  const attempts = step.run?.attempts ?? [];
  const active = ACTIVE.includes(step.status);
  const skipped = skipReason(step);
  const chosen = chosenWords(run, plan);
  return (
    <section
      id={stepAnchor(step.id)}
      data-step
      tabIndex={-1}
      aria-label={`Step ${plan.number ?? ''} ${plan.title}`}
      className={joinClasses('my-3 scroll-mt-16', step.helps && step.run === null && 'text-quiet')}
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
          {stateWord(step)}
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
      {skipped ? <p className="mt-1 text-quiet break-anywhere">{skipped}</p> : null}
      {chosen ? (
        <p className="mt-1 break-anywhere">
          Chosen: <strong>{chosen}</strong>
        </p>
      ) : null}
      <Within step={step} steps={steps} />
      {plan.action.kind === 'lock' && step.status === 'succeeded' && run.endedAt === null ? (
        <p className="mt-1 text-quiet">This run holds the lock {plan.action.name} until it ends.</p>
      ) : null}
      {step.items.length > 0 ? <ItemList run={run} container={step} /> : null}
      {step.approval ? <ApprovalNote approval={step.approval} /> : null}
      {attempts.length > 0 ? <Attempts run={run} step={step} /> : null}
      {step.status === 'in-doubt' ? <InDoubtPanel run={run} step={step} /> : null}
    </section>
  );
}

/** The option that was taken, in the words of the document; null where nothing was. */
function chosenWords(run: Run, plan: StepView['plan']): string | null {
  if (plan.action.kind !== 'choice') return null;
  const taken = run.choices[plan.action.group];
  return plan.action.options.find((option) => option.option === taken)?.label ?? taken ?? null;
}

function stateWord(step: StepView): string {
  if (step.helps && step.run === null && step.instances.length === 0) return 'Only if needed';
  if (isLeftByDryRun(step)) return 'Skipped by the dry run';
  // Of a pattern no one word is true once its items differ.
  if (step.instances.length > 0) return `${countItems(step.instances).done} of ${step.instances.length} done`;
  return STEP_STATES[step.status].word;
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
  const ways = wayWords(plan, run.plan);
  const notes = [
    plan.bound ? `It would never end by itself, so it is bounded: ${plan.bound.why}.` : null,
    ways ? `Only when ${ways} is chosen.` : null,
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

/** How a step stands to the one that runs it, or to the ones it runs. */
function Within({ step, steps }: { step: StepView; steps: readonly StepView[] }) {
  const container = steps.find((each) => each.id === step.plan.within);
  if (container) {
    return (
      <p className="mt-1 text-quiet">
        Run by{' '}
        <a href={`#${stepAnchor(container.id)}`} className="link break-anywhere">
          {container.plan.title}
        </a>
        {step.instances.length > 0 ? `: ${countWords(step.instances)}` : ''}
      </p>
    );
  }
  const members = steps.filter((each) => each.plan.within === step.id);
  if (members.length === 0 || step.items.length > 0) return null;
  return (
    <ul aria-label={`Parts of ${step.plan.title}`} className="mt-1 border-t border-line">
      {members.map((member) => (
        <li key={member.id} className="flex min-h-9 items-center gap-2 border-b border-line py-1">
          <StateIcon state={STEP_STATES[member.status]} />
          <a href={`#${stepAnchor(member.id)}`} className="link min-w-0 break-anywhere">
            {member.plan.title}
          </a>
          {member.plan.risk ? <RiskBadge risk={member.plan.risk} reason={member.plan.reason} /> : null}
          <span className="ml-auto whitespace-nowrap text-quiet">
            {step.plan.kind === 'foreach' && step.status === 'pending'
              ? 'for each item'
              : STEP_STATES[member.status].word}
          </span>
        </li>
      ))}
    </ul>
  );
}
