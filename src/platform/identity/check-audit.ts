import type { Database } from '../db/database.ts';
import { isAnchorGenuine } from './audit-anchor.ts';
import { listAnchors, readChainBase } from './audit-anchor-store.ts';
import { type ChainVerdict, verifyAuditChain, WHOLE_CHAIN } from './audit-chain.ts';
import { findUnchainedEvent, readAuditChain, readChainEnd } from './audit-store.ts';

/** At one in five minutes these are twenty years. */
const MOST_ANCHORS = 2_000_000;

/**
 * Checks the whole chain in the database, and beyond it that every event still in the log was chained as it happened.
 * @param audited the kinds the chain keeps
 */
export async function checkAudit(database: Database, audited: readonly string[]): Promise<ChainVerdict> {
  const last = await readChainEnd(database.db);
  const base = await readChainBase(database.db);
  const stored = await listAnchors(database.db, { after: 0, limit: MOST_ANCHORS });
  const forged = stored.find((anchor) => !isAnchorGenuine(anchor));
  if (forged) {
    const message = `the anchor of entry ${forged.seq} is not what its key signed`;
    return { ok: false, entries: 0, seq: forged.seq, problem: 'edited', message };
  }
  const verdict = await verifyAuditChain(readAuditChain(database, last?.seq ?? 0), {
    ...WHOLE_CHAIN,
    ...base,
    last,
    anchors: new Map(stored.filter(({ seq }) => seq >= (base?.firstSeq ?? 1)).map(({ seq, hash }) => [seq, hash])),
  });
  if (!verdict.ok) return verdict;
  const unchained = await findUnchainedEvent(database.db, audited);
  if (!unchained) return verdict;
  return {
    ok: false,
    entries: verdict.entries,
    seq: unchained.afterSeq + 1,
    problem: 'deleted',
    message: `the event ${unchained.kind} at position ${unchained.position} is not in the chain as it happened; its entry belongs after ${unchained.afterSeq}`,
  };
}
