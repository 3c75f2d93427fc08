import { sql } from 'kysely';
import type { CalendarFeed } from '../../../contract/oncall-api.ts';
import type { Queryable, Tx } from '../../../platform/db/database.ts';

type FeedRow = Omit<CalendarFeed, 'createdAt' | 'revokedAt'> & { createdAt: Date; revokedAt: Date | null };

const COLUMNS = sql.raw(
  'id, about, name, created_by as "createdBy", created_at as "createdAt", revoked_at as "revokedAt"',
);
const toFeed = (row: FeedRow): CalendarFeed => ({
  ...row,
  createdAt: row.createdAt.toISOString(),
  revokedAt: row.revokedAt?.toISOString() ?? null,
});

export async function insertFeed(
  tx: Tx,
  feed: { id: string; tokenSha256: string; about: CalendarFeed['about']; name: string; by: string; at: Date },
): Promise<CalendarFeed> {
  const rows = await sql<FeedRow>`
    insert into calendar_feeds (id, token_sha256, about, name, created_by, created_at)
    values (${feed.id}, ${feed.tokenSha256}, ${feed.about}, ${feed.name}, ${feed.by}, ${feed.at}) returning ${COLUMNS}`.execute(
    tx,
  );
  return toFeed(rows.rows[0]!);
}

/** The feed of a token, unless it was revoked. */
export async function findFeedByToken(db: Queryable, tokenSha256: string): Promise<CalendarFeed | null> {
  const rows = await sql<FeedRow>`
    select ${COLUMNS} from calendar_feeds where token_sha256 = ${tokenSha256} and revoked_at is null`.execute(db);
  return rows.rows[0] ? toFeed(rows.rows[0]) : null;
}

export async function findFeed(db: Queryable, id: string): Promise<CalendarFeed | null> {
  const rows = await sql<FeedRow>`select ${COLUMNS} from calendar_feeds where id = ${id}`.execute(db);
  return rows.rows[0] ? toFeed(rows.rows[0]) : null;
}

/** Newest first. */
export async function listFeeds(db: Queryable): Promise<CalendarFeed[]> {
  const rows = await sql<FeedRow>`select ${COLUMNS} from calendar_feeds order by id desc limit 1000`.execute(db);
  return rows.rows.map(toFeed);
}

export async function revokeFeed(tx: Tx, id: string, at: Date): Promise<CalendarFeed | null> {
  const rows = await sql<FeedRow>`
    update calendar_feeds set revoked_at = coalesce(revoked_at, ${at}) where id = ${id} returning ${COLUMNS}`.execute(
    tx,
  );
  return rows.rows[0] ? toFeed(rows.rows[0]) : null;
}
