import { HoldfastError } from '../platform/errors/holdfast-error.ts';

/** The cursor after which a list goes on: opaque to callers, so that what stands in it may change. */
export function encodeCursor(place: string | number): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** @throws HoldfastError `cursor.malformed` */
export function decodeCursor(cursor: string | undefined, kind: 'string'): string | null;
export function decodeCursor(cursor: string | undefined, kind: 'number'): number | null;
export function decodeCursor(cursor: string | undefined, kind: 'string' | 'number'): string | number | null {
  if (cursor === undefined) return null;
  try {
    const place = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as string | number;
    const fits = kind === 'string' ? typeof place === 'string' : Number.isSafeInteger(place);
    // The decoder skips what is not base64; only what this list would write itself counts.
    if (fits && encodeCursor(place) === cursor) return place;
  } catch {
    // Falls through to the refusal.
  }
  throw new HoldfastError({
    code: 'cursor.malformed',
    kind: 'invalid',
    message: 'the cursor is not one this list gave out',
    hint: 'Pass the `next` of the page before, unchanged, or leave it out.',
  });
}

/**
 * A page of rows read with `limit + 1`: the extra one only says that there is more.
 * @param placeOf where the next page starts: the key of this page's last row
 */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  options: { item: (row: Row) => Item; placeOf: (row: Row) => string | number },
): { items: Item[]; next: string | null } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(options.item),
    next: rows.length > limit && last !== undefined ? encodeCursor(options.placeOf(last)) : null,
  };
}
