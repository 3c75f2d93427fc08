import { z } from 'zod';

export const LINT_SEVERITIES = ['error', 'warning'] as const;

/** A change of the text: what lies from `line`:`column` up to (not including) `endLine`:`endColumn` becomes `text`. */
const lintEditSchema = z.object({
  line: z.int(),
  column: z.int(),
  endLine: z.int(),
  endColumn: z.int(),
  text: z.string(),
});
export type LintEdit = z.infer<typeof lintEditSchema>;

/**
 * One finding of `holdfast runbook lint --json`. Lines and columns are 1-based in the file as it is, columns count UTF-16
 * units, the end is exclusive.
 */
export const lintFindingSchema = z
  .object({
    file: z.string(),
    line: z.int(),
    column: z.int(),
    endLine: z.int(),
    endColumn: z.int(),
    rule: z.string(),
    severity: z.enum(LINT_SEVERITIES),
    message: z.string(),
    why: z.string(),
    fix: z.object({ title: z.string(), edits: z.array(lintEditSchema) }).nullable(),
  })
  .meta({ id: 'LintFinding' });
export type LintFinding = z.infer<typeof lintFindingSchema>;
