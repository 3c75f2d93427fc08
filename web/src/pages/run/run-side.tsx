import { Link } from '@tanstack/react-router';
import type { Run } from '../../../../src/contract/run.ts';
import { CopyButton } from '../../components/copy-button.tsx';
import { joinClasses } from '../../components/join-classes.ts';
import { SideSection } from '../../components/side-section.tsx';
import { StateIcon } from '../../components/state-mark.tsx';
import { Time } from '../../components/time.tsx';
import { actorWords } from '../../lib/actor-words.ts';
import { STEP_STATES } from '../../lib/words.ts';
import { countItems } from './count-items.ts';
import { InputValues } from './input-values.tsx';
import { callOf, type StepView, stepAnchor } from './step-view.ts';

/** The steps at a glance, and the facts that make the run evidence. */
export function RunSide({ run, steps }: { run: Run; steps: readonly StepView[] }) {
  const outline = steps.filter((step) => step.helps === null);
  return (
    <aside
      aria-label="Facts"
      className="min-w-0 lg:sticky lg:top-16 lg:max-h-[calc(100dvh-5rem)] lg:self-start lg:overflow-y-auto"
    >
      <SideSection title="Steps" count={outline.length}>
        <ol>
          {outline.map((step) => (
            <li key={step.id}>
              <a
                href={`#${stepAnchor(step.id)}`}
                className={joinClasses(
                  'flex min-h-7 items-start gap-2 rounded-sm px-1 py-1 hover:bg-hover max-sm:min-h-9',
                  (step.plan.within !== undefined || callOf(run, step.id) !== null) && 'ml-5',
                )}
              >
                <span className="mt-0.5">
                  <StateIcon state={STEP_STATES[step.status]} />
                </span>
                <span className="min-w-0 break-anywhere">
                  {step.plan.title}
                  {step.items.length > 0 ? (
                    <span className="text-quiet">
                      {' '}
                      {countItems(step.items).done} of {step.items.length}
                    </span>
                  ) : null}
                  <span className="sr-only">: {STEP_STATES[step.status].word}</span>
                </span>
              </a>
            </li>
          ))}
        </ol>
      </SideSection>
      <SideSection title="Inputs" count={Object.keys(run.plan.inputs).length}>
        <InputValues names={Object.keys(run.plan.inputs)} values={run.plan.inputs} />
        {Object.keys(run.plan.inputs).length === 0 ? <p className="text-quiet">It takes none.</p> : null}
      </SideSection>
      {Object.keys(run.choices).length === 0 ? null : (
        <SideSection title="Choices" count={Object.keys(run.choices).length}>
          <ul>
            {run.plan.choices
              .filter((choice) => run.choices[choice.group] !== undefined)
              .map((choice) => (
                <li key={choice.group} className="py-0.5 break-anywhere">
                  <span className="text-quiet">{choice.prompt}</span>{' '}
                  {choice.options.find((option) => option.option === run.choices[choice.group])?.label ??
                    run.choices[choice.group]}
                </li>
              ))}
          </ul>
        </SideSection>
      )}
      <SideSection title="Record">
        <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1">
          <dt className="text-quiet">Runbook</dt>
          <dd className="break-anywhere">
            <Link to="/runbooks/$" params={{ _splat: run.runbook }} className="link">
              {run.runbook}
            </Link>
          </dd>
          <dt className="text-quiet">Started by</dt>
          <dd className="break-anywhere">
            {actorWords(run.startedBy)}
            {run.automatic ? ', by its trigger' : ''}
          </dd>
          <dt className="text-quiet">Created</dt>
          <dd>
            <Time at={run.createdAt} />
          </dd>
          <dt className="text-quiet">Plan</dt>
          <dd className="flex items-center gap-1" title={`sha256 of the frozen plan: ${run.planHash}`}>
            <span className="code-face">{run.planHash.slice(0, 12)}</span>
            <CopyButton text={run.planHash} what="plan hash" />
          </dd>
          <dt className="text-quiet">Run</dt>
          <dd className="flex items-center gap-1">
            <span className="code-face break-anywhere">{run.id}</span>
            <CopyButton text={run.id} what="run id" />
          </dd>
          <dt className="text-quiet">Document</dt>
          <dd className="flex items-center gap-1" title={`sha256 of the file it came from: ${run.plan.sha256}`}>
            <Link
              to="/runbooks/$"
              params={{ _splat: run.runbook }}
              search={{ version: run.plan.sha256 }}
              className="link code-face"
            >
              {run.plan.sha256.slice(0, 12)}
            </Link>
            <CopyButton text={run.plan.sha256} what="document hash" />
          </dd>
          {run.environment ? (
            <>
              <dt className="text-quiet">Environment</dt>
              <dd className="break-anywhere">{run.environment}</dd>
            </>
          ) : null}
          <dt className="text-quiet">Evidence</dt>
          <dd>
            <a href={`/api/v1/runs/${run.id}`} download={`${run.id}.json`} className="link">
              Save the whole record (JSON)
            </a>
          </dd>
          {run.worker ? (
            <>
              <dt className="text-quiet">Worker</dt>
              <dd className="code-face break-anywhere">{run.worker}</dd>
            </>
          ) : null}
        </dl>
      </SideSection>
    </aside>
  );
}
