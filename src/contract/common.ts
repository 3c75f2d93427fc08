import { z } from 'zod';

/** RFC 3339, UTC, milliseconds. */
export const timestampSchema = z.iso.datetime({ precision: 3 });

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
    /** One entry per value that does not fit; `path` is like `body.name`. */
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

/** `GET /health`: every dependency, really asked, with how long it took to answer. */
export const healthSchema = z
  .object({
    status: z.enum(['passing', 'failing']),
    version: z.string(),
    uptimeMs: z.int(),
    checks: z.array(
      z.object({
        name: z.string(),
        status: z.enum(['passing', 'failing']),
        latencyMs: z.number(),
        /** The error's code; its text stays in the log, because health is public. */
        code: z.string().optional(),
      }),
    ),
  })
  .meta({ id: 'Health' });
export type Health = z.infer<typeof healthSchema>;
