import { type InputHTMLAttributes, type ReactNode, type TextareaHTMLAttributes, useId } from 'react';
import { joinClasses } from './join-classes.ts';

const BOX =
  'w-full rounded-md border border-line-strong bg-page px-2.5 text-ink placeholder:text-quiet disabled:opacity-55 max-sm:text-lead';

/** A label above its control, with help or what is wrong below it. */
export function Field({
  label,
  help,
  wrong,
  children,
}: {
  label: ReactNode;
  help?: ReactNode;
  wrong?: string | null | undefined;
  children: (attributes: { id: string; 'aria-describedby'?: string; 'aria-invalid'?: true }) => ReactNode;
}) {
  const id = useId();
  const described = help || wrong ? `${id}-help` : undefined;
  return (
    <div className="min-w-0">
      <label htmlFor={id} className="mb-1 block font-semibold break-anywhere">
        {label}
      </label>
      {children({
        id,
        ...(described ? { 'aria-describedby': described } : {}),
        ...(wrong ? { 'aria-invalid': true as const } : {}),
      })}
      {described ? (
        <div id={described} className={joinClasses('mt-1 text-small', wrong ? 'text-bad' : 'text-quiet')}>
          {wrong ?? help}
        </div>
      ) : null}
    </div>
  );
}

export function TextInput(props: InputHTMLAttributes<HTMLInputElement>) {
  return (
    <input
      autoComplete="off"
      spellCheck={false}
      {...props}
      className={joinClasses(BOX, 'h-9 max-sm:h-11', props.className)}
    />
  );
}

export function TextArea(props: TextareaHTMLAttributes<HTMLTextAreaElement>) {
  return <textarea rows={2} {...props} className={joinClasses(BOX, 'block py-1.5', props.className)} />;
}

export const SELECT_CLASSES = `${BOX} h-9 max-sm:h-11`;
