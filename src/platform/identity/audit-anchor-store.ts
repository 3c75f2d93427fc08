import { sql } from 'kysely';
import type { Queryable, Tx } from '../db/database.ts';
import type { AuditAnchor } from './audit-anchor.ts';

type KeyRow = { publicKey: string; privateKeyBox: string };

/** The key anchors are signed with; null before the first one. */
export async function readAnchorKey(db: Queryable): Promise<KeyRow | null> {
  const rows = await sql<KeyRow>`
    select public_key as "publicKey", private_key_box as "privateKeyBox" from audit_anchor_key`.execute(db);
  return rows.rows[0] ?? null;
}

/** Stores a key unless another replica was first. @returns the one that counts */
export async function keepAnchorKey(tx: Tx, key: KeyRow & { at: Date }): Promise<KeyRow> {
  await sql`
    insert into audit_anchor_key (public_key, private_key_box, created_at)
    values (${key.publicKey}, ${key.privateKeyBox}, ${key.at}) on conflict do nothing`.execute(tx);
  return (await readAnchorKey(tx)) ?? key;
}

/** Stores an anchor. @returns false when this entry has one already */
export async function insertAnchor(tx: Tx, anchor: AuditAnchor): Promise<boolean> {
  const inserted = await sql`
    insert into audit_anchors (seq, hash, at, signature) values (${anchor.seq}, ${anchor.hash}, ${anchor.at}, ${anchor.signature})
    on conflict do nothing`.execute(tx);
  return inserted.numAffectedRows === 1n;
}

type AnchorRow = Omit<AuditAnchor, 'at' | 'publicKey'> & { at: Date };

/** Anchors of entries after `after`, in order. */
export async function listAnchors(
  db: Queryable,
  page: { after: number; limit: number; unsentOnly?: boolean },
): Promise<AuditAnchor[]> {
  const key = await readAnchorKey(db);
  const rows = await sql<AnchorRow>`
    select seq, hash, at, signature from audit_anchors
    where seq > ${page.after} and (not ${page.unsentOnly ?? false} or sent_at is null) order by seq limit ${page.limit}`.execute(
    db,
  );
  return rows.rows.map((row) => ({
    ...row,
    seq: Number(row.seq),
    at: row.at.toISOString(),
    publicKey: key?.publicKey ?? '',
  }));
}

/** Notes that an anchor reached where it is sent. */
export async function markAnchorSent(db: Queryable, seq: number): Promise<void> {
  await sql`update audit_anchors set sent_at = clock_timestamp() where seq = ${seq}`.execute(db);
}

/** Where the chain begins: at its first entry, or behind what was pruned. */
export async function readChainBase(db: Queryable): Promise<{ firstSeq: number; firstPreviousHash: string } | null> {
  const rows = await sql<{ firstSeq: number; firstPreviousHash: string }>`
    select first_seq as "firstSeq", first_previous_hash as "firstPreviousHash" from audit_base`.execute(db);
  const base = rows.rows[0];
  return base ? { ...base, firstSeq: Number(base.firstSeq) } : null;
}

/**
 * Deletes entries recorded before a time, up to an anchored one, so that what is left still builds on a signed hash.
 * @returns how many, and the anchored entry the chain now begins behind
 */
export async function pruneChain(tx: Tx, before: Date): Promise<{ deleted: number; behind: number } | null> {
  const anchored = await sql<{ seq: number; hash: string }>`
    select a.seq, a.hash from audit_anchors a join audit_entries e on e.seq = a.seq and e.hash = a.hash
    where (e.entry::jsonb->>'recordedAt')::timestamptz < ${before} and a.seq < (select max(seq) from audit_entries)
    order by a.seq desc limit 1`.execute(tx);
  const anchor = anchored.rows[0];
  if (!anchor) return null;
  const gone = await sql`delete from audit_entries where seq <= ${anchor.seq}`.execute(tx);
  await sql`
    insert into audit_base (first_seq, first_previous_hash, pruned_at)
    values (${Number(anchor.seq) + 1}, ${anchor.hash}, clock_timestamp())
    on conflict (only_row) do update set first_seq = excluded.first_seq,
      first_previous_hash = excluded.first_previous_hash, pruned_at = excluded.pruned_at`.execute(tx);
  return { deleted: Number(gone.numAffectedRows), behind: Number(anchor.seq) };
}
