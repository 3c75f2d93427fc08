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

export const EVIDENCE_KINDS = ['finding', 'anomaly', 'alert', 'run', 'link'] as const;
/** What shows that it was so: findings and runs of the incident by their ids, anything else by its address. */
export const evidenceSchema = z
  .strictObject({
    kind: z.enum(EVIDENCE_KINDS),
    text: lineSchema.max(500),
    /** Of the finding (anomalies and alerts are findings too) or the run. */
    ref: z
      .string()
      .regex(/^(?:fnd|run)_[a-z0-9]{10,60}$/, 'the id of a finding or a run')
      .nullable()
      .default(null),
    url: z
      .url({ protocol: /^https?$/, error: 'an address that begins with http:// or https://' })
      .max(2_000)
      .nullable()
      .default(null),
  })
  .refine(({ kind, ref, url }) => (kind === 'link' ? ref === null && url !== null : ref !== null && url === null), {
    error: 'a link has a url and no ref, everything else a ref and no url',
  })
  .refine(({ kind, ref }) => ref === null || ref.startsWith('run_') === (kind === 'run'), {
    path: ['ref'],
    error: 'is not the id of such a thing: runs begin with run_, everything else with fnd_',
  });
export type Evidence = z.infer<typeof evidenceSchema>;

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
  evidence: z.array(evidenceSchema).max(200).default([]),
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
