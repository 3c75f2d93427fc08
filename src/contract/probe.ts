import { z } from 'zod';
import { severityRankSchema, timestampSchema } from './common.ts';

export const PROBE_KINDS = ['http', 'tcp', 'sql', 'process', 'command'] as const;

export const probeSchema = z
  .object({
    name: z.string(),
    kind: z.enum(PROBE_KINDS),
    title: z.string(),
    severity: severityRankSchema,
    /** `unknown` until the first answer. */
    state: z.enum(['unknown', 'healthy', 'failing']),
    since: timestampSchema.nullable(),
    lastCheckedAt: timestampSchema.nullable(),
    lastReason: z.string().nullable(),
    lastDurationMs: z.number().nullable(),
    intervalMs: z.int(),
    timeoutMs: z.int(),
    consecutiveFailures: z.int(),
    consecutiveSuccesses: z.int(),
    failuresToOpen: z.int(),
    successesToClose: z.int(),
    labels: z.record(z.string(), z.string()),
    nextCheckAt: timestampSchema.nullable(),
  })
  .meta({ id: 'Probe' });
export type Probe = z.infer<typeof probeSchema>;

export const probeSampleSchema = z
  .object({ at: timestampSchema, healthy: z.boolean(), reason: z.string(), durationMs: z.number() })
  .meta({ id: 'ProbeSample' });
export type ProbeSample = z.infer<typeof probeSampleSchema>;
