import { queryOptions } from '@tanstack/react-query';
import type { StatusComponent, StatusDraft, StatusNotice } from '../../../../src/contract/status-page.ts';
import type { ListPage } from '../../api/list-query.ts';
import { getJson } from '../../api/request.ts';

export const componentsQuery = queryOptions({
  queryKey: ['status-page', 'components'],
  queryFn: ({ signal }) => getJson<ListPage<StatusComponent>>('/api/v1/status-page/components', signal),
});

export const noticesQuery = queryOptions({
  queryKey: ['status-page', 'notices'],
  queryFn: ({ signal }) => getJson<ListPage<StatusNotice>>('/api/v1/status-page/notices', signal),
});

export const draftsQuery = queryOptions({
  queryKey: ['status-page', 'drafts'],
  queryFn: ({ signal }) => getJson<ListPage<StatusDraft>>('/api/v1/status-page/drafts', signal),
});
