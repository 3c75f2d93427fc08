import type { Evidence, Postmortem, PostmortemBody } from '../../../contract/incident-postmortem.ts';
import type { Queryable, Tx } from '../../../platform/db/database.ts';
import { HoldfastError } from '../../../platform/errors/holdfast-error.ts';
import { listFindingsOfIncident } from '../../findings/index.ts';
import { type IncidentRow, lockIncident, readIncidentRow, tellIncident, toIncidentSummary } from '../incident-store.ts';
import { listMerged } from '../merge-store.ts';
import { draftPostmortem, TOLD_KINDS } from './draft-postmortem.ts';
import { findPostmortem, insertPostmortem, readStory } from './postmortem-store.ts';

/**
 * What was written about an incident, or a draft from its timeline as long as nobody has (version 0).
 * @throws HoldfastError missing `incident.missing`, `postmortem.version-missing`
 */
export async function readPostmortem(db: Queryable, idOrNumber: string, version?: number): Promise<Postmortem> {
  const incident = await readIncidentRow(db, idOrNumber);
  const written = version === 0 ? null : await findPostmortem(db, incident.id, version);
  if (version !== undefined && version > 0 && written === null) {
    throw new HoldfastError({
      code: 'postmortem.version-missing',
      kind: 'missing',
      message: `the postmortem of ${incident.number} has no version ${version}`,
      hint: 'Version 0 is the draft from the timeline.',
    });
  }
  return {
    ...factsOf(incident),
    version: written?.version ?? 0,
    writtenAt: written?.writtenAt.toISOString() ?? null,
    writtenBy: written?.writtenBy ?? null,
    ...(written?.body ?? (await draft(db, incident))),
  };
}

async function draft(db: Queryable, incident: IncidentRow): Promise<PostmortemBody> {
  const merged = await listMerged(db, incident.id);
  return draftPostmortem({
    ...incident,
    findings: await listFindingsOfIncident(db, incident.id),
    entries: await readStory(db, [incident.id, ...merged.map(({ id }) => id)], TOLD_KINDS),
  });
}

function factsOf(row: IncidentRow) {
  const { id: incidentId, number, title, status, severity, openedAt: startedAt } = toIncidentSummary(row);
  const durationMs = row.resolvedAt ? row.resolvedAt.getTime() - row.openedAt.getTime() : null;
  return { incidentId, number, title, status, severity, startedAt, durationMs };
}

/**
 * Writes the next version; those before are kept.
 * @param by.check looks at the version before it is written over (an `If-Match`); 0 where nobody wrote any
 * @throws HoldfastError `postmortem.evidence-foreign` (400)
 */
export async function writePostmortem(
  tx: Tx,
  idOrNumber: string,
  by: {
    body: PostmortemBody;
    at: Date;
    actor: string;
    check: (version: number) => void;
    /** The incident a run belongs to; null: none, or there is no such run. */
    incidentOfRun: (tx: Tx, runId: string) => Promise<string | null>;
  },
): Promise<void> {
  const incident = await lockIncident(tx, idOrNumber);
  const before = await findPostmortem(tx, incident.id);
  by.check(before?.version ?? 0);
  const kept = new Set(before?.body.evidence.map(({ ref }) => ref));
  const fresh = by.body.evidence.filter(({ ref }) => ref !== null && !kept.has(ref));
  await assertPartOf(tx, incident, fresh, by.incidentOfRun);
  const version = (before?.version ?? 0) + 1;
  await insertPostmortem(tx, incident.id, { version, body: by.body, at: by.at, by: by.actor });
  await tellIncident(tx, incident, {
    kind: 'incident.postmortem-written',
    at: by.at,
    actor: by.actor,
    text: version === 1 ? 'Postmortem written' : `Postmortem changed (version ${version})`,
  });
}

/** A report does not name what is not there. What was named before may be gone since: runs are kept for a time. */
async function assertPartOf(
  tx: Tx,
  incident: IncidentRow,
  evidence: readonly Evidence[],
  incidentOfRun: (tx: Tx, runId: string) => Promise<string | null>,
): Promise<void> {
  if (evidence.length === 0) return;
  const findings = new Set((await listFindingsOfIncident(tx, incident.id)).map(({ id }) => id));
  for (const { kind, ref } of evidence) {
    if (ref === null) continue;
    if (kind === 'run' ? (await incidentOfRun(tx, ref)) === incident.id : findings.has(ref)) continue;
    throw new HoldfastError({
      code: 'postmortem.evidence-foreign',
      kind: 'invalid',
      message: `evidence: ${ref} is no ${kind === 'run' ? 'run' : 'finding'} of ${incident.number}`,
      hint: `\`holdfast incident show ${incident.number} --json\` lists them; anything else is a link with its address.`,
    });
  }
}
