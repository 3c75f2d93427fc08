import { CircleHelp } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import type { Run } from '../../../../src/contract/run.ts';
import { sendJson } from '../../api/request.ts';
import { useCommand } from '../../api/use-command.ts';
import { Button } from '../../components/button.tsx';
import { CodeView } from '../../components/code-view.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Field, TextArea } from '../../components/field.tsx';
import { Time } from '../../components/time.tsx';
import { sentenceCase } from '../../lib/sentence-case.ts';
import { useSession } from '../../lib/use-session.ts';
import { type Decision, doubtChoices } from './doubt-choices.ts';
import { fillIn } from './fill-in.ts';
import { InputValues } from './input-values.tsx';
import { decisionAnchor, type StepView } from './step-view.ts';

const SHORTEST_REASON = 3;

/** A step of which nobody knows whether it took effect: what was sent, what is known, what each way out will do. */
export function InDoubtPanel({ run, step }: { run: Run; step: StepView }) {
  const { may } = useSession();
  const [chosen, setChosen] = useState<Decision | null>(null);
  const [reason, setReason] = useState('');
  const decide = useCommand({
    run: (body: { step: string; decision: Decision; reason: string }) =>
      sendJson<Run>('POST', `/api/v1/runs/${run.id}/decide`, { body }),
    touches: [['runs']],
  });
  const choices = doubtChoices(run, step);
  const choice = choices.find((each) => each.decision === chosen);
  const ready = choice !== undefined && choice.barred === null && reason.trim().length >= SHORTEST_REASON;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready && choice) decide.mutate({ step: step.id, decision: choice.decision, reason: reason.trim() });
  };
  const allowed = may('approver');

  return (
    <form
      id={decisionAnchor(step.id)}
      onSubmit={submit}
      aria-label={`Decide what happened to ${step.plan.title}`}
      className="mt-2 rounded-md border-2 border-doubt p-3"
    >
      <h3 className="flex items-center gap-2 text-lead text-doubt">
        <CircleHelp aria-hidden="true" size={20} />
        In doubt: did it happen?
      </h3>
      <p className="mb-3">
        The attempt ended without an answer. Holdfast neither repeats it nor goes on by itself: look at the target, then
        say what is true.
      </p>
      <h4 className="text-body">What was sent</h4>
      <p className="mb-1 text-quiet">
        {step.plan.kind} {step.plan.target ? `to ${fillIn(step.plan.target, run.plan.inputs)}` : ''}
      </p>
      <CodeView text={step.plan.body} label="What was sent" wrap />
      <InputValues names={step.plan.inputs} values={run.plan.inputs} />
      <h4 className="mt-3 text-body">What is known</h4>
      <Known step={step} />
      <fieldset className="mt-3" disabled={!allowed || decide.isPending}>
        <legend className="mb-1 font-semibold">What each choice will do</legend>
        {choices.map((each) => (
          <label
            key={each.decision}
            className="flex gap-2.5 rounded-md px-2 py-2 has-checked:bg-doubt-soft has-[:disabled]:cursor-not-allowed"
          >
            <input
              type="radio"
              name={`decision-${step.id}`}
              className="mt-0.5 size-4 shrink-0"
              disabled={each.barred !== null}
              checked={chosen === each.decision}
              onChange={() => setChosen(each.decision)}
            />
            <span className={each.barred === null ? undefined : 'text-quiet'}>
              <span className="block font-semibold">{each.label}</span>
              {each.barred ?? each.effect}
            </span>
          </label>
        ))}
        <div className="mt-2">
          <Field label="How do you know?" help="Kept in the record with your name. At least three characters.">
            {(attributes) => (
              <TextArea
                {...attributes}
                required
                maxLength={2_000}
                value={reason}
                onChange={(event) => setReason(event.target.value)}
              />
            )}
          </Field>
        </div>
      </fieldset>
      {decide.error ? <ErrorPanel error={decide.error} /> : null}
      <div className="mt-3 flex flex-wrap items-center gap-3">
        <Button
          type="submit"
          look={chosen === 'retry' || chosen === 'rollback' ? 'danger' : 'primary'}
          disabled={!ready || !allowed}
          pending={decide.isPending && 'Recording the decision…'}
        >
          {choice?.button ?? 'Choose what is true'}
        </Button>
        {allowed ? null : <p className="text-quiet">An approver or an admin decides this.</p>}
      </div>
    </form>
  );
}

function Known({ step }: { step: StepView }) {
  const attempt = step.run?.attempts.at(-1);
  const verified = step.plan.verify !== null;
  return (
    <ul className="list-disc pl-5">
      {attempt ? (
        <>
          <li>
            Attempt {attempt.n} began <Time at={attempt.startedAt} /> on host {attempt.host}, worker{' '}
            <span className="code-face break-anywhere">{attempt.worker}</span>. It may still be running there.
          </li>
          <li>
            {attempt.reason === null
              ? attempt.exitCode === null
                ? 'No exit code reached Holdfast.'
                : `Exit code ${attempt.exitCode}.`
              : `${sentenceCase(attempt.reason)}.`}
          </li>
          <li>
            {attempt.output.bytes > 0
              ? `It had printed ${attempt.output.bytes.toLocaleString('en')} bytes, shown above.`
              : 'It had printed nothing.'}
          </li>
        </>
      ) : null}
      <li>
        {verified
          ? `Its own check “${step.plan.verify}” could not tell either.`
          : 'The document declares no check that could tell whether it took effect.'}
      </li>
    </ul>
  );
}
