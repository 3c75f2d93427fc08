import type { Plan } from '../../../../src/contract/runbook.ts';
import { Field, SELECT_CLASSES, TextInput } from '../../components/field.tsx';

export type StartOptions = { from: string | null; environment: string; dryRun: boolean };

/** Where a run is carried out, from which step on, and whether it only looks. */
export function StartOptionFields({
  plan,
  options,
  onChange,
}: {
  plan: Plan;
  options: StartOptions;
  onChange: (options: StartOptions) => void;
}) {
  const starts = plan.steps.filter((step) => step.within === undefined);
  const known = starts.some((step) => step.id === options.from);
  return (
    <fieldset className="mb-4 grid grid-cols-1 gap-4 sm:grid-cols-2">
      <legend className="mb-2 text-lead font-semibold">How</legend>
      <Field
        label={
          <>
            Environment <span className="font-normal text-quiet">(optional)</span>
          </>
        }
        help="A name under environments in holdfast.yaml: its variables and credentials are used."
      >
        {(attributes) => (
          <TextInput
            {...attributes}
            autoCapitalize="none"
            value={options.environment}
            onChange={(event) => onChange({ ...options, environment: event.target.value })}
          />
        )}
      </Field>
      <Field
        label="Start at"
        help={known ? 'The steps before it are left out, and recorded as skipped.' : undefined}
        wrong={options.from !== null && !known ? `This procedure has no step “${options.from}”.` : null}
      >
        {(attributes) => (
          <select
            {...attributes}
            className={SELECT_CLASSES}
            value={known ? (options.from ?? '') : ''}
            onChange={(event) => onChange({ ...options, from: event.target.value === '' ? null : event.target.value })}
          >
            <option value="">the first step</option>
            {starts.slice(1).map((step, index) => (
              <option key={step.id} value={step.id}>
                {index + 2}. {step.title}
              </option>
            ))}
          </select>
        )}
      </Field>
      <label className="flex min-h-9 items-start gap-2.5 sm:col-span-2">
        <input
          type="checkbox"
          className="mt-0.5 size-4 shrink-0"
          checked={options.dryRun}
          onChange={(event) => onChange({ ...options, dryRun: event.target.checked })}
        />
        <span>
          <span className="font-semibold">Dry run</span>
          <span className="block text-quiet">
            Carries out only what observes. Steps that change something are left out, and shown as left out.
          </span>
        </span>
      </label>
    </fieldset>
  );
}
