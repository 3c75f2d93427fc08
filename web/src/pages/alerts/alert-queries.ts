import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { getJson } from '../../api/request.ts';

/** Alertmanager's shapes, as the server answers them at Alertmanager's paths. */
export type Alert = {
  fingerprint: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  generatorURL?: string;
  startsAt: string;
  receivers: { name: string }[];
  status: { state: 'active' | 'suppressed'; silencedBy: string[]; inhibitedBy: string[]; mutedBy: string[] };
};
export type AlertGroup = { labels: Record<string, string>; receiver: { name: string }; alerts: Alert[] };
export type WireMatcher = { name: string; value: string; isRegex: boolean; isEqual: boolean };
export type Silence = {
  id: string;
  status: { state: 'active' | 'pending' | 'expired' };
  matchers: WireMatcher[];
  startsAt: string;
  endsAt: string;
  createdBy: string;
  comment: string;
};

/** Alerts come without an event of their own, so they are looked at again. */
const REFRESH_MS = 5_000;

export const alertGroupsQuery = (matchers: readonly string[]) =>
  queryOptions({
    queryKey: ['alerts', 'groups', matchers],
    queryFn: ({ signal }) => getJson<AlertGroup[]>(`/api/v2/alerts/groups${toFilter(matchers)}`, signal),
    refetchInterval: REFRESH_MS,
    // What stays on the page while another filter is tried keeps it from jumping.
    placeholderData: keepPreviousData,
  });

/** What a silence with these matchers would keep quiet now. */
export const alertsMatchingQuery = (matchers: readonly string[]) =>
  queryOptions({
    queryKey: ['alerts', 'matching', matchers],
    queryFn: ({ signal }) => getJson<Alert[]>(`/api/v2/alerts${toFilter(matchers)}`, signal),
    enabled: matchers.length > 0,
    retry: false,
  });

export const silencesQuery = queryOptions({
  queryKey: ['alerts', 'silences'],
  queryFn: ({ signal }) => getJson<Silence[]>('/api/v2/silences', signal),
  refetchInterval: REFRESH_MS,
});

function toFilter(matchers: readonly string[]): string {
  if (matchers.length === 0) return '';
  return `?${matchers.map((matcher) => `filter=${encodeURIComponent(matcher)}`).join('&')}`;
}
