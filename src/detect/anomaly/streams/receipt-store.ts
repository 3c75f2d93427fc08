import { sql } from 'kysely';
import type { Queryable, Tx } from '../../../platform/db/database.ts';

/** What a sender was answered, or would have been had the answer arrived. */
export type IntakeReply = { accepted: number; rejected: number; reasons: string[] };

/** Where events lie in their stream: by it their verdicts are found again. */
export type EventPlace = { streamId: string; service: string; epoch: number; firstN: number; events: number };

/** What is kept of an answer: where the sender named the request, what it sent under that name, and where it went. */
export type KeptReply = IntakeReply & { bodySha256?: string; place?: EventPlace };

/** OTLP has no idempotency key: within this long, the same bytes of the same sender are a retry. */
const RETRIED_WITHIN = '10 minutes';

/**
 * Notes that these bytes are taken. Two of them at once wait for each other.
 * @returns null when they are new, else the answer they were given before
 */
export async function claimReceipt(
  tx: Tx,
  receipt: { sender: string; sha256: Uint8Array; reply: KeptReply },
): Promise<KeptReply | null> {
  const claimed = await sql`
    insert into intake_receipts (sender, sha256, reply)
    values (${receipt.sender}, ${Buffer.from(receipt.sha256)}, ${JSON.stringify(receipt.reply)}::jsonb)
    on conflict (sender, sha256) do update set at = clock_timestamp(), reply = excluded.reply
      where intake_receipts.at < clock_timestamp() - interval '${sql.raw(RETRIED_WITHIN)}'
    returning 1`.execute(tx);
  if (claimed.rows.length > 0) return null;
  const found = await sql<{ reply: KeptReply }>`
    select reply from intake_receipts where sender = ${receipt.sender} and sha256 = ${Buffer.from(receipt.sha256)}`.execute(
    tx,
  );
  return found.rows[0]?.reply ?? receipt.reply;
}

/** The answer turned out to be another: some of it is for streams that are paused; or it went somewhere. */
export async function amendReceipt(
  tx: Tx,
  receipt: { sender: string; sha256: Uint8Array; reply: KeptReply },
): Promise<void> {
  await sql`
    update intake_receipts set reply = ${JSON.stringify(receipt.reply)}::jsonb
    where sender = ${receipt.sender} and sha256 = ${Buffer.from(receipt.sha256)}`.execute(tx);
}

/** Counts a retry where it is shown: at the streams it would have gone to. */
export async function countDuplicates(
  tx: Queryable,
  groups: readonly { service: string; kind: string; count: number }[],
): Promise<void> {
  for (const { service, kind, count } of groups) {
    await sql`
      update streams set duplicates = duplicates + ${count} where service = ${service} and kind = ${kind}`.execute(tx);
  }
}

export async function deleteOldReceipts(db: Queryable): Promise<number> {
  const deleted = await sql`
    delete from intake_receipts where at < clock_timestamp() - interval '${sql.raw(RETRIED_WITHIN)}'`.execute(db);
  return Number(deleted.numAffectedRows ?? 0);
}
