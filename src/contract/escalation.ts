import { z } from 'zod';
import { timestampSchema } from './common.ts';
import { policySpecSchema } from './oncall.ts';

const firedStepSchema = z.object({
  round: z.int(),
  step: z.int(),
  name: z.string(),
  /** What made it fire. */
  cause: z.enum(['unacked', 'unresolved', 'severity', 'nobody-before', 'by-hand']),
  dueAt: timestampSchema,
  firedAt: timestampSchema,
  /** Users and channels that were paged. */
  paged: z.array(z.string()),
  /** What a person was asked to do. Nothing of it was done by Holdfast. */
  asked: z.array(z.string()),
  /** Targets behind which nobody was found, and why. */
  missing: z.array(z.string()),
});
export type FiredStep = z.infer<typeof firedStepSchema>;

/** An escalation as it was and as it would go on if nothing changed. */
export const escalationSchema = z
  .object({
    id: z.string(),
    incidentId: z.string(),
    policy: z.string(),
    policyVersion: z.int(),
    team: z.string().nullable(),
    startedAt: timestampSchema,
    endedAt: timestampSchema.nullable(),
    endedBecause: z.string().nullable(),
    fired: z.array(firedStepSchema),
    toCome: z.array(firedStepSchema.pick({ round: true, step: true, name: true, cause: true, dueAt: true })),
    /** The policy as it was when the escalation began. */
    snapshot: policySpecSchema,
  })
  .meta({ id: 'Escalation' });
export type Escalation = z.infer<typeof escalationSchema>;

/** A step as it would fire for an incident that opened now and that nobody answered. */
export const policyPreviewSchema = firedStepSchema
  .pick({ round: true, step: true, name: true, cause: true, dueAt: true, missing: true })
  .extend({
    /** How long after the incident opened. */
    afterMs: z.int(),
    users: z.array(z.string()),
    channels: z.array(z.string()),
    /** What it does besides paging. */
    others: z.array(z.string()),
  })
  .meta({ id: 'PolicyPreview' });
export type PolicyPreview = z.infer<typeof policyPreviewSchema>;

export const escalateNowSchema = z.strictObject({
  /** Begins this policy where none is running. */
  policy: z.string().max(64).optional(),
  team: z.string().max(64).optional(),
  reason: z.string().trim().min(3).max(500).optional(),
});
