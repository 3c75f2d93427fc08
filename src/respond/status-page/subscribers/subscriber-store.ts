import { sql } from 'kysely';
import type { Queryable, Tx } from '../../../platform/db/database.ts';

export type SubscriberKind = 'email' | 'webhook';
export type SubscriberRow = {
  id: string;
  kind: SubscriberKind;
  /** Address and token, sealed. */
  addressBox: string;
  createdAt: Date;
  askedAt: Date;
  confirmedAt: Date | null;
};

const COLUMNS = sql.raw(
  `id, kind, address_box as "addressBox", created_at as "createdAt", asked_at as "askedAt", confirmed_at as "confirmedAt"`,
);

/** Keeps a new subscriber; one with this address stays who it is. @returns null where there is one already */
export async function insertSubscriber(
  tx: Tx,
  subscriber: SubscriberRow & { addressSha256: string; tokenSha256: string },
): Promise<SubscriberRow | null> {
  const made = await sql<SubscriberRow>`
    insert into status_subscribers (id, kind, address_box, address_sha256, token_sha256, created_at, asked_at, confirmed_at)
    values (${subscriber.id}, ${subscriber.kind}, ${subscriber.addressBox}, ${subscriber.addressSha256}, ${subscriber.tokenSha256},
      ${subscriber.createdAt}, ${subscriber.askedAt}, ${subscriber.confirmedAt})
    on conflict (kind, address_sha256) do nothing returning ${COLUMNS}`.execute(tx);
  return made.rows[0] ?? null;
}

/** One that is not confirmed and was not asked since a time, and counts as asked now; null otherwise. */
export async function askAgain(
  tx: Tx,
  address: { kind: SubscriberKind; sha256: string; notSince: Date; at: Date },
): Promise<SubscriberRow | null> {
  const asked = await sql<SubscriberRow>`
    update status_subscribers set asked_at = ${address.at}
    where kind = ${address.kind} and address_sha256 = ${address.sha256} and confirmed_at is null and asked_at < ${address.notSince}
    returning ${COLUMNS}`.execute(tx);
  return asked.rows[0] ?? null;
}

export async function countUnconfirmed(db: Queryable): Promise<number> {
  const found = await sql<{ count: string }>`
    select count(*) as count from status_subscribers where confirmed_at is null`.execute(db);
  return Number(found.rows[0]?.count ?? 0);
}

export async function deleteUnconfirmed(tx: Tx, askedBefore: Date): Promise<void> {
  await sql`delete from status_subscribers where confirmed_at is null and asked_at < ${askedBefore}`.execute(tx);
}

export async function findByToken(db: Queryable, tokenSha256: string): Promise<SubscriberRow | null> {
  const found = await sql<SubscriberRow>`
    select ${COLUMNS} from status_subscribers where token_sha256 = ${tokenSha256}`.execute(db);
  return found.rows[0] ?? null;
}

export async function confirmSubscriber(tx: Tx, id: string, at: Date): Promise<void> {
  await sql`update status_subscribers set confirmed_at = ${at} where id = ${id} and confirmed_at is null`.execute(tx);
}

/** @returns false where there is none */
export async function deleteSubscriber(tx: Tx, id: string): Promise<boolean> {
  return (await sql`delete from status_subscribers where id = ${id}`.execute(tx)).numAffectedRows === 1n;
}

/** In the order they came. */
export async function listSubscribers(db: Queryable, most: number): Promise<SubscriberRow[]> {
  return (await sql<SubscriberRow>`select ${COLUMNS} from status_subscribers order by id limit ${most}`.execute(db))
    .rows;
}
