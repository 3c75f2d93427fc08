import { createHash } from 'node:crypto';

/** One entry as the database and an export hold it: `entry` is the text exactly as it was hashed. */
export type ChainedEntry = { seq: number; position: number; entry: string; previousHash: string; hash: string };

/** What the chain should look like from outside of it. */
export type ChainBounds = {
  /** The first entry's number; 1 for a whole chain. */
  firstSeq: number;
  /** The hash the first entry builds on; sixty-four zeros for a whole chain. */
  firstPreviousHash: string;
  /** The newest entry, when it is known from elsewhere: without it a cut-off end cannot be seen. */
  last: { seq: number; hash: string } | null;
  /** Signed hashes by entry, from outside: a chain that was rewritten as a whole cannot have them. */
  anchors?: ReadonlyMap<number, string>;
};

export type ChainVerdict =
  | { ok: true; entries: number; lastSeq: number; lastHash: string }
  | {
      ok: false;
      entries: number;
      seq: number;
      problem: 'edited' | 'deleted' | 'reordered' | 'unreadable';
      message: string;
    };

const NO_HASH = '0'.repeat(64);
export const WHOLE_CHAIN: ChainBounds = { firstSeq: 1, firstPreviousHash: NO_HASH, last: null };

/** hash = sha256(previous hash, line feed, entry), in hex: what the database's `chain_audit` writes. */
export function hashEntry(previousHash: string, entry: string): string {
  return createHash('sha256').update(`${previousHash}\n${entry}`).digest('hex');
}

/**
 * Follows the chain from its first entry and says where it breaks first. Whoever edits, deletes or moves an entry must
 * also rewrite every hash after it, which a copy of any later hash then shows.
 * @param rows in the order they are kept; read one at a time, so that any length fits in memory
 */
export async function verifyAuditChain(
  rows: AsyncIterable<ChainedEntry> | Iterable<ChainedEntry>,
  bounds: ChainBounds = WHOLE_CHAIN,
): Promise<ChainVerdict> {
  let entries = 0;
  let lastSeq = bounds.firstSeq - 1;
  let lastHash = bounds.firstPreviousHash;
  let lastPosition = -1;
  const broken = (seq: number, problem: Broken['problem'], message: string): Broken => ({
    ok: false,
    entries,
    seq,
    problem,
    message,
  });

  for await (const row of rows) {
    const expected = lastSeq + 1;
    if (row.seq > expected) {
      const missing = row.seq === expected + 1 ? `entry ${expected} is` : `entries ${expected} to ${row.seq - 1} are`;
      return broken(expected, 'deleted', `${missing} missing: after ${lastSeq} comes ${row.seq}`);
    }
    if (row.seq < expected) {
      return broken(row.seq, 'reordered', `entry ${row.seq} stands where ${expected} belongs`);
    }
    const inside = readInside(row.entry);
    if (!inside) return broken(row.seq, 'unreadable', `entry ${row.seq} is not readable JSON`);
    if (hashEntry(row.previousHash, row.entry) !== row.hash) {
      return broken(row.seq, 'edited', `entry ${row.seq} does not match its hash`);
    }
    if (row.previousHash !== lastHash) {
      return broken(
        row.seq,
        'edited',
        `entry ${row.seq} does not build on the entry before it: one of the two was replaced`,
      );
    }
    if (inside.seq !== row.seq || inside.position !== row.position) {
      return broken(row.seq, 'reordered', `the entry kept as ${row.seq} was written as ${inside.seq}`);
    }
    if (row.position <= lastPosition) {
      return broken(
        row.seq,
        'reordered',
        `entry ${row.seq} is at position ${row.position}, before the entry it follows`,
      );
    }
    const anchored = bounds.anchors?.get(row.seq);
    if (anchored !== undefined && anchored !== row.hash) {
      return broken(
        row.seq,
        'edited',
        `entry ${row.seq} has another hash than its signed anchor: the chain was rewritten`,
      );
    }
    entries += 1;
    lastSeq = row.seq;
    lastHash = row.hash;
    lastPosition = row.position;
  }
  let furthest = 0;
  for (const seq of bounds.anchors?.keys() ?? []) furthest = Math.max(furthest, seq);
  if (furthest > lastSeq)
    return broken(lastSeq + 1, 'deleted', `the chain ends at ${lastSeq}; an anchor was signed at ${furthest}`);
  const { last } = bounds;
  if (last && lastSeq < last.seq) {
    return broken(lastSeq + 1, 'deleted', `the chain ends at ${lastSeq}; it reached ${last.seq}`);
  }
  if (last && lastSeq === last.seq && lastHash !== last.hash) {
    return broken(lastSeq, 'edited', `the chain ends in another hash than it is known to end in`);
  }
  return { ok: true, entries, lastSeq, lastHash };
}

type Broken = Extract<ChainVerdict, { ok: false }>;

function readInside(entry: string): { seq: unknown; position: unknown } | null {
  try {
    const value = JSON.parse(entry) as unknown;
    return value !== null && typeof value === 'object' ? (value as { seq: unknown; position: unknown }) : null;
  } catch {
    return null;
  }
}
