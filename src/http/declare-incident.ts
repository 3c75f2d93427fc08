import type { DeclareIncident, IncidentSummary } from '../contract/incident.ts';
import type { Tx } from '../platform/db/database.ts';
import { type IncidentRow, insertIncident, readIncidentRow, toIncidentSummary } from '../respond/incidents/index.ts';

export type DeclareDeps = {
  severityScheme: string;
  /** Queues the pages of a declared incident in its transaction. */
  pageEveryone(
    tx: Tx,
    incident: IncidentRow,
    about: { text: string; labels: Readonly<Record<string, string>>; at: Date },
  ): Promise<void>;
};

/** Opens an incident by a person's word and pages whom it concerns. Kick 'outbox', 'pages' and 'timers' after the commit. */
export async function declareIncident(
  tx: Tx,
  deps: DeclareDeps,
  wanted: DeclareIncident,
  by: { at: Date; actor: string },
): Promise<IncidentSummary> {
  const text = wanted.text ?? `Declared by ${by.actor}`;
  const row = await insertIncident(tx, { ...wanted, scheme: deps.severityScheme, cause: null, ...by, text });
  await deps.pageEveryone(tx, row, { text, labels: wanted.labels, at: by.at });
  return toIncidentSummary(await readIncidentRow(tx, row.id));
}
