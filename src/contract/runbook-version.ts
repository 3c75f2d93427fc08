import { z } from 'zod';
import { timestampSchema } from './common.ts';
import { riskSchema } from './runbook.ts';

/** One version of a runbook; `sha256` null says that the file was removed then. */
export const runbookVersionSchema = z
  .object({
    path: z.string(),
    sha256: z.string().nullable(),
    title: z.string(),
    /** Commit it came with, where its folder is a git repository Holdfast follows. */
    origin: z.string().nullable(),
    seenAt: timestampSchema,
    current: z.boolean(),
  })
  .meta({ id: 'RunbookVersion' });
export type RunbookVersion = z.infer<typeof runbookVersionSchema>;

const comparedStepSchema = z.object({
  id: z.string(),
  title: z.string(),
  line: z.int(),
  risk: riskSchema.nullable(),
  body: z.string(),
});

/** What became of one step between two versions. */
export const stepChangeSchema = z.object({
  procedure: z.string(),
  change: z.enum(['added', 'removed', 'changed', 'moved']),
  /** Whether the procedure does more harm with it than without. */
  risk: z.enum(['riskier', 'safer', 'same']),
  before: comparedStepSchema.nullable(),
  after: comparedStepSchema.nullable(),
});
export type StepChange = z.infer<typeof stepChangeSchema>;

/** What differs between two versions of a runbook in what it would do. */
export const runbookComparisonSchema = z
  .object({
    before: z.object({ path: z.string(), sha256: z.string() }),
    after: z.object({ path: z.string(), sha256: z.string() }),
    changes: z.array(stepChangeSchema),
    inputs: z.object({ added: z.array(z.string()), removed: z.array(z.string()) }),
    /** The worst of the changes. */
    risk: z.enum(['riskier', 'safer', 'same']),
  })
  .meta({ id: 'RunbookComparison' });
export type RunbookComparison = z.infer<typeof runbookComparisonSchema>;

/** Where words were found; `excerpts` have them between « and ». */
export const runbookHitSchema = z
  .object({ path: z.string(), title: z.string(), sha256: z.string(), excerpts: z.array(z.string()) })
  .meta({ id: 'RunbookHit' });
export type RunbookHit = z.infer<typeof runbookHitSchema>;
