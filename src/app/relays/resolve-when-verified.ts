import { hasVerifiedRun, listRuns } from '../../act/runs/index.ts';
import type { Queryable, Tx } from '../../platform/db/database.ts';
import { listFindingsOfIncident } from '../../respond/findings/index.ts';
import {
  lockIncident,
  lockSurvivor,
  resolveBlockers,
  tellIncident,
  updateIncident,
} from '../../respond/incidents/index.ts';
import { stopPages } from '../../respond/oncall/index.ts';

/** More runs of one incident than this are not looked at; a person resolves such a one. */
const MOST_RUNS = 200;

/** What holds the incident's resolve back right now. */
export async function readBlockers(db: Queryable, incidentId: string): Promise<string[]> {
  return resolveBlockers({
    findings: await listFindingsOfIncident(db, incidentId),
    runs: await listRuns(db, { incidentId, limit: MOST_RUNS }),
    verifiedByRun: await hasVerifiedRun(db, incidentId),
  });
}

/**
 * Resolves an incident once what noticed the trouble sees it gone and no run of it is under way. Incidents that people
 * declared are theirs to resolve. What is said of one that was merged is said of the one it is part of.
 */
export async function resolveWhenVerified(tx: Tx, mentionedId: string, at: Date): Promise<void> {
  const incidentId = await lockSurvivor(tx, mentionedId);
  const incident = await lockIncident(tx, incidentId);
  if (incident.status === 'resolved' || incident.status === 'closed' || incident.cause === null) return;
  if ((await readBlockers(tx, incidentId)).length > 0) return;
  const findings = await listFindingsOfIncident(tx, incidentId);
  const verified = findings.filter((finding) => finding.status === 'fixed').map((finding) => finding.title);
  if (verified.length === 0) return;
  await updateIncident(tx, incidentId, { status: 'resolved', resolvedAt: at });
  await stopPages(tx, incidentId, { at, actor: 'system', answered: false });
  await tellIncident(tx, incident, {
    kind: 'incident.resolved',
    at,
    actor: 'system',
    text: `Resolved: verified healthy (${verified.join(', ')})`,
  });
}
