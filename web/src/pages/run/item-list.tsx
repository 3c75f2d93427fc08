import { useState } from 'react';
import type { Run } from '../../../../src/contract/run.ts';
import { Button } from '../../components/button.tsx';
import { joinClasses } from '../../components/join-classes.ts';
import { StateIcon, TONE_TEXT } from '../../components/state-mark.tsx';
import { formatDuration } from '../../lib/format-time.ts';
import { plural } from '../../lib/plural.ts';
import { STEP_STATES } from '../../lib/words.ts';
import { Attempts } from './attempts.tsx';
import { InDoubtPanel } from './in-doubt-panel.tsx';
import { Progress } from './progress.tsx';
import { type ItemView, type StepView, stepAnchor } from './step-view.ts';
import { urgency } from './summarize-status.ts';

/** More than these are shown when asked for: a list of hundreds hides the one that failed. */
const FIRST_ITEMS = 12;
const OPEN: readonly StepView['status'][] = ['failed', 'in-doubt', 'rollback-failed'];

/** The items of a foreach, what went wrong first, each with its own steps. */
export function ItemList({ run, container }: { run: Run; container: StepView }) {
  const [all, setAll] = useState(false);
  const items = container.items.toSorted(
    (left, right) => urgency(left.status) - urgency(right.status) || left.index - right.index,
  );
  const shown = all ? items : items.slice(0, FIRST_ITEMS);
  return (
    <div className="mt-2">
      <Progress items={container.items} />
      <ul aria-label={`Items of ${container.plan.title}`} className="mt-2 border-t border-line">
        {shown.map((item) => (
          <Item key={item.index} run={run} item={item} />
        ))}
      </ul>
      {items.length > FIRST_ITEMS ? (
        <Button look="quiet" className="-ml-3" onClick={() => setAll(!all)}>
          {all ? `Show the first ${FIRST_ITEMS}` : `Show all ${plural(items.length, 'item')}`}
        </Button>
      ) : null}
    </div>
  );
}

function Item({ run, item }: { run: Run; item: ItemView }) {
  const state = STEP_STATES[item.status];
  const [open, setOpen] = useState<boolean | null>(null);
  return (
    <li className="border-b border-line">
      <details
        // What goes wrong opens by itself, until the reader says otherwise.
        open={open ?? OPEN.includes(item.status)}
        onToggle={(event) => setOpen(event.currentTarget.open)}
      >
        <summary className="flex min-h-9 items-center gap-2 py-1 max-sm:min-h-11">
          <StateIcon state={state} />
          <span className="code-face min-w-0 break-anywhere">{item.value}</span>
          <span className={joinClasses('ml-auto font-semibold whitespace-nowrap', TONE_TEXT[state.tone])}>
            {state.word}
            <Took item={item} />
          </span>
        </summary>
        <div className="pb-2 pl-6">
          {item.steps.map((step) => (
            <ItemStep key={step.id} run={run} step={step} />
          ))}
        </div>
      </details>
    </li>
  );
}

function ItemStep({ run, step }: { run: Run; step: StepView }) {
  const state = STEP_STATES[step.status];
  return (
    <section
      id={stepAnchor(step.id)}
      data-step
      tabIndex={-1}
      aria-label={step.plan.title}
      className="scroll-mt-16 py-1"
    >
      <p className="flex items-center gap-2">
        <StateIcon state={state} />
        <span className="min-w-0 break-anywhere">
          {step.helps?.how === 'rollback' ? 'Rollback: ' : step.helps ? 'Verify: ' : ''}
          {step.plan.title}
        </span>
        <span className={joinClasses('ml-auto whitespace-nowrap', TONE_TEXT[state.tone])}>{state.word}</span>
      </p>
      <Attempts run={run} step={step} />
      {step.status === 'in-doubt' ? <InDoubtPanel run={run} step={step} /> : null}
    </section>
  );
}

function Took({ item }: { item: ItemView }) {
  const starts = item.steps.flatMap((step) => step.run?.startedAt ?? []);
  const ends = item.steps.flatMap((step) => step.run?.endedAt ?? []);
  if (starts.length === 0 || ends.length < starts.length) return null;
  return <> in {formatDuration(Math.max(...ends.map(Date.parse)) - Math.min(...starts.map(Date.parse)))}</>;
}
