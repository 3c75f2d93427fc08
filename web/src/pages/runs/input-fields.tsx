import type { Plan } from '../../../../src/contract/runbook.ts';
import { Field, TextInput } from '../../components/field.tsx';

const HELP: Partial<Record<Plan['inputTypes'][string], string>> = {
  integer: 'A whole number.',
  port: 'A port, 1 to 65535.',
  percent: 'A percentage, 0 to 100.',
  host: 'A host name or address.',
  url: 'An address with http:// or https://.',
  arn: 'An Amazon resource name.',
  timestamp: 'A time such as 2026-11-21T09:00:00Z.',
  duration: 'A duration such as 30s, 5m or 2h.',
  secret: 'Kept sealed, and blotted out of every output.',
  target: 'The name of a target in holdfast.yaml.',
};

/** A field per input of the procedure; what has a default may stay empty. */
export function InputFields({
  shape,
  values,
  onChange,
}: {
  /** The plan without any input given: its inputs are the defaults. */
  shape: Plan;
  values: Readonly<Record<string, string>>;
  onChange: (name: string, value: string) => void;
}) {
  const names = [...new Set([...shape.missingInputs, ...Object.keys(shape.inputTypes), ...Object.keys(shape.inputs)])];
  if (names.length === 0) return <p className="mb-4 text-quiet">This procedure takes no inputs.</p>;
  return (
    <fieldset className="mb-4 grid grid-cols-1 gap-4 sm:grid-cols-2">
      <legend className="mb-2 text-lead font-semibold">Inputs</legend>
      {names.map((name) => {
        const type = shape.inputTypes[name] ?? 'string';
        const fallback = shape.inputs[name];
        const required = shape.missingInputs.includes(name);
        return (
          <Field
            key={name}
            label={
              <>
                {name}
                {required ? null : (
                  <span className="font-normal text-quiet">
                    {fallback === undefined ? ' (else asked during the run)' : ' (optional)'}
                  </span>
                )}
              </>
            }
            help={HELP[type]}
          >
            {(attributes) => (
              <TextInput
                {...attributes}
                required={required}
                type={type === 'secret' ? 'password' : 'text'}
                placeholder={fallback}
                value={values[name] ?? ''}
                onChange={(event) => onChange(name, event.target.value)}
              />
            )}
          </Field>
        );
      })}
    </fieldset>
  );
}
