import { sql } from 'kysely';
import type { Queryable } from '../db/database.ts';
import type { Role } from './principal.ts';

export type SessionRow = {
  id: string;
  userId: string;
  name: string;
  role: Role;
  disabled: boolean;
  expiresAt: Date;
  lastSeenAt: Date;
};

export async function insertSession(
  tx: Queryable,
  session: { id: string; tokenSha256: string; userId: string; at: Date; expiresAt: Date },
): Promise<void> {
  await sql`
    insert into sessions (id, token_sha256, user_id, created_at, expires_at, last_seen_at)
    values (${session.id}, ${session.tokenSha256}, ${session.userId}, ${session.at}, ${session.expiresAt}, ${session.at})
  `.execute(tx);
}

export async function findSession(db: Queryable, tokenSha256: string): Promise<SessionRow | null> {
  const found = await sql<SessionRow>`
    select s.id, s.user_id as "userId", u.name, u.role, u.disabled,
           s.expires_at as "expiresAt", s.last_seen_at as "lastSeenAt"
    from sessions s join users u on u.id = s.user_id where s.token_sha256 = ${tokenSha256}`.execute(db);
  return found.rows[0] ?? null;
}

/** Never moves backwards, whichever replica comes last. */
export async function touchSession(db: Queryable, id: string, at: Date): Promise<void> {
  await sql`update sessions set last_seen_at = ${at} where id = ${id} and last_seen_at < ${at}`.execute(db);
}

/** @returns the session's id, null when there was none */
export async function deleteSession(tx: Queryable, tokenSha256: string): Promise<string | null> {
  const gone = await sql<{ id: string }>`delete from sessions where token_sha256 = ${tokenSha256} returning id`.execute(
    tx,
  );
  return gone.rows[0]?.id ?? null;
}

/** Signs a person out everywhere, but for the session named in `except`. */
export async function deleteSessionsOf(tx: Queryable, userId: string, except: string | null = null): Promise<number> {
  const gone = await sql`
    delete from sessions where user_id = ${userId} and token_sha256 is distinct from ${except}`.execute(tx);
  return Number(gone.numAffectedRows ?? 0);
}

/** Housekeeping. @returns how many had ended */
export async function deleteEndedSessions(db: Queryable, now: Date): Promise<number> {
  const gone = await sql`delete from sessions where expires_at < ${now}`.execute(db);
  return Number(gone.numAffectedRows ?? 0);
}
