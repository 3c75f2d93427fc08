import { useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { PolicySpec } from '../../../../../src/contract/oncall.ts';
import { Field, TextInput } from '../../../components/field.tsx';
import { DefinitionEditor } from './definition-editor.tsx';
import { RowsEditor } from './rows-editor.tsx';
import { type PolicyStep, StepFields } from './step-fields.tsx';
import { beginTarget, TargetFields } from './target-fields.tsx';

const KIND = { path: 'escalation-policies', one: 'policy', view: 'policies' } as const;

/** Who is told when nobody answers, in a form. */
export function PolicyEditorPage(): ReactNode {
  const { name } = useParams({ from: '/app/on-call/policies/$name' });
  return (
    <DefinitionEditor<PolicySpec>
      key={name}
      kind={KIND}
      name={name}
      begin={() => ({ steps: [beginStep('on-call', '0s'), beginStep('lead', '15m')], fallback: [] })}
      finish={finishPolicy}
      fields={(draft, change) => <PolicyFields draft={draft} onChange={change} />}
    />
  );
}

const beginStep = (role: string, after: string): PolicyStep => ({
  name: role === 'on-call' ? 'On call' : 'Team lead',
  when: [{ unackedAfter: after }],
  to: [{ role }],
  do: ['page'],
});

function finishPolicy({ description, steps, repeat, fallback }: PolicySpec): PolicySpec {
  return {
    ...(description?.trim() ? { description: description.trim() } : {}),
    steps: steps.map(({ severities, ...step }) => ({
      ...step,
      ...(severities && severities.length > 0 ? { severities } : {}),
    })),
    ...(repeat ? { repeat } : {}),
    fallback,
  };
}

function PolicyFields({ draft, onChange }: { draft: PolicySpec; onChange: (draft: PolicySpec) => void }) {
  return (
    <>
      <Field label="Description (optional)">
        {(attributes) => (
          <TextInput
            {...attributes}
            spellCheck
            maxLength={500}
            value={draft.description ?? ''}
            onChange={(event) => onChange({ ...draft, description: event.target.value })}
          />
        )}
      </Field>
      <RowsEditor
        legend="Steps"
        help="Each waits for its time since the incident opened. A running escalation keeps the policy it began with."
        framed
        least={1}
        rows={draft.steps}
        onChange={(steps) => onChange({ ...draft, steps })}
        begin={() => beginStep('lead', '30m')}
        add="Add step"
        nameOf={(step, index) => `step ${step.name || index + 1}`}
      >
        {(step, change) => <StepFields step={step} onChange={change} />}
      </RowsEditor>
      <fieldset>
        <legend className="mb-1 font-semibold">Again</legend>
        <label className="flex min-h-8 items-center gap-2 max-sm:min-h-11">
          <input
            type="checkbox"
            className="size-4"
            checked={draft.repeat !== undefined}
            onChange={(event) => {
              const { repeat: _before, ...rest } = draft;
              onChange(event.target.checked ? { ...rest, repeat: { times: 3, every: '30m' } } : rest);
            }}
          />
          Go through the steps that wait for an acknowledgement again
        </label>
        {draft.repeat ? (
          <div className="mt-1 flex flex-wrap items-center gap-2">
            <TextInput
              type="number"
              aria-label="How many times"
              className="w-20!"
              min={1}
              max={20}
              value={draft.repeat.times}
              onChange={(event) =>
                onChange({
                  ...draft,
                  repeat: { times: Number(event.target.value), every: draft.repeat?.every ?? '30m' },
                })
              }
            />
            times, each
            <TextInput
              aria-label="How far apart"
              className="w-24!"
              required
              value={draft.repeat.every}
              onChange={(event) =>
                onChange({ ...draft, repeat: { times: draft.repeat?.times ?? 1, every: event.target.value } })
              }
            />
          </div>
        ) : null}
      </fieldset>
      <RowsEditor
        legend="When a step finds nobody"
        help="Told where no later step is left to go to."
        rows={draft.fallback}
        onChange={(fallback) => onChange({ ...draft, fallback })}
        begin={beginTarget}
        add="Add somebody"
        nameOf={(_target, index) => `target ${index + 1}`}
      >
        {(target, change, index) => <TargetFields target={target} onChange={change} label={`fallback ${index + 1}`} />}
      </RowsEditor>
    </>
  );
}
