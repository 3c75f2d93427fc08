import { sql } from 'kysely';
import type { Database, Queryable, Tx } from '../../../platform/db/database.ts';

/** A room in which there is something to do. */
export type DueRoom = {
  incidentId: string;
  name: string;
  title: string;
  place: string | null;
  thread: string | null;
  toldSeq: number;
  attempt: number;
};
export type RoomEntry = { seq: number; at: Date; actor: string; text: string };

/** A new incident will have a room. */
export async function wantRoom(tx: Tx, incidentId: string, name: string, at: Date): Promise<void> {
  await sql`
    insert into incident_rooms (incident_id, name, opened_at) values (${incidentId}, ${name}, ${at})
    on conflict do nothing`.execute(tx);
}

/** Takes a room that has to be opened or told something. Another process leaves it alone until `busyUntil`. */
export async function claimRoom(
  database: Database,
  { now, busyUntil }: { now: Date; busyUntil: Date },
): Promise<DueRoom | null> {
  const { rows } = await sql<DueRoom>`
    update incident_rooms r set busy_until = ${busyUntil}, attempts = r.attempts + 1
    from (
      select d.incident_id, i.title from incident_rooms d join incidents i on i.id = d.incident_id
      where d.state = 'following' and (d.busy_until is null or d.busy_until <= ${now})
        and (d.next_attempt_at is null or d.next_attempt_at <= ${now})
        and (d.place is null or exists (
          select from timeline_entries t where t.incident_id = d.incident_id and t.seq > d.told_seq)
          or i.status = 'closed')
      order by d.opened_at limit 1 for update of d skip locked) due
    where r.incident_id = due.incident_id
    returning r.incident_id as "incidentId", r.name, due.title, r.place, r.thread, r.told_seq as "toldSeq",
      r.attempts as attempt`.execute(database.db);
  return rows[0] ?? null;
}

/** What has not been told yet, the oldest first. */
export async function readUntold(db: Queryable, room: DueRoom, most: number): Promise<RoomEntry[]> {
  const { rows } = await sql<RoomEntry>`
    select seq, at, actor, text from timeline_entries
    where incident_id = ${room.incidentId} and seq > ${room.toldSeq} order by seq limit ${most}`.execute(db);
  return rows;
}

/** The room is there, or was told up to an entry; what was tried before no longer counts. */
export async function recordRoom(
  db: Queryable,
  incidentId: string,
  done: { place?: string; thread?: string | null; toldSeq?: number },
): Promise<void> {
  await sql`
    update incident_rooms set place = coalesce(${done.place ?? null}, place), thread = coalesce(${done.thread ?? null}, thread),
      told_seq = greatest(told_seq, ${done.toldSeq ?? 0}), attempts = 0, busy_until = null, next_attempt_at = null,
      reason = null
    where incident_id = ${incidentId}`.execute(db);
}

/** It did not work: to be tried again, or given up. */
export async function recordRoomTrouble(
  db: Queryable,
  incidentId: string,
  trouble: { reason: string; nextAttemptAt: Date | null },
): Promise<void> {
  await sql`
    update incident_rooms set reason = ${trouble.reason}, busy_until = null, next_attempt_at = ${trouble.nextAttemptAt},
      state = ${trouble.nextAttemptAt === null ? 'failed' : 'following'}
    where incident_id = ${incidentId}`.execute(db);
}

/** The incident is closed and everything was told. */
export async function endRoom(db: Queryable, incidentId: string): Promise<void> {
  await sql`update incident_rooms set state = 'over', busy_until = null where incident_id = ${incidentId}`.execute(db);
}

/** When the next one is to be tried again. */
export async function nextRoomDue(db: Queryable): Promise<Date | null> {
  const { rows } = await sql<{ at: Date | null }>`
    select min(greatest(coalesce(next_attempt_at, busy_until), coalesce(busy_until, next_attempt_at))) as at
    from incident_rooms where state = 'following' and (next_attempt_at is not null or busy_until is not null)`.execute(
    db,
  );
  return rows[0]?.at ?? null;
}
