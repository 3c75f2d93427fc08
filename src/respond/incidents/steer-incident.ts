import type { SeverityRank } from '../../contract/common.ts';
import type { IncidentStatus } from '../../contract/incident.ts';
import type { Clock } from '../../platform/clock/clock.ts';
import type { Database, Tx } from '../../platform/db/database.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import type { Wakeups } from '../../platform/events/wakeups.ts';
import { INCIDENT_TRANSITIONS } from './incident-status.ts';
import { findOpenByCause, type IncidentRow, lockIncident, tellIncident, updateIncident } from './incident-store.ts';
import { levelOf, schemeOf } from './severity-schemes.ts';

export type IncidentCommandDeps = { database: Database; clock: Clock; wakeups: Pick<Wakeups, 'kick'> };

/** Called in the transaction of an acknowledgement or a resolve: pages that wait stop with it. */
type StopPages = (tx: Tx, incidentId: string, by: { at: Date; actor: string; answered: boolean }) => Promise<void>;

/** Called in the transaction that changes a severity, with the incident as it is then. */
type SeverityChanged = (tx: Tx, incident: IncidentRow, at: Date) => Promise<void>;

async function change(
  deps: IncidentCommandDeps,
  id: string,
  work: (tx: Tx, incident: IncidentRow) => Promise<void>,
): Promise<void> {
  await deps.database.transact(async (tx) => work(tx, await lockIncident(tx, id)));
  for (const topic of ['outbox', 'pages', 'timers'] as const) deps.wakeups.kick(topic);
}

/** Somebody has it: stops every page that has not gone out. A second one stops those that were sent on since. */
export async function acknowledgeIncident(
  deps: IncidentCommandDeps & { stopPages: StopPages },
  id: string,
  by: { actor: string; reason?: string | undefined },
): Promise<void> {
  await change(deps, id, async (tx, incident) => {
    const at = deps.clock.now();
    if (incident.acknowledgedAt) return deps.stopPages(tx, incident.id, { at, actor: by.actor, answered: true });
    await updateIncident(tx, incident.id, {
      acknowledgedAt: at,
      acknowledgedBy: by.actor,
      ...(incident.status === 'triage' ? { status: 'investigating' as const } : {}),
    });
    await deps.stopPages(tx, incident.id, { at, actor: by.actor, answered: true });
    await tellIncident(tx, incident, {
      kind: 'incident.acknowledged',
      at,
      actor: by.actor,
      text: by.reason ? `Acknowledged: ${by.reason}` : 'Acknowledged',
    });
  });
}

/**
 * Sets the status by a person's word. Resolving takes a passed verification (`blockers` is empty) or a signed override.
 * @throws HoldfastError conflict `incident.status`, `incident.not-verified`
 */
export async function changeIncidentStatus(
  deps: IncidentCommandDeps & {
    stopPages: StopPages;
    blockers: (tx: Tx, incidentId: string) => Promise<string[]>;
  },
  id: string,
  to: { status: IncidentStatus; reason?: string | undefined; override?: boolean | undefined; actor: string },
): Promise<void> {
  await change(deps, id, async (tx, incident) => {
    if (incident.status === to.status) return;
    const allowed = INCIDENT_TRANSITIONS[incident.status];
    if (!allowed.includes(to.status)) {
      throw new HoldfastError({
        code: 'incident.status',
        kind: 'conflict',
        message: `${incident.number} is ${incident.status}: it cannot become ${to.status}`,
        hint:
          allowed.length > 0
            ? `Next may be: ${allowed.join(', ')}`
            : 'A closed incident stays closed; declare a new one.',
      });
    }
    const at = deps.clock.now();
    let text = to.reason ? `Status ${to.status}: ${to.reason}` : `Status ${to.status}`;
    if (to.status === 'resolved') {
      const blockers = await deps.blockers(tx, incident.id);
      if (blockers.length > 0) {
        assertOverride(incident, to, blockers);
        text = `Resolved by override of ${to.actor}: ${to.reason} (held back by: ${blockers.join('; ')})`;
      }
      await deps.stopPages(tx, incident.id, { at, actor: to.actor, answered: false });
    }
    const reopens = incident.status === 'resolved' && to.status !== 'closed';
    if (reopens && incident.cause !== null) await assertNoneOpen(tx, incident, incident.cause);
    await updateIncident(tx, incident.id, {
      status: to.status,
      ...(to.status === 'resolved' ? { resolvedAt: at } : reopens ? { resolvedAt: null } : {}),
    });
    const kind =
      to.status === 'resolved'
        ? 'incident.resolved'
        : to.status === 'closed'
          ? 'incident.closed'
          : 'incident.status-changed';
    await tellIncident(tx, incident, { kind, at, actor: to.actor, text });
  });
}

