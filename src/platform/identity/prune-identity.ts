import { sql } from 'kysely';
import type { Queryable } from '../db/database.ts';
import { deleteEndedSessions } from './session-store.ts';
import { deleteEndedAttempts } from './sign-in-limit-store.ts';

const LINKS_KEPT_MS = 30 * 86_400_000;

/**
 * Housekeeping: sessions, windows of attempts and links that have ended. Users, keys and the audit log are kept always.
 * @returns how many rows went
 */
export async function pruneIdentity(db: Queryable, now: Date): Promise<number> {
  const links = await sql`
    delete from sign_in_links where expires_at < ${new Date(now.getTime() - LINKS_KEPT_MS)}`.execute(db);
  return (
    Number(links.numAffectedRows ?? 0) + (await deleteEndedSessions(db, now)) + (await deleteEndedAttempts(db, now))
  );
}
