import { sql } from 'kysely';
import type { StatusComponent, StatusNotice } from '../../contract/status-page.ts';
import type { Queryable, Tx } from '../../platform/db/database.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import type { AffectedComponent, ComponentStatus, PublicComponent, PublicNotice } from './public-state.ts';
import { queueUpdate } from './subscribers/delivery-store.ts';
import type { StatusChange } from './uptime.ts';

/** What is over stays on the page and in its feeds for this long, and this many at most. */
const SHOWN_DAYS = 90;
const MOST_SHOWN = 50;

// Columns are named one by one: what is private is never even read for the public.
const COMPONENT = sql.raw(
  `id, name, description, group_name as "groupName", place, status, showcase, created_at as "createdAt", updated_at as "updatedAt"`,
);
const NOTICE = `n.id, n.kind, n.name, n.impact, n.status, n.scheduled_for as "scheduledFor", n.scheduled_until as "scheduledUntil",
  n.started_at as "startedAt", n.monitoring_at as "monitoringAt", n.resolved_at as "resolvedAt", n.created_at as "createdAt", n.updated_at as "updatedAt",
  coalesce((select jsonb_agg(jsonb_build_object('id', u.id, 'status', u.status, 'body', u.body, 'affected', u.affected, 'at', u.at) order by u.at desc, u.id desc)
    from status_updates u where u.notice_id = n.id), '[]') as updates`;

type NoticeRow = Omit<PublicNotice, 'updates'> & {
  updates: (Omit<PublicNotice['updates'][number], 'at'> & { at: string })[];
};

function toNotice(row: NoticeRow): PublicNotice {
  return { ...row, updates: row.updates.map((update) => ({ ...update, at: new Date(update.at) })) };
}

/** The public's components, in their order. */
export async function readPublicComponents(db: Queryable): Promise<PublicComponent[]> {
  const found = await sql<PublicComponent>`
    select ${COMPONENT} from status_components order by group_name nulls first, place, name`.execute(db);
  return found.rows;
}

/** The public's notices: open ones and those of the last weeks, newest first. */
export async function readPublicNotices(db: Queryable, now: Date): Promise<PublicNotice[]> {
  const found = await sql<NoticeRow>`
    select ${sql.raw(NOTICE)} from status_notices n
    where n.resolved_at is null or n.resolved_at > ${new Date(now.getTime() - SHOWN_DAYS * 86_400_000)}
    order by (n.resolved_at is null) desc, n.created_at desc limit ${MOST_SHOWN}`.execute(db);
  return found.rows.map(toNotice);
}

/** Changes of all components since a time, with the status each had then. */
export async function readComponentChanges(db: Queryable, since: Date): Promise<Map<string, StatusChange[]>> {
  const found = await sql<{ componentId: string; at: Date; status: ComponentStatus }>`
    select component_id as "componentId", at, status from status_component_changes
    where at >= coalesce((select max(b.at) from status_component_changes b
      where b.component_id = status_component_changes.component_id and b.at <= ${since}), '-infinity')
    order by component_id, at`.execute(db);
  return Map.groupBy(found.rows, (row) => row.componentId);
}

export async function insertComponent(
  tx: Tx,
  component: {
    id: string;
    name: string;
    description: string;
    group: string | null;
    place: number | undefined;
    showcase: boolean;
    at: Date;
  },
): Promise<StatusComponent> {
  const made = await sql<PublicComponent>`
    insert into status_components (id, name, description, group_name, place, showcase, created_at, updated_at)
    values (${component.id}, ${component.name}, ${component.description}, ${component.group},
      coalesce(${component.place ?? null}::int, (select coalesce(max(place), 0) + 1 from status_components)), ${component.showcase}, ${component.at}, ${component.at})
    on conflict (name) do nothing returning ${COMPONENT}`.execute(tx);
  const row = made.rows[0];
  if (!row) throw nameTaken(component.name);
  await sql`insert into status_component_changes (component_id, at, status) values (${row.id}, ${component.at}, 'operational')`.execute(
    tx,
  );
  return toComponent(row);
}

