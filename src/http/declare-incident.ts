import type { DeclareIncident, IncidentSummary } from '../contract/incident.ts';
import type { Queryable, Tx } from '../platform/db/database.ts';
import {
  type IncidentRow,
  insertIncident,
  readIncidentRow,
  readScheme,
  type SeverityScheme,
  toIncidentSummary,
} from '../respond/incidents/index.ts';

export type DeclareDeps = {
  /** The severity scheme of what carries these labels. */
  schemeFor(db: Queryable, labels: Readonly<Record<string, string>>): Promise<SeverityScheme>;
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
  const { title, severity, labels } = wanted;
  const scheme = await (wanted.scheme === undefined ? deps.schemeFor(tx, labels) : readScheme(tx, wanted.scheme));
  const row = await insertIncident(tx, { title, severity, scheme, cause: null, ...by, text });
  await deps.pageEveryone(tx, row, { text, labels, at: by.at });
  return toIncidentSummary(await readIncidentRow(tx, row.id));
}
