import {
  openMaintenances,
  overallStatus,
  type PublicComponent,
  type PublicNotice,
  type PublicState,
  type PublicUpdate,
  unresolved,
} from './public-state.ts';

/** The state in the shapes of Statuspage's public API v2: its readers take ours unchanged. */

const PAGE_ID = 'holdfast';

export function summaryJson(state: PublicState): object {
  return {
    page: pageJson(state),
    components: state.components.map(componentJson),
    incidents: unresolved(state.notices).map((notice) => noticeJson(notice, state)),
    scheduled_maintenances: openMaintenances(state.notices).map((notice) => noticeJson(notice, state)),
    status: overallStatus(state),
  };
}

export const statusJson = (state: PublicState): object => ({ page: pageJson(state), status: overallStatus(state) });

export const componentsJson = (state: PublicState): object => ({
  page: pageJson(state),
  components: state.components.map(componentJson),
});

/** @param only `unresolved` leaves out what is over */
export function incidentsJson(state: PublicState, only: 'all' | 'unresolved'): object {
  const incidents =
    only === 'unresolved' ? unresolved(state.notices) : state.notices.filter((notice) => notice.kind === 'incident');
  return { page: pageJson(state), incidents: incidents.map((notice) => noticeJson(notice, state)) };
}

/** @param only `upcoming` and `active` as Statuspage has them */
export function maintenancesJson(state: PublicState, only: 'all' | 'upcoming' | 'active'): object {
  const wanted = state.notices.filter((notice) => {
    if (notice.kind !== 'maintenance') return false;
    if (only === 'upcoming') return notice.status === 'scheduled';
    return only === 'all' || ['in_progress', 'verifying'].includes(notice.status);
  });
  return { page: pageJson(state), scheduled_maintenances: wanted.map((notice) => noticeJson(notice, state)) };
}

/** What a webhook subscriber is sent about a notice, as Statuspage sends it; null where it is not shown any more. */
export function webhookJson(state: PublicState, noticeId: string, unsubscribeUrl: string): object | null {
  const notice = state.notices.find((each) => each.id === noticeId);
  if (!notice) return null;
  const { indicator, description } = overallStatus(state);
  return {
    meta: { unsubscribe: unsubscribeUrl, generated_at: state.now.toISOString() },
    page: { id: PAGE_ID, status_indicator: indicator, status_description: description },
    incident: noticeJson(notice, state),
  };
}

function pageJson({ page, notices, components, now }: PublicState): object {
  const times = [...notices, ...components].map((each) => each.updatedAt.getTime());
  return {
    id: PAGE_ID,
    name: page.name,
    url: page.url,
    time_zone: page.timezone,
    updated_at: new Date(times.length === 0 ? now.getTime() : Math.max(...times)).toISOString(),
  };
}

function componentJson(component: PublicComponent): object {
  return {
    id: component.id,
    name: component.name,
    status: component.status,
    created_at: component.createdAt.toISOString(),
    updated_at: component.updatedAt.toISOString(),
    position: component.place,
    description: component.description === '' ? null : component.description,
    showcase: component.showcase,
    start_date: component.createdAt.toISOString().slice(0, 10),
    group_id: null,
    page_id: PAGE_ID,
    group: false,
    only_show_if_degraded: false,
  };
}

function noticeJson(notice: PublicNotice, state: PublicState): object {
  const codes = new Set(notice.updates.flatMap((update) => update.affected.map((affected) => affected.code)));
  return {
    id: notice.id,
    name: notice.name,
    status: notice.status,
    created_at: notice.createdAt.toISOString(),
    updated_at: notice.updatedAt.toISOString(),
    monitoring_at: notice.monitoringAt?.toISOString() ?? null,
    resolved_at: notice.resolvedAt?.toISOString() ?? null,
    impact: notice.impact,
    shortlink: `${state.page.url}#${notice.id}`,
    started_at: notice.startedAt.toISOString(),
    page_id: PAGE_ID,
    incident_updates: notice.updates.map((update) => updateJson(update, notice)),
    components: state.components.filter((component) => codes.has(component.id)).map(componentJson),
    reminder_intervals: null,
    ...(notice.kind === 'maintenance' && {
      scheduled_for: notice.scheduledFor?.toISOString() ?? null,
      scheduled_until: notice.scheduledUntil?.toISOString() ?? null,
    }),
  };
}

function updateJson(update: PublicUpdate, notice: PublicNotice): object {
  const at = update.at.toISOString();
  return {
    id: update.id,
    status: update.status,
    body: update.body,
    incident_id: notice.id,
    created_at: at,
    updated_at: at,
    display_at: at,
    affected_components: update.affected.map(({ code, name, oldStatus, newStatus }) => ({
      code,
      name,
      old_status: oldStatus,
      new_status: newStatus,
    })),
    deliver_notifications: true,
    custom_tweet: null,
    tweet_id: null,
  };
}
