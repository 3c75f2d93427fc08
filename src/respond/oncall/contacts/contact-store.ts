import { sql } from 'kysely';
import { type NotificationRule, notificationRuleSchema } from '../../../contract/contacts.ts';
import type { Queryable, Tx } from '../../../platform/db/database.ts';

export type ContactMethodRow = {
  id: string;
  userId: string;
  user: string;
  kind: string;
  label: string;
  /** As it may be shown. */
  address: string;
  /** The address itself and the key of the signature, sealed. */
  secretBox: string;
  createdAt: Date;
  verifiedAt: Date | null;
};

const SELECT =
  sql.raw(`select m.id, m.user_id as "userId", u.name as "user", m.kind, m.label, m.address, m.secret_box as "secretBox",
  m.created_at as "createdAt", m.verified_at as "verifiedAt" from contact_methods m join users u on u.id = m.user_id`);

/** A person's methods, in the order they were made; everybody's for null. */
export async function listContactMethods(db: Queryable, userName: string | null): Promise<ContactMethodRow[]> {
  const rows = await sql<ContactMethodRow>`
    ${SELECT} where ${userName}::text is null or u.name = ${userName} order by u.name, m.id limit 5000`.execute(db);
  return rows.rows;
}

export async function findContactMethod(db: Queryable, id: string): Promise<ContactMethodRow | null> {
  return (await sql<ContactMethodRow>`${SELECT} where m.id = ${id}`.execute(db)).rows[0] ?? null;
}

export async function insertContactMethod(
  tx: Queryable,
  method: Pick<ContactMethodRow, 'id' | 'userId' | 'kind' | 'label' | 'address' | 'secretBox'> & { at: Date },
): Promise<void> {
  await sql`
    insert into contact_methods (id, user_id, kind, label, address, secret_box, created_at)
    values (${method.id}, ${method.userId}, ${method.kind}, ${method.label}, ${method.address}, ${method.secretBox}, ${method.at})`.execute(
    tx,
  );
}

/** Deletes it; notification rules that name it are without effect from then on. */
export async function deleteContactMethod(tx: Queryable, id: string): Promise<boolean> {
  return (await sql`delete from contact_methods where id = ${id}`.execute(tx)).numAffectedRows === 1n;
}

/** Keeps the code that was made for it, instead of an earlier one. */
export async function storeCode(tx: Queryable, id: string, code: { sha256: string; expiresAt: Date }): Promise<void> {
  await sql`update contact_methods set code_sha256 = ${code.sha256}, code_expires_at = ${code.expiresAt}, code_tries = 0
            where id = ${id}`.execute(tx);
}

/** Counts a try and returns what there is to compare with. The method is locked until the transaction ends. */
export async function tryCode(
  tx: Tx,
  id: string,
): Promise<{ sha256: string | null; expiresAt: Date | null; tries: number } | null> {
  const rows = await sql<{ sha256: string | null; expiresAt: Date | null; tries: number }>`
    update contact_methods set code_tries = code_tries + 1 where id = ${id}
    returning code_sha256 as sha256, code_expires_at as "expiresAt", code_tries as tries`.execute(tx);
  return rows.rows[0] ?? null;
}

export async function markVerified(tx: Tx, id: string, at: Date): Promise<void> {
  await sql`update contact_methods set verified_at = ${at}, code_sha256 = null, code_expires_at = null where id = ${id}`.execute(
    tx,
  );
}

/** A person's notification rules and their version; none are version 0. */
export async function readNotificationRules(
  db: Queryable,
  userId: string,
): Promise<{ rules: NotificationRule[]; version: number }> {
  const rows = await sql<{ rules: unknown; version: number }>`
    select rules, version from notification_rules where user_id = ${userId}`.execute(db);
  const [row] = rows.rows;
  return row
    ? { rules: notificationRuleSchema.array().parse(row.rules), version: row.version }
    : { rules: [], version: 0 };
}

export async function writeNotificationRules(
  tx: Tx,
  userId: string,
  rules: readonly NotificationRule[],
): Promise<{ version: number }> {
  const rows = await sql<{ version: number }>`
    insert into notification_rules (user_id, rules) values (${userId}, ${JSON.stringify(rules)}::jsonb)
    on conflict (user_id) do update set rules = excluded.rules, version = notification_rules.version + 1
    returning version`.execute(tx);
  return rows.rows[0]!;
}
