import { sql } from 'kysely';
import type { Queryable } from '../../platform/db/database.ts';

export type OutboxRow = {
  position: number;
  kind: string;
  aggregate: string;
  body: object;
  actor: string;
  at: Date;
  recordedAt: Date;
};

/** Stamped events after a position, in order. */
export async function listEventsAfter(db: Queryable, after: number, limit: number): Promise<OutboxRow[]> {
  const found = await sql<OutboxRow>`
    select position, kind, aggregate, body, actor, at, recorded_at as "recordedAt" from outbox
    where position > ${after} order by position limit ${limit}`.execute(db);
  return found.rows;
}

/** The newest position given so far, and the oldest event still kept (null when none is). */
export async function readEventRange(db: Queryable): Promise<{ newest: number; oldest: number | null }> {
  const found = await sql<{ newest: number; oldest: number | null }>`
    select position as newest, (select min(position) from outbox where position is not null) as oldest from sequencer`.execute(
    db,
  );
  return found.rows[0]!;
}
