import { INCIDENT_NOTICE_STATUSES, MAINTENANCE_STATUSES, type PublicMessage } from '../../contract/status-page.ts';
import type { Tx } from '../../platform/db/database.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import { createId } from '../../platform/identity/prefixed-id.ts';
import { clearTimer, setTimer, type TimerHandler } from '../../platform/timers/timer-service.ts';
import { lockIncident, tellIncident } from '../incidents/index.ts';
import { settleDraftOf } from './draft-store.ts';
import type { AffectedComponent, ComponentStatus } from './public-state.ts';
import {
  changeComponent,
  componentsOfNotice,
  insertNotice,
  insertUpdate,
  type LockedNotice,
  lockComponent,
  lockNotice,
  moveNotice,
} from './status-store.ts';

/** Timers of the status page: an update that was promised, the begin and the end of a maintenance. */
const UPDATE_DUE = 'status-update-due';
const MAINTENANCE_BEGINS = 'status-maintenance-begins';
const MAINTENANCE_ENDS = 'status-maintenance-ends';

type Affected = readonly { component: string; status: ComponentStatus }[];

/** A message as customers read it: every required part is in it. */
export function renderMessage(message: PublicMessage, at: Date): string {
  const nextAt = nextUpdateAt(message, at);
  return [
    `Impact: ${message.impact}`,
    `Status: ${message.status}`,
    ...(message.affectedPercent === null ? [] : [`Customers affected: about ${message.affectedPercent} %`]),
    ...(message.eta === null ? [] : [`Expected to be over: ${formatUtc(new Date(message.eta))}`]),
    ...(nextAt === null ? [] : [`Next update by: ${formatUtc(nextAt)}`]),
  ].join('\n');
}

