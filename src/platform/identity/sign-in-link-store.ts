import { sql } from 'kysely';
import type { Queryable } from '../db/database.ts';
import type { Role } from './principal.ts';

/** Why a link was made: for the first administrator, for a new person, for a lost password. */
export type LinkPurpose = 'first' | 'invite' | 'reset';

export type LinkRow = {
  userId: string;
  name: string;
  role: Role;
  disabled: boolean;
  purpose: LinkPurpose;
  expiresAt: Date;
  usedAt: Date | null;
};

export async function insertLink(
  tx: Queryable,
  link: { tokenSha256: string; userId: string; purpose: LinkPurpose; at: Date; expiresAt: Date },
): Promise<void> {
  await sql`
    insert into sign_in_links (token_sha256, user_id, purpose, created_at, expires_at)
    values (${link.tokenSha256}, ${link.userId}, ${link.purpose}, ${link.at}, ${link.expiresAt})`.execute(tx);
}

/** Only the newest link of a person works. */
export async function deleteUnusedLinks(tx: Queryable, userId: string): Promise<void> {
  await sql`delete from sign_in_links where user_id = ${userId} and used_at is null`.execute(tx);
}

export async function findLink(db: Queryable, tokenSha256: string): Promise<LinkRow | null> {
  const found = await sql<LinkRow>`
    select l.user_id as "userId", u.name, u.role, u.disabled, l.purpose, l.expires_at as "expiresAt", l.used_at as "usedAt"
    from sign_in_links l join users u on u.id = l.user_id where l.token_sha256 = ${tokenSha256}`.execute(db);
  return found.rows[0] ?? null;
}

/** The one statement that decides who used it. @returns false when somebody else did, or it ended meanwhile */
export async function takeLink(tx: Queryable, tokenSha256: string, now: Date): Promise<boolean> {
  const taken = await sql`
    update sign_in_links set used_at = ${now}
    where token_sha256 = ${tokenSha256} and used_at is null and expires_at > ${now} returning 1`.execute(tx);
  return taken.rows.length === 1;
}

/** One at a time for the whole installation: replicas that start together agree on one first link. */
export async function lockFirstStart(tx: Queryable): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('holdfast first admin', 0))`.execute(tx);
}
