import type { ReactNode } from 'react';
import { Field, SELECT_CLASSES } from './field.tsx';

export type SelectOption = { value: string | number; label: string; title?: string };

/** A label above a list to choose one of. What is chosen arrives as text, as the browser gives it. */
export function SelectField({
  label,
  help,
  wrong,
  value,
  options,
  none,
  required = false,
  onChange,
}: {
  label: ReactNode;
  help?: ReactNode;
  wrong?: string | null | undefined;
  value: string | number;
  options: readonly SelectOption[];
  /** What stands for the empty value; without it there is none. */
  none?: string | undefined;
  required?: boolean;
  onChange: (value: string) => void;
}): ReactNode {
  return (
    <Field label={label} help={help} wrong={wrong}>
      {(attributes) => (
        <select
          {...attributes}
          required={required}
          className={SELECT_CLASSES}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        >
          {none === undefined ? null : <option value="">{none}</option>}
          {options.map((option) => (
            <option key={option.value} value={option.value} title={option.title}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** Options of things that are known by their name. */
export function optionsOfNames(named: readonly { name: string }[]): SelectOption[] {
  return named.map(({ name }) => ({ value: name, label: name }));
}
