import type { Environment } from '../../../../src/contract/environment.ts';
import type { Plan } from '../../../../src/contract/runbook.ts';
import { optionsOfNames, SelectField } from '../../components/select-field.tsx';

export type StartOptions = { from: string | null; environment: string; dryRun: boolean };

/** Where a run is carried out, from which step on, and whether it only looks. */
export function StartOptionFields({
  plan,
  environments,
  options,
  onChange,
}: {
  plan: Plan;
  /** Undefined while they are asked for. */
  environments: readonly Environment[] | undefined;
  options: StartOptions;
  onChange: (options: StartOptions) => void;
}) {
  const starts = plan.steps.filter((step) => step.within === undefined);
  const place = environments?.find((each) => each.name === options.environment);
  const isNowhere = environments !== undefined && options.environment !== '' && place === undefined;
  const known = starts.some((step) => step.id === options.from);
  return (
    <fieldset className="mb-4 grid grid-cols-1 gap-4 sm:grid-cols-2">
      <legend className="mb-2 text-lead font-semibold">How</legend>
      {environments?.length === 0 && options.environment === '' ? null : (
        <SelectField
          label={
            <>
              Environment <span className="font-normal text-quiet">(optional)</span>
            </>
          }
          help={place ? placeWords(place) : 'Its variables, credentials and targets are used.'}
          wrong={isNowhere ? `The configuration has no environment “${options.environment}”.` : null}
          value={place?.name ?? ''}
          none="none"
          options={optionsOfNames(environments ?? [])}
          onChange={(value) => onChange({ ...options, environment: value })}
        />
      )}
      <SelectField
        label="Start at"
        help={known ? 'The steps before it are left out, and recorded as skipped.' : undefined}
        wrong={options.from !== null && !known ? `This procedure has no step “${options.from}”.` : null}
        value={known ? (options.from ?? '') : ''}
        none="the first step"
        options={starts.slice(1).map((step, index) => ({ value: step.id, label: `${index + 2}. ${step.title}` }))}
        onChange={(value) => onChange({ ...options, from: value === '' ? null : value })}
      />
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

/** What a run gets there, by name. */
function placeWords({ variables, secrets, targets }: Environment): string {
  const moved = targets.filter((each) => each.name !== each.target).map((each) => `${each.name} means ${each.target}`);
  const given = [...variables, ...secrets];
  return [given.length > 0 ? `Gives ${given.join(', ')}.` : '', moved.length > 0 ? `${moved.join(', ')}.` : '']
    .filter((part) => part !== '')
    .join(' ');
}