/** @param change what is undefined stays @throws HoldfastError missing, conflict */
export async function changeComponent(
  tx: Tx,
  id: string,
  change: {
    name?: string | undefined;
    description?: string | undefined;
    group?: string | null | undefined;
    place?: number | undefined;
    showcase?: boolean | undefined;
    status?: ComponentStatus | undefined;
  },
  at: Date,
): Promise<StatusComponent> {
  const before = await lockComponent(tx, id);
  if (change.name !== undefined && change.name !== before.name) {
    const taken = await sql`select from status_components where name = ${change.name}`.execute(tx);
    if (taken.rows.length > 0) throw nameTaken(change.name);
  }
  const wanted = { ...before, ...dropUndefined(change) };
  const changed = await sql<PublicComponent>`
    update status_components set name = ${wanted.name}, description = ${wanted.description},
      group_name = ${change.group === undefined ? before.groupName : change.group}, place = ${wanted.place},
      showcase = ${wanted.showcase}, status = ${wanted.status}, updated_at = ${at}
    where id = ${before.id} returning ${COMPONENT}`.execute(tx);
  if (wanted.status !== before.status)
    await sql`insert into status_component_changes (component_id, at, status) values (${before.id}, ${at}, ${wanted.status})`.execute(
      tx,
    );
  return toComponent(changed.rows[0] as PublicComponent);
}

export async function removeComponent(tx: Tx, id: string): Promise<void> {
  const before = await lockComponent(tx, id);
  await sql`delete from status_components where id = ${before.id}`.execute(tx);
}

/** By id or name. @throws HoldfastError missing `status.unknown-component` */
export async function lockComponent(tx: Tx, idOrName: string): Promise<PublicComponent> {
  const found = await sql<PublicComponent>`
    select ${COMPONENT} from status_components where id = ${idOrName} or name = ${idOrName} for update`.execute(tx);
  if (found.rows[0]) return found.rows[0];
  throw new HoldfastError({
    code: 'status.unknown-component',
    kind: 'missing',
    message: `the status page has no component ${idOrName}`,
    hint: '`holdfast status components` lists them.',
  });
}

/** The components a notice ever named that are still there. */
export async function componentsOfNotice(tx: Tx, noticeId: string): Promise<PublicComponent[]> {
  const found = await sql<PublicComponent>`
    select ${COMPONENT} from status_components where id in (
      select a->>'code' from status_updates, jsonb_array_elements(affected) a where notice_id = ${noticeId}) for update`.execute(
    tx,
  );
  return found.rows;
}

export async function insertNotice(
  tx: Tx,
  notice: {
    id: string;
    kind: 'incident' | 'maintenance';
    name: string;
    impact: string;
    status: string;
    privateIncidentId: string | null;
    scheduledFor: Date | null;
    scheduledUntil: Date | null;
    autoClose: boolean;
    startedAt: Date;
    nextUpdateAt: Date | null;
    at: Date;
  },
): Promise<void> {
  const monitoringAt = notice.status === 'monitoring' ? notice.at : null;
  const resolvedAt = notice.status === 'resolved' ? notice.at : null;
  await sql`
    insert into status_notices (id, kind, name, impact, status, private_incident_id, scheduled_for, scheduled_until, auto_close,
      started_at, monitoring_at, resolved_at, next_update_at, created_at, updated_at)
    values (${notice.id}, ${notice.kind}, ${notice.name}, ${notice.impact}, ${notice.status}, ${notice.privateIncidentId},
      ${notice.scheduledFor}, ${notice.scheduledUntil}, ${notice.autoClose}, ${notice.startedAt}, ${monitoringAt}, ${resolvedAt},
      ${notice.nextUpdateAt}, ${notice.at}, ${notice.at})`.execute(tx);
}

/** Something new for the public: on the page, and to whoever subscribed. Kick 'pages' after the commit. */
export async function insertUpdate(
  tx: Tx,
  update: { id: string; noticeId: string; status: string; body: string; affected: AffectedComponent[]; at: Date },
): Promise<void> {
  await sql`
    insert into status_updates (id, notice_id, status, body, affected, at)
    values (${update.id}, ${update.noticeId}, ${update.status}, ${update.body}, ${JSON.stringify(update.affected)}::jsonb, ${update.at})`.execute(
    tx,
  );
  await queueUpdate(tx, update.id, update.at);
}