/** One cause has one open incident: a reopened one may not stand beside a newer one. */
async function assertNoneOpen(tx: Tx, incident: IncidentRow, cause: string): Promise<void> {
  const open = await findOpenByCause(tx, cause);
  if (!open) return;
  throw new HoldfastError({
    code: 'incident.cause-open',
    kind: 'conflict',
    message: `${incident.number} cannot be reopened: ${open.number} is open for the same cause`,
    hint: `Go on in ${open.number}.`,
  });
}

function assertOverride(
  incident: IncidentRow,
  to: { override?: boolean | undefined; reason?: string | undefined },
  blockers: readonly string[],
): void {
  if (to.override && to.reason && to.reason.trim().length >= 3) return;
  throw new HoldfastError({
    code: 'incident.not-verified',
    kind: 'conflict',
    message: `${incident.number} cannot be resolved yet: ${blockers.join('; ')}`,
    hint: to.override
      ? 'An override needs a reason.'
      : 'Let it be verified, or resolve with an override and a reason; both are kept with your name.',
  });
}

/** Changes the rank; the scheme's label and response time follow. */
export async function changeIncidentSeverity(
  deps: IncidentCommandDeps & { severityChanged?: SeverityChanged },
  id: string,
  to: { rank: SeverityRank; reason: string; actor: string },
): Promise<void> {
  await change(deps, id, async (tx, incident) => {
    if (incident.severity === to.rank) return;
    const scheme = schemeOf(incident);
    const at = deps.clock.now();
    const changed = await updateIncident(tx, incident.id, { severity: to.rank });
    await tellIncident(tx, incident, {
      kind: 'incident.severity-changed',
      at,
      actor: to.actor,
      text: `Severity ${levelOf(scheme, incident.severity).label} → ${levelOf(scheme, to.rank).label}: ${to.reason}`,
    });
    await deps.severityChanged?.(tx, changed, at);
  });
}

/** Assigns or clears roles. */
export async function changeIncidentRoles(
  deps: IncidentCommandDeps,
  id: string,
  to: { roles: Readonly<Record<string, string | null | undefined>>; actor: string },
): Promise<void> {
  await change(deps, id, async (tx, incident) => {
    const roles = { ...incident.roles };
    const told: string[] = [];
    for (const [role, who] of Object.entries(to.roles)) {
      if (who === undefined) continue;
      if (who === null) delete roles[role];
      else roles[role] = who;
      told.push(`${role}: ${who ?? 'nobody'}`);
    }
    if (told.length === 0) return;
    await updateIncident(tx, incident.id, { roles });
    await tellIncident(tx, incident, {
      kind: 'incident.roles-changed',
      at: deps.clock.now(),
      actor: to.actor,
      text: told.join(', '),
    });
  });
}

/** Adds a person's note; it may be about an earlier time than now. */
export async function noteIncident(
  deps: IncidentCommandDeps,
  id: string,
  note: { text: string; at?: Date | undefined; actor: string },
): Promise<void> {
  await change(deps, id, (tx, incident) =>
    tellIncident(tx, incident, {
      kind: 'incident.noted',
      at: note.at ?? deps.clock.now(),
      actor: note.actor,
      text: note.text,
    }),
  );
}
