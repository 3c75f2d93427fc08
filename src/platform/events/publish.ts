import { sql } from 'kysely';
import type { Queryable } from '../db/database.ts';

/** One fact for the outbox. `kind` and `body` follow contract/events.ts. */
export type PublishedEvent = {
  kind: string;
  /** What it is about: `incident:inc_…`. Events of one aggregate are delivered in order. */
  aggregate: string;
  body: object;
  /** Who caused it: `user:ada`, `key:ci`, `system`. */
  actor: string;
  /** Domain time. */
  at: Date;
};

/**
 * Writes events in the transaction of their cause. They become visible to relays once the sequencer stamped them:
 * call `wakeups.kick('outbox')` after the commit.
 */
export async function publish(tx: Queryable, events: readonly PublishedEvent[]): Promise<void> {
  if (events.length === 0) return;
  const rows = JSON.stringify(events.map((event) => ({ ...event, at: event.at.toISOString() })));
  await sql`
    insert into outbox (kind, aggregate, body, actor, at)
    select kind, aggregate, body, actor, at
    from jsonb_to_recordset(${rows}::jsonb) as e(kind text, aggregate text, body jsonb, actor text, at timestamptz)
  `.execute(tx);
}