/** The name of the notice that tells the public of an incident, or null where none is open. */
export async function findOpenNoticeOf(tx: Tx, incidentId: string): Promise<string | null> {
  const found = await sql<{ name: string }>`
    select name from status_notices where private_incident_id = ${incidentId} and resolved_at is null limit 1`.execute(
    tx,
  );
  return found.rows[0]?.name ?? null;
}

export type LockedNotice = {
  id: string;
  kind: 'incident' | 'maintenance';
  status: string;
  impact: string;
  resolvedAt: Date | null;
  nextUpdateAt: Date | null;
  name: string;
  incidentId: string | null;
  scheduledFor: Date | null;
  scheduledUntil: Date | null;
  autoClose: boolean;
};

/** @throws HoldfastError missing `status.unknown-notice` */
export async function lockNotice(tx: Tx, id: string): Promise<LockedNotice> {
  const found = await sql<LockedNotice>`
    select id, kind, status, impact, name, resolved_at as "resolvedAt", next_update_at as "nextUpdateAt", private_incident_id as "incidentId",
      scheduled_for as "scheduledFor", scheduled_until as "scheduledUntil", auto_close as "autoClose"
    from status_notices where id = ${id} for update`.execute(tx);
  if (found.rows[0]) return found.rows[0];
  throw new HoldfastError({
    code: 'status.unknown-notice',
    kind: 'missing',
    message: `no notice ${id} on the status page`,
  });
}

export async function moveNotice(
  tx: Tx,
  id: string,
  move: { status: string; impact: string; nextUpdateAt: Date | null; over: boolean; at: Date },
): Promise<void> {
  await sql`
    update status_notices set status = ${move.status}, impact = ${move.impact}, next_update_at = ${move.nextUpdateAt}, updated_at = ${move.at},
      monitoring_at = case when ${move.status} = 'monitoring' then coalesce(monitoring_at, ${move.at}::timestamptz) else monitoring_at end,
      resolved_at = case when ${move.over} then ${move.at}::timestamptz end
    where id = ${id}`.execute(tx);
}

/** The notices as those who write them see them, newest first. */
export async function listNotices(db: Queryable, limit: number): Promise<StatusNotice[]> {
  const found = await sql<NoticeRow & { incidentId: string | null; nextUpdateAt: Date | null }>`
    select ${sql.raw(NOTICE)}, n.private_incident_id as "incidentId", n.next_update_at as "nextUpdateAt"
    from status_notices n order by (n.resolved_at is null) desc, n.created_at desc limit ${limit}`.execute(db);
  return found.rows.map((row) => ({
    id: row.id,
    kind: row.kind,
    name: row.name,
    impact: row.impact,
    status: row.status,
    incidentId: row.incidentId,
    scheduledFor: row.scheduledFor?.toISOString() ?? null,
    scheduledUntil: row.scheduledUntil?.toISOString() ?? null,
    startedAt: row.startedAt.toISOString(),
    resolvedAt: row.resolvedAt?.toISOString() ?? null,
    nextUpdateAt: row.nextUpdateAt?.toISOString() ?? null,
    updates: row.updates.map(({ id, status, body, at }) => ({ id, status, body, at: new Date(at).toISOString() })),
  }));
}

export function toComponent(row: PublicComponent): StatusComponent {
  const { groupName, createdAt: _createdAt, updatedAt, ...rest } = row;
  return { ...rest, group: groupName, updatedAt: updatedAt.toISOString() };
}

function dropUndefined<Value extends object>(
  value: Value,
): Partial<{ [Key in keyof Value]: Exclude<Value[Key], undefined> }> {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as never;
}

function nameTaken(name: string): HoldfastError {
  return new HoldfastError({
    code: 'status.component-taken',
    kind: 'conflict',
    message: `the status page has a component ${name} already`,
  });
}
