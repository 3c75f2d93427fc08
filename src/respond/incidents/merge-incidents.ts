import type { Tx } from '../../platform/db/database.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import { type IncidentRow, lockIncident, readIncidentRow, tellIncident, updateIncident } from './incident-store.ts';
import { recordMerge } from './merge-store.ts';
import { levelOf, schemeOf } from './severity-schemes.ts';
import type { IncidentCommandDeps } from './steer-incident.ts';

/** How much moved from one incident to another, and the labels its findings agree on. */
export type MovedWork = { findings: number; runs: number; labels: Readonly<Record<string, string>> };

/** What merging and splitting need of the other stages, each in the transaction it is called with. */
export type RejoinDeps = IncidentCommandDeps & {
  stopPages(
    tx: Tx,
    incidentId: string,
    by: { at: Date; actor: string; answered: boolean; because?: string },
  ): Promise<void>;
  severityChanged(tx: Tx, incident: IncidentRow, at: Date): Promise<void>;
  isEscalating(tx: Tx, incidentId: string): Promise<boolean>;
  pageEveryone(
    tx: Tx,
    incident: IncidentRow,
    about: { text: string; labels: Readonly<Record<string, string>>; at: Date },
  ): Promise<void>;
  /** Moves findings and runs; all of them, or those named. */
  moveWork(
    tx: Tx,
    move: { from: string; to: string; only?: { findings: readonly string[]; runs: readonly string[] } },
  ): Promise<MovedWork>;
  /** Resolves the incident if what it is about now is verified healthy. */
  settle(tx: Tx, incidentId: string, at: Date): Promise<void>;
};

/**
 * Makes one incident part of another. Its findings and runs move, its pages and its timeline stay its own and are found
 * through the survivor. What waits to be sent stops in the same transaction, and later findings of its cause join the
 * survivor. Nothing goes quiet by it: the worse severity counts, and a survivor that nobody took keeps escalating, or
 * begins to where only the merged one did. Merging again into the same one changes nothing.
 * @throws HoldfastError `incident.merge-self` (400), `incident.merged`, `incident.over` (409), `incident.missing` (404)
 */
export async function mergeIncident(
  deps: RejoinDeps,
  id: string,
  to: { into: string; reason: string; actor: string },
): Promise<void> {
  await deps.database.transact(async (tx) => {
    const [merged, survivor] = await lockBoth(tx, id, to.into);
    if (merged.mergedInto === survivor.id) return;
    assertMergeable(merged, survivor);
    const at = deps.clock.now();
    const wasEscalating = await deps.isEscalating(tx, merged.id);
    await deps.stopPages(tx, merged.id, {
      at,
      actor: to.actor,
      answered: survivor.acknowledgedAt !== null,
      because: `merged into ${survivor.number}`,
    });
    const moved = await deps.moveWork(tx, { from: merged.id, to: survivor.id });
    await recordMerge(tx, merged, survivor.id);
    await tellIncident(tx, merged, {
      kind: 'incident.closed',
      at,
      actor: to.actor,
      text: `Merged into ${survivor.number}: ${to.reason}`,
      ref: survivor.id,
    });
    await tellIncident(tx, survivor, {
      kind: 'incident.merged',
      at,
      actor: to.actor,
      text: `${merged.number} "${merged.title}" is part of this: ${to.reason} (with ${describeMoved(moved)})`,
      ref: merged.id,
    });
    await keepTelling(deps, tx, { merged, survivor, moved, wasEscalating, at, actor: to.actor });
    await deps.settle(tx, survivor.id, at);
  });
  for (const topic of ['outbox', 'pages', 'timers'] as const) deps.wakeups.kick(topic);
}

/** In the order of their ids, so that two people merging the same two the other way round wait instead of deadlocking. */
async function lockBoth(tx: Tx, one: string, other: string): Promise<[IncidentRow, IncidentRow]> {
  const [first, second] = [(await readIncidentRow(tx, one)).id, (await readIncidentRow(tx, other)).id];
  if (first === second) {
    throw new HoldfastError({
      code: 'incident.merge-self',
      kind: 'invalid',
      message: `${one} cannot be merged into itself`,
      hint: 'Name the incident that goes on.',
    });
  }
  const locked = new Map<string, IncidentRow>();
  for (const id of [first, second].sort()) locked.set(id, await lockIncident(tx, id));
  return [locked.get(first)!, locked.get(second)!];
}

function assertMergeable(merged: IncidentRow, survivor: IncidentRow): void {
  if (merged.status === 'closed') {
    throw new HoldfastError({
      code: merged.mergedInto ? 'incident.merged' : 'incident.over',
      kind: 'conflict',
      message: `${merged.number} is closed${merged.mergedInto ? ': it is part of another incident' : ''}`,
      hint: 'A closed incident stays as it is.',
    });
  }
  if (survivor.status === 'resolved' || survivor.status === 'closed') {
    throw new HoldfastError({
      code: 'incident.over',
      kind: 'conflict',
      message: `${survivor.number} is ${survivor.status}: nothing can be merged into it`,
      hint: survivor.mergedInto
        ? 'It is part of another incident: merge into that one.'
        : 'Reopen it, or merge the other way round.',
    });
  }
}

async function keepTelling(
  deps: RejoinDeps,
  tx: Tx,
  now: {
    merged: IncidentRow;
    survivor: IncidentRow;
    moved: MovedWork;
    wasEscalating: boolean;
    at: Date;
    actor: string;
  },
): Promise<void> {
  const { merged, at } = now;
  let survivor = now.survivor;
  const worse = merged.status !== 'resolved' && merged.severity < survivor.severity;
  if (worse) {
    const scheme = schemeOf(survivor);
    const [from, to] = [levelOf(scheme, survivor.severity).label, levelOf(scheme, merged.severity).label];
    survivor = await updateIncident(tx, survivor.id, { severity: merged.severity });
    await tellIncident(tx, survivor, {
      kind: 'incident.severity-changed',
      at,
      actor: now.actor,
      text: `Severity ${from} → ${to}: that of ${merged.number}`,
    });
    await deps.severityChanged(tx, survivor, at);
  }
  if (!now.wasEscalating || survivor.acknowledgedAt !== null || (await deps.isEscalating(tx, survivor.id))) return;
  const text = `${merged.number} was merged into this, and nobody has taken it`;
  await deps.pageEveryone(tx, survivor, { text, labels: now.moved.labels, at });
}

/** `2 findings and 1 run`. */
export function describeMoved(moved: Pick<MovedWork, 'findings' | 'runs'>): string {
  const count = (n: number, word: string) => `${n} ${word}${n === 1 ? '' : 's'}`;
  return `${count(moved.findings, 'finding')} and ${count(moved.runs, 'run')}`;
}
