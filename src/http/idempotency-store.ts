import { sql } from 'kysely';
import type { Queryable } from '../platform/db/database.ts';

export type StoredAnswer = { bodySha256: string; status: number; response: unknown };
export type IdempotencyScope = { caller: string; route: string; key: string };

/** How long a key is remembered, by the database's clock. */
export const IDEMPOTENCY_HOURS = 24;

/** Takes the scope for this transaction; false when another request holds it right now. */
export async function claimIdempotencyKey(tx: Queryable, scope: IdempotencyScope): Promise<boolean> {
  const name = JSON.stringify([scope.caller, scope.route, scope.key]);
  const got = await sql<{
    got: boolean;
  }>`select pg_try_advisory_xact_lock(hashtextextended(${name}, 0)) as got`.execute(tx);
  return got.rows[0]?.got ?? false;
}

export async function findStoredAnswer(
  tx: Queryable,
  { caller, route, key }: IdempotencyScope,
): Promise<StoredAnswer | null> {
  const found = await sql<StoredAnswer>`
    select body_sha256 as "bodySha256", status, response from idempotency_keys
    where caller = ${caller} and route = ${route} and key = ${key}
      and created_at > clock_timestamp() - make_interval(hours => ${IDEMPOTENCY_HOURS})`.execute(tx);
  return found.rows[0] ?? null;
}

export async function storeAnswer(
  tx: Queryable,
  { caller, route, key }: IdempotencyScope,
  answer: StoredAnswer,
): Promise<void> {
  await sql`
    insert into idempotency_keys (caller, route, key, body_sha256, status, response)
    values (${caller}, ${route}, ${key}, ${answer.bodySha256}, ${answer.status}, ${JSON.stringify(answer.response)}::jsonb)
    on conflict (caller, route, key) do update
      set body_sha256 = excluded.body_sha256, status = excluded.status, response = excluded.response,
          created_at = clock_timestamp()`.execute(tx);
}

/** Housekeeping. @returns how many were forgotten */
export async function deleteOldIdempotencyKeys(db: Queryable): Promise<number> {
  const gone = await sql`
    delete from idempotency_keys
    where created_at < clock_timestamp() - make_interval(hours => ${IDEMPOTENCY_HOURS})`.execute(db);
  return Number(gone.numAffectedRows ?? 0);
}
