import { HoldfastError } from '../../platform/errors/holdfast-error.ts';

/** A document that says something it may not, with the line to look at (1-based). */
export function runbookProblem(file: string, line: number, what: string, hint: string): HoldfastError {
  return new HoldfastError({ code: 'runbook.invalid', kind: 'invalid', message: `${file}:${line}: ${what}`, hint });
}
