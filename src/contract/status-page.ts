import { z } from 'zod';
import { timestampSchema } from './common.ts';

export const COMPONENT_STATUSES = [
  'operational',
  'degraded_performance',
  'partial_outage',
  'major_outage',
  'under_maintenance',
] as const;
export const NOTICE_IMPACTS = ['none', 'minor', 'major', 'critical'] as const;
export const INCIDENT_NOTICE_STATUSES = ['investigating', 'identified', 'monitoring', 'resolved'] as const;
export const MAINTENANCE_STATUSES = ['scheduled', 'in_progress', 'verifying', 'completed'] as const;

const publicText = (most: number) => z.string().trim().min(1).max(most);
const componentStatusSchema = z.enum(COMPONENT_STATUSES);

export const statusComponentSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    description: z.string(),
    group: z.string().nullable(),
    place: z.int(),
    status: componentStatusSchema,
    showcase: z.boolean(),
    updatedAt: timestampSchema,
  })
  .meta({ id: 'StatusComponent' });
export type StatusComponent = z.infer<typeof statusComponentSchema>;

export const createStatusComponentSchema = z.strictObject({
  name: publicText(100),
  description: z.string().trim().max(500).default(''),
  group: publicText(100).nullable().default(null),
  /** Order on the page; after the last one unless given. */
  place: z.int().min(0).max(10_000).optional(),
  showcase: z.boolean().default(true),
});
export const changeStatusComponentSchema = z.strictObject({
  name: publicText(100).optional(),
  description: z.string().trim().max(500).optional(),
  group: publicText(100).nullable().optional(),
  place: z.int().min(0).max(10_000).optional(),
  showcase: z.boolean().optional(),
  status: componentStatusSchema.optional(),
});

/** Who hears of updates without looking. */
export const statusSubscriberSchema = z
  .object({
    id: z.string(),
    kind: z.enum(['email', 'webhook']),
    address: z.string().describe('Of a webhook the host only.'),
    confirmedAt: timestampSchema.nullable().describe('Null until they said yes.'),
    createdAt: timestampSchema,
    failed: z.int().describe('Messages that could not be brought there.'),
    reason: z.string().nullable().describe('Why the last of them could not.'),
  })
  .meta({ id: 'StatusSubscriber' });
export type StatusSubscriber = z.infer<typeof statusSubscriberSchema>;

export const addStatusSubscriberSchema = z.strictObject({
  kind: z.enum(['email', 'webhook']),
  address: z.string().trim().min(3).max(2_000),
});

const affectedSchema = z
  .array(z.strictObject({ component: z.string().max(100), status: componentStatusSchema }))
  .max(200)
  .default([]);

/** What every message to customers must say; a message that lacks one of these is not published. */
export const publicMessageSchema = z.strictObject({
  /** What customers notice. */
  impact: publicText(1_000),
  /** What is done about it, or what it was. */
  status: publicText(2_000),
  /** Share of customers, in percent. */
  affectedPercent: z.number().min(0).max(100).nullable().default(null),
  /** When it is expected to be over. */
  eta: timestampSchema.nullable().default(null),
  /** In how many minutes customers hear again; 0 with the last message. */
  nextUpdateMinutes: z
    .int()
    .min(0)
    .max(24 * 60),
});
export type PublicMessage = z.infer<typeof publicMessageSchema>;

export const publishIncidentSchema = z.strictObject({
  name: publicText(200),
  impact: z.enum(NOTICE_IMPACTS),
  status: z.enum(INCIDENT_NOTICE_STATUSES).default('investigating'),
  startedAt: timestampSchema.optional(),
  /** The incident it is about, for those who handle it; never shown to the public. */
  incidentId: z.string().max(100).nullable().default(null),
  affected: affectedSchema,
  message: publicMessageSchema,
});
/** What an escalation wrote for the public; nobody reads it before a person published it. */
export const statusDraftSchema = z
  .object({
    id: z.string(),
    incidentId: z.string(),
    name: z.string(),
    impact: z.enum(NOTICE_IMPACTS),
    /** What customers notice. */
    message: z.string(),
    createdAt: timestampSchema,
  })
  .meta({ id: 'StatusDraft' });
export type StatusDraft = z.infer<typeof statusDraftSchema>;

export const updateNoticeSchema = z.strictObject({
  status: z.enum([...INCIDENT_NOTICE_STATUSES, ...MAINTENANCE_STATUSES]),
  impact: z.enum(NOTICE_IMPACTS).optional(),
  affected: affectedSchema,
  message: publicMessageSchema,
});
export const scheduleMaintenanceSchema = z.strictObject({
  name: publicText(200),
  body: publicText(5_000),
  scheduledFor: timestampSchema,
  scheduledUntil: timestampSchema,
  affected: z.array(z.string().max(100)).max(200).default([]),
  /** Alerts with these matchers are silenced for the time. */
  silence: z.array(z.string().min(1).max(1_000)).max(50).default([]),
  /** Completed by itself at its end. */
  autoClose: z.boolean().default(true),
});

export const statusNoticeSchema = z
  .object({
    id: z.string(),
    kind: z.enum(['incident', 'maintenance']),
    name: z.string(),
    impact: z.string(),
    status: z.string(),
    incidentId: z.string().nullable(),
    scheduledFor: timestampSchema.nullable(),
    scheduledUntil: timestampSchema.nullable(),
    startedAt: timestampSchema,
    resolvedAt: timestampSchema.nullable(),
    nextUpdateAt: timestampSchema.nullable(),
    updates: z.array(z.object({ id: z.string(), status: z.string(), body: z.string(), at: timestampSchema })),
  })
  .meta({ id: 'StatusNotice' });
export type StatusNotice = z.infer<typeof statusNoticeSchema>;
