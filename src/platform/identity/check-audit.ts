import type { Database } from '../db/database.ts';
import { type ChainVerdict, verifyAuditChain, WHOLE_CHAIN } from './audit-chain.ts';
import { findUnchainedEvent, readAuditChain, readChainEnd } from './audit-store.ts';

/**
 * Checks the whole chain in the database, and beyond it that every event still in the log was chained as it happened.
 * @param audited the kinds the chain keeps
 */
export async function checkAudit(database: Database, audited: readonly string[]): Promise<ChainVerdict> {
  const last = await readChainEnd(database.db);
  const verdict = await verifyAuditChain(readAuditChain(database, last?.seq ?? 0), { ...WHOLE_CHAIN, last });
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
