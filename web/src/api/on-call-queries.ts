import { queryOptions } from '@tanstack/react-query';
import type { ContactKindInfo, ContactMethod, NotificationRule } from '../../../src/contract/contacts.ts';
import type { Escalation, PolicyPreview } from '../../../src/contract/escalation.ts';
import type {
  CalendarSpec,
  EscalationRoute,
  OnCallNow,
  Override,
  PolicySpec,
  ScheduleSpec,
  ShiftBody,
  TeamSpec,
} from '../../../src/contract/oncall.ts';
import type { CalendarFeed, OnCallProblem } from '../../../src/contract/oncall-api.ts';
import type { SeveritySchemeBody } from '../../../src/contract/severity-scheme.ts';
import { type ListPage, toQuery } from './list-query.ts';
import { getJson, request } from './request.ts';

// Everything below ['oncall'] is read again when a definition, an override, a feed or a contact method changes.

/** A definition as it is kept; version 0 ships with Holdfast. */
export type Definition<Spec> = {
  name: string;
  spec: Spec;
  version: number;
  changedAt: string | null;
  changedBy: string | null;
};

function onCallList<Item>(key: readonly unknown[], path: string) {
  return queryOptions({
    queryKey: ['oncall', ...key],
    queryFn: async ({ signal }) => (await getJson<ListPage<Item>>(`/api/v1/${path}`, signal)).items,
  });
}

export const onCallNowQuery = onCallList<OnCallNow>(['now'], 'oncall');
export const schedulesQuery = onCallList<Definition<ScheduleSpec>>(['schedules'], 'schedules');
export const teamsQuery = onCallList<Definition<TeamSpec>>(['teams'], 'teams');
export const calendarsQuery = onCallList<Definition<CalendarSpec>>(['calendars'], 'calendars');
export const policiesQuery = onCallList<Definition<PolicySpec>>(['policies'], 'escalation-policies');
export const severitySchemesQuery = onCallList<SeveritySchemeBody>(['schemes'], 'severity-schemes');
export const onCallProblemsQuery = onCallList<OnCallProblem>(['problems'], 'oncall/problems');
export const feedsQuery = onCallList<CalendarFeed>(['feeds'], 'oncall/feeds');
export const contactKindsQuery = onCallList<ContactKindInfo>(['kinds'], 'oncall/contact-kinds');
export const contactMethodsQuery = onCallList<ContactMethod>(['contact-methods'], 'oncall/contact-methods');

export const shiftsQuery = (schedule: string, range: { from: string; to: string }) =>
  onCallList<ShiftBody>(
    ['shifts', schedule, range],
    `schedules/${encodeURIComponent(schedule)}/shifts${toQuery(range)}`,
  );
export const overridesQuery = (schedule: string) =>
  onCallList<Override>(['overrides', schedule], `schedules/${encodeURIComponent(schedule)}/overrides`);
export const policyPreviewQuery = (policy: string, asked: { severity: number; team?: string | undefined }) =>
  onCallList<PolicyPreview>(
    ['preview', policy, asked],
    `escalation-policies/${encodeURIComponent(policy)}/preview${toQuery(asked)}`,
  );

export const escalationRoutesQuery = queryOptions({
  queryKey: ['oncall', 'routes'],
  queryFn: async ({ signal }) => (await getJson<{ routes: EscalationRoute[] }>('/api/v1/oncall/routes', signal)).routes,
});

/** The rules with the version they were read at: writing them over somebody else's change is refused. */
export const notificationRulesQuery = queryOptions({
  queryKey: ['oncall', 'rules'],
  queryFn: async ({ signal }) => {
    const response = await request('GET', '/api/v1/oncall/notification-rules', { signal });
    const { rules } = (await response.json()) as { rules: NotificationRule[] };
    return { rules, etag: response.headers.get('etag') };
  },
});

/** Escalations of an incident, the running one last. */
export const escalationsQuery = (incidentId: string) =>
  queryOptions({
    queryKey: ['incidents', 'escalations', incidentId],
    queryFn: async ({ signal }) =>
      (await getJson<ListPage<Escalation>>(`/api/v1/incidents/${encodeURIComponent(incidentId)}/escalations`, signal))
        .items,
  });
