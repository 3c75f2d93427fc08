import { z } from 'zod';
import { timestampSchema } from './common.ts';
import { incidentSeveritySchema, incidentStatusSchema } from './incident.ts';

/** What a line of a postmortem's timeline is; the first five are the moments every postmortem has. */
export const POSTMORTEM_MOMENTS = ['alert', 'acknowledged', 'root-cause', 'mitigated', 'restored', 'note'] as const;

/** Markdown of a person: paragraphs, lists, code. Control characters other than line breaks and tabs are no text. */
const proseSchema = z
  .string()
  .max(20_000)
  .regex(/^[^\p{Cc}\p{Cs}]*(?:[\n\r\t][^\p{Cc}\p{Cs}]*)*$/u, 'text without control characters')
  .default('');
const lineSchema = z
  .string()
  .trim()
  .min(1)
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'one line of text');

export const actionItemSchema = z.strictObject({
  text: lineSchema.max(500),
  /** Who does it; a name, a team, a role. */
  owner: lineSchema.max(100).nullable().default(null),
  due: z.iso.date().nullable().default(null),
  done: z.boolean().default(false),
});
export type ActionItem = z.infer<typeof actionItemSchema>;

/** What people write. Number, date, duration and severity are those of the incident and not written twice. */
export const writePostmortemSchema = z.strictObject({
  summary: proseSchema,
  services: z.array(lineSchema.max(200)).max(50).default([]),
  timeline: z
    .array(z.strictObject({ at: timestampSchema, moment: z.enum(POSTMORTEM_MOMENTS), text: lineSchema.max(2_000) }))
    .max(500)
    .default([]),
  rootCause: proseSchema,
  resolution: proseSchema,
  actionItems: z.array(actionItemSchema).max(100).default([]),
});
export type PostmortemBody = z.infer<typeof writePostmortemSchema>;

export const postmortemSchema = z
  .object({
    incidentId: z.string(),
    number: z.string(),
    title: z.string(),
    status: incidentStatusSchema,
    severity: incidentSeveritySchema,
    startedAt: timestampSchema,
    /** From opened to resolved; null while it is not over. */
    durationMs: z.int().nullable(),
    /** 0: a draft from the timeline that nobody has written over yet. */
    version: z.int(),
    writtenAt: timestampSchema.nullable(),
    writtenBy: z.string().nullable(),
    ...writePostmortemSchema.shape,
  })
  .meta({ id: 'Postmortem' });
export type Postmortem = z.infer<typeof postmortemSchema>;

export const postmortemVersionSchema = z
  .object({ version: z.int(), writtenAt: timestampSchema, writtenBy: z.string() })
  .meta({ id: 'PostmortemVersion' });
