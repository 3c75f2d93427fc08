import type { ErrorKind } from './holdfast-error.ts';

/** Process exit codes promised to scripts (docs/cli.md). A crash must never look like a finding. */
export const EXIT = {
  ok: 0,
  found: 1,
  invalid: 2,
  unavailable: 3,
  denied: 4,
  waiting: 5,
  internal: 70,
  interrupted: 130,
} as const;

const EXIT_BY_KIND: Record<ErrorKind, number> = {
  invalid: EXIT.invalid,
  missing: EXIT.invalid,
  conflict: EXIT.invalid,
  denied: EXIT.denied,
  throttled: EXIT.unavailable,
  unavailable: EXIT.unavailable,
  bug: EXIT.internal,
};

/** The exit code of a command that ended with an error of this kind. */
export function exitCodeFor(kind: ErrorKind): number {
  return EXIT_BY_KIND[kind];
}
