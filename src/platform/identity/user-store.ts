import { sql } from 'kysely';
import type { Queryable } from '../db/database.ts';
import type { Role } from './principal.ts';

export type UserRow = {
  id: string;
  name: string;
  role: Role;
  disabled: boolean;
  hasPassword: boolean;
  version: number;
  createdAt: Date;
  lastSignInAt: Date | null;
};

const COLUMNS = sql`
  id, name, role, disabled, password_hash is not null as "hasPassword", version,
  created_at as "createdAt", last_sign_in_at as "lastSignInAt"`;

/** @returns null when the name is taken */
export async function insertUser(
  tx: Queryable,
  user: { id: string; name: string; role: Role; at: Date },
): Promise<UserRow | null> {
  const made = await sql<UserRow>`
    insert into users (id, name, role, created_at) values (${user.id}, ${user.name}, ${user.role}, ${user.at})
    on conflict (name) do nothing returning ${COLUMNS}`.execute(tx);
  return made.rows[0] ?? null;
}

export async function findUser(db: Queryable, id: string): Promise<UserRow | null> {
  const found = await sql<UserRow>`select ${COLUMNS} from users where id = ${id}`.execute(db);
  return found.rows[0] ?? null;
}

export async function findUserByName(db: Queryable, name: string): Promise<UserRow | null> {
  const found = await sql<UserRow>`select ${COLUMNS} from users where name = ${name}`.execute(db);
  return found.rows[0] ?? null;
}

export async function lockUser(tx: Queryable, id: string): Promise<UserRow | null> {
  const found = await sql<UserRow>`select ${COLUMNS} from users where id = ${id} for update`.execute(tx);
  return found.rows[0] ?? null;
}

/** For signing in: the only place that reads the stored password. */
export async function findPassword(
  db: Queryable,
  by: { name: string } | { id: string },
): Promise<{ id: string; disabled: boolean; passwordHash: string | null } | null> {
  const where = 'name' in by ? sql`name = ${by.name}` : sql`id = ${by.id}`;
  const found = await sql<{ id: string; disabled: boolean; passwordHash: string | null }>`
    select id, disabled, password_hash as "passwordHash" from users where ${where}`.execute(db);
  return found.rows[0] ?? null;
}

/** By name. @param after the name the previous page ended with */
export async function listUsers(db: Queryable, page: { limit: number; after: string | null }): Promise<UserRow[]> {
  const found = await sql<UserRow>`
    select ${COLUMNS} from users where ${page.after}::text is null or name > ${page.after}
    order by name limit ${page.limit}`.execute(db);
  return found.rows;
}

export async function updateUser(
  tx: Queryable,
  id: string,
  change: { role: Role; disabled: boolean },
): Promise<UserRow> {
  const changed = await sql<UserRow>`
    update users set role = ${change.role}, disabled = ${change.disabled}, version = version + 1
    where id = ${id} returning ${COLUMNS}`.execute(tx);
  return changed.rows[0]!;
}

export async function setPassword(tx: Queryable, id: string, passwordHash: string): Promise<void> {
  await sql`update users set password_hash = ${passwordHash} where id = ${id}`.execute(tx);
}

export async function markSignedIn(tx: Queryable, id: string, at: Date): Promise<void> {
  await sql`update users set last_sign_in_at = ${at} where id = ${id}`.execute(tx);
}

/**
 * Locks every administrator who can sign in, so that two changes at once cannot each leave the other as the last one.
 * @returns their ids
 */
export async function lockWorkingAdmins(tx: Queryable): Promise<string[]> {
  const found = await sql<{ id: string }>`
    select id from users where role = 'admin' and not disabled and password_hash is not null order by id for update`.execute(
    tx,
  );
  return found.rows.map((row) => row.id);
}

/** An enabled administrator who has no password yet, the eldest first. */
export async function findAdminWithoutPassword(tx: Queryable): Promise<UserRow | null> {
  const found = await sql<UserRow>`
    select ${COLUMNS} from users where role = 'admin' and not disabled and password_hash is null
    order by created_at, id limit 1`.execute(tx);
  return found.rows[0] ?? null;
}

/** How many people besides this one could approve today. @param except a user's id, null to count all */
export async function countApprovers(db: Queryable, except: string | null): Promise<number> {
  const found = await sql<{ count: number }>`
    select count(*) as count from users
    where role in ('approver', 'admin') and not disabled and password_hash is not null and id is distinct from ${except}`.execute(
    db,
  );
  return found.rows[0]?.count ?? 0;
}
