import { sql } from 'kysely';
import type { Database, Queryable } from '../db/database.ts';
import type { ChainBounds, ChainedEntry } from './audit-chain.ts';

const COLUMNS = sql`seq, position, entry, previous_hash as "previousHash", hash`;
const READ_ENTRIES = 1_000;

export type AuditFilter = { kind?: string | undefined; actor?: string | undefined; aggregate?: string | undefined };

/** Newest first. @param page.before the seq the previous page ended with */
export async function listAuditEntries(
  db: Queryable,
  page: { limit: number; before: number | null },
  filter: AuditFilter,
): Promise<ChainedEntry[]> {
  const matches = sql`
    (${filter.kind ?? null}::text is null or entry::jsonb ->> 'kind' = ${filter.kind ?? null})
    and (${filter.actor ?? null}::text is null or entry::jsonb ->> 'actor' = ${filter.actor ?? null})
    and (${filter.aggregate ?? null}::text is null or entry::jsonb ->> 'aggregate' = ${filter.aggregate ?? null})`;
  const found = await sql<ChainedEntry>`
    select ${COLUMNS} from audit_entries
    where (${page.before}::bigint is null or seq < ${page.before}) and ${matches}
    order by seq desc limit ${page.limit}`.execute(db);
  return found.rows;
}

/** Every entry after `from` and up to `last`, in order, in pages: the chain only grows at its end, so pages need no common snapshot. */
export async function* readAuditChain(
  database: Database,
  last: number,
  from = Number.MIN_SAFE_INTEGER,
): AsyncGenerator<ChainedEntry> {
  let after = from;
  for (;;) {
    const page = await sql<ChainedEntry>`
      select ${COLUMNS} from audit_entries where seq > ${after} and seq <= ${last} order by seq limit ${READ_ENTRIES}`.execute(
      database.db,
    );
    yield* page.rows;
    if (page.rows.length < READ_ENTRIES) return;
    after = page.rows.at(-1)!.seq;
  }
}

/** The newest entry, null while there is none. */
export async function readChainEnd(db: Queryable): Promise<ChainBounds['last']> {
  const found = await sql<{
    seq: number;
    hash: string;
  }>`select seq, hash from audit_entries order by seq desc limit 1`.execute(db);
  return found.rows[0] ?? null;
}

/**
 * The first event that the chain has passed and does not hold as it happened: entries deleted at the very end break no
 * hash, but their events are still in the log while it is kept.
 * @returns its position, and the seq after which its entry belongs
 */
export async function findUnchainedEvent(
  db: Queryable,
  audited: readonly string[],
): Promise<{ position: number; kind: string; afterSeq: number } | null> {
  const found = await sql<{ position: number; kind: string; afterSeq: number }>`
    select o.position, o.kind,
           coalesce((select max(b.seq) from audit_entries b where b.position < o.position), 0) as "afterSeq"
    from outbox o
    where o.position <= (select position from relays where name = 'audit') and o.kind = any(${[...audited]}::text[])
      -- What was pruned behind an anchor is not missing.
      and (not exists (select from audit_base) or o.position > (select min(position) from audit_entries))
      and not exists (
        select from audit_entries a where a.position = o.position
          and a.entry::jsonb @> jsonb_build_object('kind', o.kind, 'aggregate', o.aggregate, 'actor', o.actor, 'body', o.body))
    order by o.position limit 1`.execute(db);
  return found.rows[0] ?? null;
}
