import { z } from 'zod';

/** RFC 3339, UTC, milliseconds. */
export const timestampSchema = z.iso.datetime({ precision: 3 });

/** A JSON value. */
export const jsonSchema = z.json();

/** The body of every error answer, `application/problem+json` (RFC 9457). */
export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string(),
    hint: z.string().optional(),
    requestId: z.string(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof problemSchema>;

/** A list answer: the page and where the next one starts. */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), next: z.string().nullable() });
}

export const listQuerySchema = z.object({
  limit: z.coerce.number().int().min(1).max(500).default(50),
  cursor: z.string().max(500).optional(),
});

/** Rank 1 is the worst. The word a team uses for a rank comes from its severity scheme. */
export const severityRankSchema = z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4)]);
export type SeverityRank = z.infer<typeof severityRankSchema>;