const formatUtc = (at: Date) => `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

function nextUpdateAt(message: PublicMessage, at: Date): Date | null {
  return message.nextUpdateMinutes === 0 ? null : new Date(at.getTime() + message.nextUpdateMinutes * 60_000);
}

/** Publishes an incident with its first message, and changes what it affects. @returns the notice's id */
export async function publishIncident(
  tx: Tx,
  wanted: {
    name: string;
    impact: string;
    status: string;
    startedAt: Date;
    incidentId: string | null;
    affected: Affected;
    message: PublicMessage;
    at: Date;
    actor: string;
  },
): Promise<string> {
  assertPromise(wanted.message, wanted.status === 'resolved');
  if (wanted.incidentId !== null) await settleDraftOf(tx, wanted.incidentId);
  const id = createId('ntc', wanted.at.getTime());
  const nextAt = wanted.status === 'resolved' ? null : nextUpdateAt(wanted.message, wanted.at);
  await insertNotice(tx, {
    id,
    kind: 'incident',
    name: wanted.name,
    impact: wanted.impact,
    status: wanted.status,
    privateIncidentId: wanted.incidentId,
    scheduledFor: null,
    scheduledUntil: null,
    autoClose: false,
    startedAt: wanted.startedAt,
    nextUpdateAt: nextAt,
    at: wanted.at,
  });
  await tellPublic(tx, { ...wanted, id, body: renderMessage(wanted.message, wanted.at) });
  await promise(tx, id, nextAt);
  await noteInTimeline(tx, wanted.incidentId, `Told the public: ${wanted.name}`, wanted);
  return id;
}

/** Says how it goes on. @throws HoldfastError `status.wrong-status`, `status.over` */
export async function updateNotice(
  tx: Tx,
  id: string,
  wanted: {
    status: string;
    impact?: string | undefined;
    affected: Affected;
    message: PublicMessage;
    at: Date;
    actor: string;
  },
): Promise<void> {
  const notice = await lockNotice(tx, id);
  assertStatus(notice, wanted.status);
  const over = isOver(wanted.status);
  assertPromise(wanted.message, over);
  const nextAt = over ? null : nextUpdateAt(wanted.message, wanted.at);
  const impact = notice.kind === 'maintenance' ? notice.impact : (wanted.impact ?? notice.impact);
  await moveNotice(tx, id, { status: wanted.status, impact, nextUpdateAt: nextAt, over, at: wanted.at });
  await tellPublic(tx, { ...wanted, id, body: renderMessage(wanted.message, wanted.at) });
  await promise(tx, id, nextAt);
  if (over) for (const kind of [MAINTENANCE_BEGINS, MAINTENANCE_ENDS]) await clearTimer(tx, { kind, subject: id });
  await noteInTimeline(tx, notice.incidentId, `Told the public: ${notice.name} is ${wanted.status}`, wanted);
}

/** Announces work; it begins and, when asked to, ends by itself. @returns the notice's id */
export async function scheduleMaintenance(
  tx: Tx,
  wanted: {
    name: string;
    body: string;
    scheduledFor: Date;
    scheduledUntil: Date;
    affected: readonly string[];
    autoClose: boolean;
    at: Date;
  },
): Promise<string> {
  if (wanted.scheduledUntil <= wanted.scheduledFor || wanted.scheduledUntil <= wanted.at) {
    throw new HoldfastError({
      code: 'status.wrong-times',
      kind: 'invalid',
      message: 'a maintenance ends after it begins, and not in the past',
    });
  }
  const id = createId('ntc', wanted.at.getTime());
  await insertNotice(tx, {
    id,
    kind: 'maintenance',
    name: wanted.name,
    impact: 'maintenance',
    status: 'scheduled',
    privateIncidentId: null,
    scheduledFor: wanted.scheduledFor,
    scheduledUntil: wanted.scheduledUntil,
    autoClose: wanted.autoClose,
    startedAt: wanted.scheduledFor,
    nextUpdateAt: null,
    at: wanted.at,
  });
  const affected: AffectedComponent[] = [];
  for (const each of wanted.affected) {
    const component = await lockComponent(tx, each);
    affected.push({
      code: component.id,
      name: component.name,
      oldStatus: component.status,
      newStatus: component.status,
    });
  }
  await insertUpdate(tx, {
    id: createId('upd', wanted.at.getTime()),
    noticeId: id,
    status: 'scheduled',
    body: wanted.body,
    affected,
    at: wanted.at,
  });
  await setTimer(tx, { kind: MAINTENANCE_BEGINS, subject: id, dueAt: wanted.scheduledFor });
  await setTimer(tx, { kind: MAINTENANCE_ENDS, subject: id, dueAt: wanted.scheduledUntil });
  return id;
}

/** What the status page does by itself when its time has come. */
export function statusPageTimers(): Record<string, TimerHandler> {
  return {
    [UPDATE_DUE]: async (tx, timer) => {
      const notice = await lockNotice(tx, timer.subject).catch(() => null);
      if (!notice || notice.resolvedAt !== null || notice.nextUpdateAt?.getTime() !== timer.dueAt.getTime()) return;
      await noteInTimeline(
        tx,
        notice.incidentId,
        `The public was promised an update of "${notice.name}" by now: it is overdue`,
        {
          at: timer.dueAt,
          actor: 'system',
        },
      );
    },
    [MAINTENANCE_BEGINS]: (tx, timer) => moveMaintenance(tx, timer, 'in_progress'),
    [MAINTENANCE_ENDS]: (tx, timer) => moveMaintenance(tx, timer, 'completed'),
  };
}

async function moveMaintenance(
  tx: Tx,
  timer: { subject: string; dueAt: Date },
  status: 'in_progress' | 'completed',
): Promise<void> {
  const notice = await lockNotice(tx, timer.subject).catch(() => null);
  if (!notice || notice.resolvedAt !== null) return;
  if (status === 'in_progress' && notice.status !== 'scheduled') return;
  if (status === 'completed' && !notice.autoClose) return;
  const over = status === 'completed';
  await moveNotice(tx, notice.id, { status, impact: notice.impact, nextUpdateAt: null, over, at: timer.dueAt });
  const body = over ? 'The maintenance is completed.' : 'The maintenance is under way.';
  const affected = await affectedByMaintenance(tx, notice.id, over ? 'operational' : 'under_maintenance');
  await tellPublic(tx, { id: notice.id, status, body, affected, at: timer.dueAt });
}

async function affectedByMaintenance(tx: Tx, noticeId: string, status: ComponentStatus): Promise<Affected> {
  const components = await componentsOfNotice(tx, noticeId);
  // A component that broke meanwhile stays what it is.
  return components
    .filter((component) => status !== 'operational' || component.status === 'under_maintenance')
    .map((component) => ({ component: component.id, status }));
}

async function tellPublic(
  tx: Tx,
  update: { id: string; status: string; body: string; affected: Affected; at: Date },
): Promise<void> {
  const affected: AffectedComponent[] = [];
  for (const { component: wanted, status } of update.affected) {
    const before = await lockComponent(tx, wanted);
    await changeComponent(tx, before.id, { status }, update.at);
    affected.push({ code: before.id, name: before.name, oldStatus: before.status, newStatus: status });
  }
  await insertUpdate(tx, {
    id: createId('upd', update.at.getTime()),
    noticeId: update.id,
    status: update.status,
    body: update.body,
    affected,
    at: update.at,
  });
}

async function promise(tx: Tx, id: string, dueAt: Date | null): Promise<void> {
  if (dueAt === null) await clearTimer(tx, { kind: UPDATE_DUE, subject: id });
  else await setTimer(tx, { kind: UPDATE_DUE, subject: id, dueAt });
}

async function noteInTimeline(
  tx: Tx,
  incidentId: string | null,
  text: string,
  told: { at: Date; actor: string },
): Promise<void> {
  if (incidentId === null) return;
  const incident = await lockIncident(tx, incidentId);
  await tellIncident(tx, incident, { kind: 'incident.noted', at: told.at, actor: told.actor, text });
}

const isOver = (status: string) => status === 'resolved' || status === 'completed';

function assertPromise(message: PublicMessage, over: boolean): void {
  if (over || message.nextUpdateMinutes > 0) return;
  throw new HoldfastError({
    code: 'status.no-next-update',
    kind: 'invalid',
    message: 'customers are told when they hear again: nextUpdateMinutes is 0 only in the last message',
  });
}

function assertStatus(notice: LockedNotice, status: string): void {
  const allowed: readonly string[] = notice.kind === 'incident' ? INCIDENT_NOTICE_STATUSES : MAINTENANCE_STATUSES;
  if (!allowed.includes(status)) {
    throw new HoldfastError({
      code: 'status.wrong-status',
      kind: 'invalid',
      message: `${notice.kind === 'incident' ? 'an incident' : 'a maintenance'} is ${allowed.join(', ')}, not ${status}`,
    });
  }
  if (notice.resolvedAt !== null) {
    throw new HoldfastError({ code: 'status.over', kind: 'conflict', message: `"${notice.name}" is over already` });
  }
}
