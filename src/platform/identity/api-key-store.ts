import { sql } from 'kysely';
import type { Queryable } from '../db/database.ts';
import type { KeyRole, Role } from './principal.ts';

export type ApiKeyRow = {
  id: string;
  name: string;
  prefix: string;
  role: KeyRole;
  ownerId: string | null;
  owner: string | null;
  createdBy: string;
  createdAt: Date;
  expiresAt: Date | null;
  lastUsedAt: Date | null;
  revokedAt: Date | null;
  replacedBy: string | null;
};

const COLUMNS = sql`
  id, name, prefix, role, owner_id as "ownerId",
  (select u.name from users u where u.id = api_keys.owner_id) as owner, created_by as "createdBy", created_at as "createdAt", expires_at as "expiresAt",
  last_used_at as "lastUsedAt", revoked_at as "revokedAt", replaced_by as "replacedBy"`;

export async function insertApiKey(
  tx: Queryable,
  key: {
    id: string;
    name: string;
    prefix: string;
    tokenSha256: string;
    role: KeyRole;
    ownerId: string | null;
    createdBy: string;
    at: Date;
    expiresAt: Date | null;
  },
): Promise<ApiKeyRow> {
  const made = await sql<ApiKeyRow>`
    insert into api_keys (id, name, prefix, token_sha256, role, owner_id, created_by, created_at, expires_at)
    values (${key.id}, ${key.name}, ${key.prefix}, ${key.tokenSha256}, ${key.role}, ${key.ownerId}, ${key.createdBy}, ${key.at}, ${key.expiresAt})
    returning ${COLUMNS}`.execute(tx);
  return made.rows[0]!;
}

/** The key with what its owner may do today; both null for a key without one. */
export async function findApiKeyByToken(
  db: Queryable,
  tokenSha256: string,
): Promise<(ApiKeyRow & { ownerRole: Role | null; ownerDisabled: boolean | null }) | null> {
  const found = await sql<ApiKeyRow & { ownerRole: Role | null; ownerDisabled: boolean | null }>`
    select ${COLUMNS}, (select u.role from users u where u.id = api_keys.owner_id) as "ownerRole",
      (select u.disabled from users u where u.id = api_keys.owner_id) as "ownerDisabled"
    from api_keys where token_sha256 = ${tokenSha256}`.execute(db);
  return found.rows[0] ?? null;
}

export async function lockApiKey(tx: Queryable, id: string): Promise<ApiKeyRow | null> {
  const found = await sql<ApiKeyRow>`select ${COLUMNS} from api_keys where id = ${id} for update`.execute(tx);
  return found.rows[0] ?? null;
}

/** Newest first. @param after the id the previous page ended with */
export async function listApiKeys(db: Queryable, page: { limit: number; after: string | null }): Promise<ApiKeyRow[]> {
  const found = await sql<ApiKeyRow>`
    select ${COLUMNS} from api_keys where ${page.after}::text is null or id < ${page.after}
    order by id desc limit ${page.limit}`.execute(db);
  return found.rows;
}

/** One at a time for a name, so that two keys of one name cannot be made at once. */
export async function hasWorkingKeyNamed(tx: Queryable, name: string, now: Date): Promise<boolean> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`api key ${name}`}, 0))`.execute(tx);
  const found = await sql`
    select from api_keys where name = ${name} and revoked_at is null and (expires_at is null or expires_at > ${now})
    limit 1`.execute(tx);
  return found.rows.length > 0;
}

export async function markApiKeyRevoked(tx: Queryable, id: string, at: Date): Promise<void> {
  await sql`update api_keys set revoked_at = ${at} where id = ${id} and revoked_at is null`.execute(tx);
}

/** The old key of a rotation ends at `endsAt`, or earlier if it would have anyway. */
export async function markApiKeyReplaced(tx: Queryable, id: string, replacedBy: string, endsAt: Date): Promise<void> {
  await sql`
    update api_keys set replaced_by = ${replacedBy}, expires_at = least(expires_at, ${endsAt}::timestamptz) where id = ${id}`.execute(
    tx,
  );
}

export async function touchApiKey(db: Queryable, id: string, at: Date): Promise<void> {
  await sql`
    update api_keys set last_used_at = ${at} where id = ${id} and (last_used_at is null or last_used_at < ${at})`.execute(
    db,
  );
}
