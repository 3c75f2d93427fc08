import { sql } from 'kysely';
import type { Queryable, Tx } from '../../platform/db/database.ts';

/** Something that must be heard of again and again: its silence is the alarm. */
export type Heartbeat = {
  name: string;
  everyMs: number;
  graceMs: number;
  labels: Record<string, string>;
  lastAtMs: number;
  missed: boolean;
};

const COLUMNS = sql.raw(`name, every_ms as "everyMs", grace_ms as "graceMs", labels, last_at_ms as "lastAtMs", missed`);

/** One beat. @returns how it was before, null for the first one */
export async function noteBeat(tx: Tx, beat: Omit<Heartbeat, 'missed'>): Promise<Heartbeat | null> {
  const before = await sql<Heartbeat>`select ${COLUMNS} from heartbeats where name = ${beat.name} for update`.execute(
    tx,
  );
  await sql`
    insert into heartbeats (name, every_ms, grace_ms, labels, last_at_ms)
    values (${beat.name}, ${beat.everyMs}, ${beat.graceMs}, ${JSON.stringify(beat.labels)}::jsonb, ${beat.lastAtMs})
    on conflict (name) do update set every_ms = excluded.every_ms, grace_ms = excluded.grace_ms, labels = excluded.labels,
      last_at_ms = greatest(heartbeats.last_at_ms, excluded.last_at_ms), missed = false`.execute(tx);
  return before.rows[0] ?? null;
}

/** Marks it missed when it still is. @returns it, null when it was heard of meanwhile */
export async function markMissed(tx: Tx, name: string, nowMs: number): Promise<Heartbeat | null> {
  const found = await sql<Heartbeat>`
    update heartbeats set missed = true
    where name = ${name} and last_at_ms + every_ms + grace_ms <= ${nowMs} returning ${COLUMNS}`.execute(tx);
  return found.rows[0] ?? null;
}

export async function listHeartbeats(db: Queryable): Promise<Heartbeat[]> {
  const found = await sql<Heartbeat>`select ${COLUMNS} from heartbeats order by name`.execute(db);
  return found.rows;
}

/** @returns what it was, null when there is none */
export async function removeHeartbeat(tx: Tx, name: string): Promise<Heartbeat | null> {
  const found = await sql<Heartbeat>`delete from heartbeats where name = ${name} returning ${COLUMNS}`.execute(tx);
  return found.rows[0] ?? null;
}
