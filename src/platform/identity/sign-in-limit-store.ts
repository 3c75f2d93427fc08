import { sql } from 'kysely';
import type { Queryable } from '../db/database.ts';

/**
 * Counts an attempt before it is judged, so that many at once cannot slip under the limit together.
 * @returns how many this window has seen with this one, and when it ends
 */
export async function countAttempt(
  db: Queryable,
  attempt: { subject: string; now: Date; windowMs: number },
): Promise<{ attempts: number; windowEndsAt: Date }> {
  const endsAt = new Date(attempt.now.getTime() + attempt.windowMs);
  const counted = await sql<{ attempts: number; windowEndsAt: Date }>`
    insert into sign_in_attempts as a (subject, attempts, window_ends_at) values (${attempt.subject}, 1, ${endsAt})
    on conflict (subject) do update set
      attempts = case when a.window_ends_at <= ${attempt.now} then 1 else a.attempts + 1 end,
      window_ends_at = case when a.window_ends_at <= ${attempt.now} then excluded.window_ends_at else a.window_ends_at end
    returning attempts, window_ends_at as "windowEndsAt"`.execute(db);
  return counted.rows[0]!;
}

export async function forgetAttempts(db: Queryable, subject: string): Promise<void> {
  await sql`delete from sign_in_attempts where subject = ${subject}`.execute(db);
}

/** Housekeeping. @returns how many windows had ended */
export async function deleteEndedAttempts(db: Queryable, now: Date): Promise<number> {
  const gone = await sql`delete from sign_in_attempts where window_ends_at <= ${now}`.execute(db);
  return Number(gone.numAffectedRows ?? 0);
}
