import type { SeverityRank } from '../../contract/common.ts';
import type { Tx } from '../../platform/db/database.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import { listFindingsOfIncident } from '../findings/index.ts';
import { findOpenByCause, type IncidentRow, insertIncident, lockIncident, tellIncident } from './incident-store.ts';
import { describeMoved, type RejoinDeps } from './merge-incidents.ts';
import { changeCause, leadCauseTo } from './merge-store.ts';
import { schemeOf } from './severity-schemes.ts';

export type Split = {
  findings: readonly string[];
  runs: readonly string[];
  title?: string | undefined;
  severity?: SeverityRank | undefined;
  reason: string;
  actor: string;
};

type Finding = Awaited<ReturnType<typeof listFindingsOfIncident>>[number];

/**
 * Takes chosen findings, and runs that belong to them, out of an incident into a new one, which is told like any other.
 * No run is started by it: what was tried stays with the incident it was tried for, and people go on from there. Later
 * findings of the causes taken out join the new one.
 * @returns the new incident. Kick 'outbox', 'pages' and 'timers' after the commit.
 * @throws HoldfastError `incident.over`, `incident.split-all` (409), `incident.not-part` (400), `incident.missing` (404)
 */
export async function splitIncident(deps: RejoinDeps, tx: Tx, id: string, split: Split): Promise<IncidentRow> {
  const origin = await lockIncident(tx, id);
  if (origin.status === 'closed') {
    throw new HoldfastError({
      code: 'incident.over',
      kind: 'conflict',
      message: `${origin.number} is closed: nothing can be taken out of it`,
      hint: origin.mergedInto ? 'Split the incident it was merged into.' : 'Declare a new incident.',
    });
  }
  const { chosen, left } = choose(origin, await listFindingsOfIncident(tx, origin.id), split);
  const at = deps.clock.now();
  const [first, ...others] = chosen as [Finding, ...Finding[]];
  // The new incident takes the cause along, so that what is noticed again joins it and not the one it came from.
  if (chosen.some(({ fingerprint }) => fingerprint === origin.cause)) await changeCause(tx, origin.id, null);
  const cause = await firstFree(tx, [first, ...others]);
  const row = await insertIncident(tx, {
    title: split.title ?? first.title,
    severity: split.severity ?? worst(chosen),
    scheme: schemeOf(origin),
    cause,
    at,
    actor: split.actor,
    kind: 'incident.split-off',
    text: `Split from ${origin.number}: ${split.reason}`,
    ref: origin.id,
  });
  const moved = await deps.moveWork(tx, { from: origin.id, to: row.id, only: split });
  if (moved.runs !== new Set(split.runs).size) {
    throw new HoldfastError({
      code: 'incident.not-part',
      kind: 'invalid',
      message: `not every run named is one of ${origin.number}`,
      hint: `\`holdfast incident show ${origin.number}\` lists its runs.`,
    });
  }
  for (const { fingerprint } of chosen) await leadCauseTo(tx, fingerprint, row.id);
  if (origin.cause !== null && chosen.some(({ fingerprint }) => fingerprint === origin.cause))
    await changeCause(tx, origin.id, await firstFree(tx, left));
  await tellIncident(tx, origin, {
    kind: 'incident.split',
    at,
    actor: split.actor,
    text: `${row.number} split off: ${split.reason} (with ${describeMoved(moved)})`,
    ref: row.id,
  });
  await deps.pageEveryone(tx, row, { text: split.reason, labels: moved.labels, at });
  for (const incident of [origin, row]) await deps.settle(tx, incident.id, at);
  return row;
}

function choose(origin: IncidentRow, all: readonly Finding[], split: Split): { chosen: Finding[]; left: Finding[] } {
  const wanted = new Set(split.findings);
  const chosen = all.filter(({ id }) => wanted.has(id));
  const known = new Set(all.map(({ id }) => id));
  const unknown = split.findings.filter((id) => !known.has(id));
  if (unknown.length > 0) {
    throw new HoldfastError({
      code: 'incident.not-part',
      kind: 'invalid',
      message: `${unknown.slice(0, 5).join(', ')}: no finding of ${origin.number}`,
      hint: `\`holdfast incident show ${origin.number} --json\` lists its findings.`,
    });
  }
  const left = all.filter(({ id }) => !wanted.has(id));
  // One that people declared is about something without any finding.
  if (left.length === 0 && origin.cause !== null) {
    throw new HoldfastError({
      code: 'incident.split-all',
      kind: 'conflict',
      message: `that is every finding of ${origin.number}: nothing would be left of it`,
      hint: 'Leave at least one behind.',
    });
  }
  return { chosen, left };
}

/** One cause has one open incident: of these, the first that no other incident is open for. */
async function firstFree(tx: Tx, findings: readonly Finding[]): Promise<string | null> {
  for (const { fingerprint } of findings) if (!(await findOpenByCause(tx, fingerprint, 'own'))) return fingerprint;
  return null;
}

function worst(findings: readonly Finding[]): SeverityRank {
  return findings.reduce<SeverityRank>((rank, { severity }) => (severity < rank ? severity : rank), 4);
}
