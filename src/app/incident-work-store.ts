import { sql } from 'kysely';
import type { Tx } from '../platform/db/database.ts';
import type { MovedWork } from '../respond/incidents/index.ts';

/**
 * Moves findings and runs from one incident to another, in the caller's transaction. It writes across the stages, which
 * is why it belongs to none of them.
 * @param move.only these, and not everything; what is not of `from` stays where it is
 */
export async function moveIncidentWork(
  tx: Tx,
  move: { from: string; to: string; only?: { findings: readonly string[]; runs: readonly string[] } },
): Promise<MovedWork> {
  const { from, to, only } = move;
  const findings = await sql<{ labels: Record<string, string> }>`
    update findings set incident_id = ${to}
    where incident_id = ${from} and (${only === undefined} or id = any(${only?.findings ?? []}::text[]))
    returning labels`.execute(tx);
  const runs = await sql`
    update runs set incident_id = ${to}
    where incident_id = ${from} and (${only === undefined} or id = any(${only?.runs ?? []}::text[]))`.execute(tx);
  return {
    findings: findings.rows.length,
    labels: commonLabels(findings.rows.map(({ labels }) => labels)),
    runs: Number(runs.numAffectedRows ?? 0n),
  };
}

/** Labels all of them agree on. */
function commonLabels(all: readonly Record<string, string>[]): Record<string, string> {
  const [first = {}, ...others] = all;
  return Object.fromEntries(
    Object.entries(first).filter(([name, value]) => others.every((labels) => labels[name] === value)),
  );
}
