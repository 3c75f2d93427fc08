import { z } from 'zod';

/** Paging every list has: `limit`, and `cursor` as the page before gave it. */
export const pageQuerySchema = z.object({
  limit: z.coerce.number().int().min(1).max(500).default(50),
  cursor: z.string().max(100).optional(),
});

/**
 * A page of things listed newest first by id. Ask the store for one more than the limit.
 * @param rows up to `limit + 1` of them
 */
export function toPage<Item extends { id: string }>(
  rows: readonly Item[],
  limit: number,
): { items: Item[]; next: string | null } {
  const items = rows.slice(0, limit);
  return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}

export const idParamsSchema = z.object({ id: z.string().max(100) });
