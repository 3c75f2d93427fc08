import { sql } from 'kysely';
import type { Queryable, Tx } from '../../platform/db/database.ts';
import type { InsideChannel } from '../../respond/oncall/index.ts';

export type InboxMessage = { dedupKey: string; incidentId: string | null; title: string; text: string; at: Date };

/** The inbox every installation has: rows the web and the CLI show. */
export const inboxChannel: InsideChannel = {
  kind: 'inside',
  deliver: (tx, page, at) =>
    storeInboxMessage(tx, {
      dedupKey: page.dedupKey,
      incidentId: page.message.kind ? null : page.message.incidentId,
      title: page.message.kind
        ? page.message.title
        : `${page.message.severity} ${page.message.number}: ${page.message.title}`,
      text: page.message.text,
      at,
    }),
};

/** Stores a message once; the same dedup key again changes nothing. */
export async function storeInboxMessage(db: Queryable | Tx, message: InboxMessage): Promise<void> {
  await sql`
    insert into inbox_messages (dedup_key, incident_id, title, text, at)
    values (${message.dedupKey}, ${message.incidentId}, ${message.title}, ${message.text}, ${message.at}) on conflict do nothing`.execute(
    db,
  );
}

/** The newest messages. */
export async function listInbox(db: Queryable, limit: number): Promise<InboxMessage[]> {
  const rows = await sql<InboxMessage>`
    select dedup_key as "dedupKey", incident_id as "incidentId", title, text, at from inbox_messages order by at desc limit ${limit}`.execute(
    db,
  );
  return rows.rows;
}
