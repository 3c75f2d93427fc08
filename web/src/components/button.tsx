import type { ButtonHTMLAttributes, ReactNode } from 'react';
import { joinClasses } from './join-classes.ts';

export type ButtonLook = 'primary' | 'plain' | 'danger' | 'quiet';

const LOOKS: Record<ButtonLook, string> = {
  primary: 'border-accent bg-accent text-on-accent hover:opacity-90',
  plain: 'border-line-strong bg-raised text-ink hover:bg-hover',
  danger: 'border-bad bg-bad text-on-bad hover:opacity-90',
  quiet: 'border-transparent bg-transparent text-ink hover:bg-hover',
};

/** The classes of a button, for links that look like one. */
export function buttonClasses(look: ButtonLook = 'plain', size: 'normal' | 'large' = 'normal'): string {
  return joinClasses(
    'inline-flex shrink-0 items-center justify-center gap-2 rounded-md border px-3 text-center font-semibold',
    'disabled:opacity-55 aria-disabled:opacity-55',
    size === 'large' ? 'min-h-11 py-2' : 'min-h-8 max-sm:min-h-11 py-1',
    LOOKS[look],
  );
}

type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & {
  look?: ButtonLook;
  size?: 'normal' | 'large';
  /** Shown instead while the server is asked; says what is waited for. */
  pending?: string | false;
  icon?: ReactNode;
};

export function Button({ look = 'plain', size = 'normal', pending = false, icon, children, ...rest }: ButtonProps) {
  const busy = pending !== false;
  return (
    <button
      type="button"
      {...rest}
      disabled={rest.disabled === true || busy}
      aria-busy={busy}
      className={joinClasses(buttonClasses(look, size), rest.className)}
    >
      {icon}
      {busy ? pending : children}
    </button>
  );
}
