import { z } from 'zod';
import { severityRankSchema, timestampSchema } from './common.ts';
import { userNameSchema } from './identity.ts';

/** A way in which a person can be reached. Nothing goes there before its owner entered the code that was sent to it. */
export const contactMethodSchema = z
  .object({
    id: z.string(),
    user: z.string(),
    kind: z.string(),
    label: z.string(),
    address: z.string(),
    verifiedAt: timestampSchema.nullable(),
    createdAt: timestampSchema,
  })
  .meta({ id: 'ContactMethod' });
export type ContactMethod = z.infer<typeof contactMethodSchema>;

export const createContactMethodSchema = z
  .strictObject({
    /** The caller unless given; others only by an administrator. */
    user: userNameSchema.optional(),
    kind: z.string().min(1).max(40),
    label: z.string().trim().min(1).max(100).optional(),
    address: z.string().trim().min(1).max(2_000),
    /** Key of the signature, where the kind signs. */
    secret: z.string().min(8, 'at least 8 characters').max(500).optional(),
  })
  .meta({ id: 'CreateContactMethod' });
export type CreateContactMethod = z.infer<typeof createContactMethodSchema>;

export const sendOutcomeSchema = z.object({
  outcome: z.enum(['sent', 'uncertain', 'refused', 'try-later']),
  reason: z.string().nullable(),
});
export type SendOutcome = z.infer<typeof sendOutcomeSchema>;
/** How sending the code to it went. */
export const createdContactMethodSchema = z.object({ method: contactMethodSchema, code: sendOutcomeSchema });
export type CreatedContactMethod = z.infer<typeof createdContactMethodSchema>;
export const verifyContactMethodSchema = z.strictObject({
  code: z.string().regex(/^\d{6}$/, 'the six digits that were sent'),
});

/** A kind of contact method: whether one can be made here, or why not. */
export const contactKindSchema = z.object({
  kind: z.string(),
  title: z.string(),
  available: z.boolean(),
  address: z.string(),
  needsSecret: z.boolean(),
});
export type ContactKindInfo = z.infer<typeof contactKindSchema>;

/** When which of a person's methods is used. Without a rule that fits, all verified ones at once. */
export const notificationRuleSchema = z.strictObject({
  severities: z.array(severityRankSchema).min(1).max(4).optional(),
  /** Id of one of the person's contact methods. */
  method: z.string().max(100),
  /** After so many minutes without an acknowledgement. */
  afterMinutes: z.int().min(0).max(1_440).default(0),
});
export const notificationRulesSchema = z
  .strictObject({ rules: z.array(notificationRuleSchema).max(50) })
  .meta({ id: 'NotificationRules' });
export type NotificationRule = z.infer<typeof notificationRuleSchema>;

export const testPageSchema = z.strictObject({ user: userNameSchema });
/** What became of a test page by each method of a person. */
export const testPageResultSchema = z
  .object({
    user: z.string(),
    results: z.array(
      sendOutcomeSchema.extend({ method: z.string(), kind: z.string(), label: z.string(), verified: z.boolean() }),
    ),
  })
  .meta({ id: 'TestPageResult' });
export type TestPageResult = z.infer<typeof testPageResultSchema>;
