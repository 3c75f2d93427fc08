import { z } from 'zod';
import { severityRankSchema, timestampSchema } from './common.ts';

export const FINDING_KINDS = ['breach', 'drift', 'anomaly', 'violation'] as const;
export const FINDING_STATUSES = ['open', 'muted', 'accepted', 'fixed'] as const;

export const findingSchema = z
  .object({
    id: z.string(),
    /** Same cause, same fingerprint: sha256 over kind and identifying labels, first 16 hex digits. */
    fingerprint: z.string(),
    kind: z.enum(FINDING_KINDS),
    title: z.string(),
    severity: severityRankSchema,
    status: z.enum(FINDING_STATUSES),
    labels: z.record(z.string(), z.string()),
    /** Newest first: what was seen. */
    evidence: z.array(z.object({ at: timestampSchema, text: z.string(), value: z.json().optional() })),
    openedAt: timestampSchema,
    lastSeenAt: timestampSchema,
    fixedAt: timestampSchema.nullable(),
    /** How often it came back. */
    occurrences: z.int(),
    incidentId: z.string().nullable(),
    reason: z.string().nullable(),
  })
  .meta({ id: 'Finding' });
export type Finding = z.infer<typeof findingSchema>;

/** A new status for a finding, by a person. */
export const changeFindingSchema = z.strictObject({
  status: z.enum(['open', 'muted', 'accepted']),
  reason: z.string().min(3).max(2_000),
});
