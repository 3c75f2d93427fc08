import { sql } from 'kysely';
import type { Tx } from '../../platform/db/database.ts';

/**
 * A sender names an alert by a key of its own, we by its labels: this says which labels a key meant. Locked by the row,
 * so that a trigger and a resolve of one key come one after the other.
 * @returns the labels it had, null when it is new or over
 */
export async function takeSentEvent(tx: Tx, sender: string, key: string): Promise<Record<string, string> | null> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`${sender} ${key}`}, 7))`.execute(tx);
  const found = await sql<{ labels: Record<string, string> }>`
    select labels from sent_events where sender = ${sender} and key = ${key} and status = 'firing'`.execute(tx);
  return found.rows[0]?.labels ?? null;
}

/** Remembers what a key means now. */
export async function keepSentEvent(
  tx: Tx,
  event: { sender: string; key: string; labels: Record<string, string>; status: 'firing' | 'resolved' },
): Promise<void> {
  await sql`
    insert into sent_events (sender, key, labels, status) values (${event.sender}, ${event.key}, ${JSON.stringify(event.labels)}::jsonb, ${event.status})
    on conflict (sender, key) do update set labels = excluded.labels, status = excluded.status, updated_at = clock_timestamp()`.execute(
    tx,
  );
}
