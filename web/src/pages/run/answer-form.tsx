import { type FormEvent, useState } from 'react';
import type { Run } from '../../../../src/contract/run.ts';
import { sendJson } from '../../api/request.ts';
import { useCommand } from '../../api/use-command.ts';
import { Button } from '../../components/button.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Field, TextArea, TextInput } from '../../components/field.tsx';
import { useSession } from '../../lib/use-session.ts';
import { RunControls } from './run-controls.tsx';
import type { StepView } from './step-view.ts';

type Answer = { step: string; value?: string; option?: string; done?: boolean; reason?: string };

/** The foot bar while a step asks a person: a value, a choice, or whether work by hand was done. */
export function AnswerForm({ run, step }: { run: Run; step: StepView }) {
  const { may } = useSession();
  const [value, setValue] = useState('');
  const answer = useCommand({
    run: (body: Answer) => sendJson<Run>('POST', `/api/v1/runs/${run.id}/answer`, { body }),
    touches: [['runs'], ['incidents']],
  });
  const { action } = step.plan;
  const send = (rest: Omit<Answer, 'step'>) => answer.mutate({ step: step.id, ...rest });
  const pending = answer.isPending && 'Saving…';
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (action.kind === 'input') send({ value });
    if (action.kind === 'choice' && value !== '') send({ option: value });
  };
  const asked = 'prompt' in action ? action.prompt : action.kind === 'manual' ? action.text : step.plan.title;

  return (
    <form onSubmit={submit} className="flex flex-wrap items-end justify-between gap-2">
      {may('operator') ? null : <p className="basis-full text-quiet">An operator, approver or admin answers this.</p>}
      <fieldset disabled={!may('operator')} className="min-w-0 flex-1 basis-72">
        {action.kind === 'input' ? (
          <div className="flex flex-wrap items-end gap-2">
            <div className="min-w-0 flex-1 basis-60">
              <Field label={`${asked} (${action.type})`}>
                {(attributes) => (
                  <TextInput
                    {...attributes}
                    required
                    type={action.type === 'secret' ? 'password' : 'text'}
                    autoComplete="off"
                    value={value}
                    onChange={(event) => setValue(event.target.value)}
                  />
                )}
              </Field>
            </div>
            <Button type="submit" look="primary" pending={pending}>
              Set {action.name} and go on
            </Button>
          </div>
        ) : null}
        {action.kind === 'choice' ? (
          <>
            <p className="mb-1 font-semibold break-anywhere">{asked}</p>
            <div className="flex flex-wrap gap-2">
              {action.options.map((option) => (
                <Button
                  key={option.option}
                  pending={value === option.option && pending}
                  disabled={answer.isPending}
                  onClick={() => {
                    setValue(option.option);
                    send({ option: option.option });
                  }}
                >
                  {option.label}
                </Button>
              ))}
            </div>
          </>
        ) : null}
        {action.kind === 'manual' ? (
          <ManualAnswer text={asked} reason={value} onReason={setValue} onAnswer={send} pending={pending} />
        ) : null}
      </fieldset>
      <RunControls run={run} compact />
      {answer.error ? (
        <div className="basis-full">
          <ErrorPanel error={answer.error} />
        </div>
      ) : null}
    </form>
  );
}

function ManualAnswer({
  text,
  reason,
  onReason,
  onAnswer,
  pending,
}: {
  text: string;
  reason: string;
  onReason: (reason: string) => void;
  onAnswer: (answer: { done: boolean; reason?: string }) => void;
  pending: string | false;
}) {
  const given = reason.trim() === '' ? {} : { reason: reason.trim() };
  return (
    <>
      <p className="mb-2 max-h-24 overflow-y-auto font-semibold whitespace-pre-wrap break-anywhere">By hand: {text}</p>
      <div className="flex flex-wrap items-end gap-2">
        <div className="min-w-0 flex-1 basis-60">
          <Field label="What you did or saw (optional)">
            {(attributes) => (
              <TextArea
                {...attributes}
                rows={1}
                maxLength={2_000}
                value={reason}
                onChange={(event) => onReason(event.target.value)}
              />
            )}
          </Field>
        </div>
        <Button pending={pending} onClick={() => onAnswer({ done: false, ...given })}>
          It cannot be done
        </Button>
        <Button look="primary" pending={pending} onClick={() => onAnswer({ done: true, ...given })}>
          It is done, go on
        </Button>
      </div>
      <p className="mt-1 text-small text-quiet">“It cannot be done” ends the run as failed.</p>
    </>
  );
}
